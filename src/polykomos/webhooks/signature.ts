import { createHmac, randomBytes } from "node:crypto";

/** Signing after Standard Webhooks 1.0.0 (symmetric, `v1`). */
const secretPrefix = "whsec_";
const secretBytes = 32;

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export function newSigningSecret(): string {
  return secretPrefix + randomBytes(secretBytes).toString("base64");
}

export type Message = {
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  body: string;
};

function sign(message: Message, secret: string): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), "base64");
  const content = `${message.id}.${message.timestamp}.${message.body}`;
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}

/** The three headers of a signed message; every secret signs, the first one first. */
export function signedHeaders(
  message: Message,
  secrets: readonly string[],
): Record<string, string> {
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestamp),
    "webhook-signature": secrets.map((secret) => sign(message, secret)).join(" "),
  };
}

/** `msg_` and the event's uid without hyphens: the same for every attempt and every endpoint. */
export function messageIdOf(eventUid: string): string {
  return `msg_${eventUid.replaceAll("-", "")}`;
}

/** The body of a message: the same bytes in every attempt. */
export function messageBody(event: {
  uid: string;
  type: string;
  createdAt: string;
  data: Record<string, unknown>;
}): string {
  const { uid, type, createdAt: timestamp, data } = event;
  return JSON.stringify({ id: messageIdOf(uid), type, timestamp, data });
}

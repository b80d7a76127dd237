import { Webhook } from "standardwebhooks";
import type { Received } from "../test/support/receiver.ts";
import type { Database, Endpoint } from "./database-model.ts";
import type { Finding } from "./finding.ts";

/** Compares the events of the store with the acknowledged changes, and with what receivers got. Pure. */
export type StoredEvent = { uid: string; type: string; uuid: string | null };

/** The `webhook-id` of an event. */
export function messageIdOf(uid: string): string {
  return `msg_${uid.replaceAll("-", "")}`;
}

/** Each acknowledged change must have its event in the store. */
export function auditEvents(
  tenantName: string,
  databases: readonly Database[],
  events: readonly StoredEvent[],
): Finding[] {
  const findings: Finding[] = [];
  for (const { uuid, label, life, updates } of databases) {
    if (uuid === null) continue;
    const own = events.filter((event) => event.uuid === uuid);
    const count = (type: string) => own.filter((event) => event.type === type).length;
    function expect(type: string, least: number, most: number): void {
      const there = count(type);
      if (there >= least && there <= most) return;
      const kind = there < least ? "missing event" : "doubled";
      const what = `${tenantName} ${label}: ${there} events ${type}, must be ${least} to ${most}`;
      findings.push({ kind, what });
    }
    expect("database.provisioning", 1, 1);
    expect("database.provisioned", life === "live" ? 1 : 0, 1);
    expect("database.updated", updates.least, updates.most);
    expect("database.deleted", life === "deleted" ? 1 : 0, life === "live" ? 0 : 1);
    expect("database.destroyed", 0, count("database.deleted"));
  }
  return findings;
}

/** What each message of an endpoint must be: signed, and the same bytes whenever it is sent. */
export function auditMessages(endpoint: Endpoint, messages: readonly Received[]): Finding[] {
  const findings: Finding[] = [];
  const bodies = new Map<string, string>();
  for (const message of messages) {
    const id = message.headers["webhook-id"] ?? "";
    if (!isVerified(message, endpoint.secrets)) {
      findings.push({ kind: "unverified message", what: `${endpoint.path}: ${id}` });
    }
    if ((bodies.get(id) ?? message.body) !== message.body || !message.body.includes(`"${id}"`)) {
      findings.push({
        kind: "unverified message",
        what: `${endpoint.path}: ${id} was sent as two`,
      });
    }
    bodies.set(id, message.body);
  }
  return findings;
}

/** All these messages must have come to the endpoint. */
export function auditDelivered(
  endpoint: Pick<Endpoint, "path">,
  messages: readonly Pick<Received, "headers">[],
  expected: readonly StoredEvent[],
): Finding[] {
  const came = new Set(messages.map(({ headers }) => headers["webhook-id"]));
  return expected
    .filter(({ uid }) => !came.has(messageIdOf(uid)))
    .map(({ uid, type }) => ({
      kind: "event not delivered",
      what: `${endpoint.path}: ${type} ${messageIdOf(uid)} never came`,
    }));
}

/** By the standard's own library, as of the time that the message says it was sent. */
function isVerified(message: Received, secrets: readonly string[]): boolean {
  const { now } = Date;
  Date.now = () => Number(message.headers["webhook-timestamp"]) * 1_000;
  try {
    return secrets.some((secret) => verifies(message, secret));
  } finally {
    Date.now = now;
  }
}

function verifies({ body, headers }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

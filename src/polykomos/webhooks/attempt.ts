import { type Clock, secondMs } from "../../lib/clock.ts";
import { errorText, keptText } from "../../lib/kept-text.ts";
import type { Log } from "../../lib/log.ts";
import { judgeUrl, type UrlRules } from "../../lib/public-url.ts";
import type { Resolve } from "../../lib/resolve.ts";
import type { Sealer } from "../../lib/sealed.ts";
import type { TakenDelivery } from "./delivery-store.ts";
import type { Attempt } from "./outcome.ts";
import { readRetryAfter } from "./schedule.ts";
import { messageBody, messageIdOf, signedHeaders } from "./signature.ts";

/** One attempt: judge the address, sign, send, read a little of the answer. Never throws. */
export type AttemptDeps = {
  sealer: Sealer;
  clock: Clock;
  log: Log;
  resolve: Resolve;
  urlRules: UrlRules;
  timeoutSeconds: number;
};

const answerBytesMax = 16 * 1_024;
/** Of the answer this much is kept, to be shown to whoever looks for what is wrong. */
const answerCharsMax = 1_000;
const reasonCharsMax = 200;

/** What a signing secret is sealed for. */
export function signingSecretContext(endpointUid: string): string {
  return `webhook-signing-secret:${endpointUid}`;
}

export async function attemptOnce(deps: AttemptDeps, delivery: TakenDelivery): Promise<Attempt> {
  try {
    const refusal = await refusalOf(deps, delivery.url);
    return refusal ?? (await send(deps, delivery, await signed(deps, delivery)));
  } catch (error) {
    // A secret that does not open, for one. The delivery waits for its next attempt.
    deps.log.error("delivery_not_attempted", { deliveryId: delivery.id, error });
    const message = "The attempt failed on our side";
    return { kind: "failed", errorClass: "internal_error", message, causedBy: "us" };
  }
}

/** The headers that every message has, beside those that sign it. */
export const plainHeaders = {
  "content-type": "application/json",
  "user-agent": "Polykomos-Webhooks/1",
} as const;

type Signed = { headers: Record<string, string>; body: string };

async function signed(deps: AttemptDeps, delivery: TakenDelivery): Promise<Signed> {
  const { event, secretSealed, previousSecretSealed, endpointUid } = delivery;
  const sealed = [secretSealed, previousSecretSealed].filter((text) => text !== null);
  const secrets = await Promise.all(
    sealed.map((text) => deps.sealer.open(text, signingSecretContext(endpointUid))),
  );
  const id = messageIdOf(event.uid);
  const body = messageBody(event);
  const message = { id, timestamp: Math.floor(deps.clock() / secondMs), body };
  return { headers: signedHeaders(message, secrets), body };
}

async function send(
  deps: AttemptDeps,
  delivery: TakenDelivery,
  { headers, body }: Signed,
): Promise<Attempt> {
  try {
    const response = await fetch(delivery.url, {
      method: "POST",
      redirect: "manual",
      headers: { ...plainHeaders, ...headers },
      body,
      signal: AbortSignal.timeout(deps.timeoutSeconds * secondMs),
    });
    const answer = await skim(response);
    const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"), deps.clock());
    return { kind: "answered", status: response.status, retryAfterSeconds, answer };
  } catch (error) {
    return noAnswer(error, deps.timeoutSeconds);
  }
}

function noAnswer(error: unknown, timeoutSeconds: number): Attempt {
  const isTimeout = error instanceof Error && /^(TimeoutError|AbortError)$/.test(error.name);
  if (isTimeout) {
    const message = `The receiver did not answer within ${timeoutSeconds} s`;
    return { kind: "failed", errorClass: "timeout", message, causedBy: "receiver" };
  }
  const message = `No connection: ${errorText(error, reasonCharsMax)}`;
  return { kind: "failed", errorClass: "connection", message, causedBy: "receiver" };
}

/**
 * Reads a little of the answer, so that the receiver sees it taken, and lets go of the rest; its
 * beginning, as text. The status has come by then and decides, whatever becomes of the body.
 */
async function skim(response: Response): Promise<string | null> {
  if (!response.body) return null;
  const reader = response.body.getReader({ mode: "byob" });
  const decoder = new TextDecoder();
  let text = "";
  try {
    let left = answerBytesMax;
    while (left > 0) {
      const { done, value } = await reader.read(new Uint8Array(left));
      if (done) break;
      if (text.length < answerCharsMax) text += decoder.decode(value, { stream: true });
      left -= value.byteLength;
    }
    if (left === 0) await reader.cancel();
  } catch {
    // Cut off, or slower than the attempt may take.
  }
  return text === "" ? null : keptText(text, answerCharsMax);
}

/** Why the URL may not be called now, judged anew at every attempt. */
async function refusalOf(deps: AttemptDeps, url: string): Promise<Attempt | null> {
  const verdict = judgeUrl(url, deps.urlRules);
  if (verdict.kind === "allowed") return null;
  if (verdict.kind === "refused") return refused("blocked_address", `The URL ${verdict.reason}`);
  const resolution = await deps.resolve(verdict.name);
  switch (resolution.kind) {
    case "public":
      return null;
    case "not_public":
      return refused("blocked_address", "The host name resolves to a private or reserved address");
    case "no_such_name":
      return refused("dns", "The host name does not resolve");
    case "failed":
      return refused("dns", "The host name could not be resolved");
  }
}

function refused(errorClass: string, message: string): Attempt {
  return { kind: "failed", errorClass, message, causedBy: "receiver" };
}

import type { Store } from "../../db/client.ts";
import { type Clock, dayMs, secondMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import type { InFlight } from "../../lib/in-flight.ts";
import { type Log, scrub } from "../../lib/log.ts";
import { judgeUrl, type UrlRules } from "../../lib/public-url.ts";
import type { Sealer } from "../../lib/sealed.ts";
import {
  type Outcome,
  recordAttempt,
  type TakenDelivery,
  takeDeliveries,
} from "./delivery-store.ts";
import type { Resolve } from "./resolve.ts";
import { delayBeforeNext, readRetryAfter } from "./schedule.ts";
import { signedHeaders } from "./signature.ts";

/**
 * Sends deliveries. A refused or failing receiver is an outcome to record, never an error; whoever
 * dies between the lease and the record leaves a lease that runs out, and the attempt is made again.
 */
export type DeliverDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  resolve: Resolve;
  urlRules: UrlRules;
  retrySeconds: readonly number[];
  timeoutSeconds: number;
  /** Tells the queue. A lost message is found by the sweep. */
  announceDeliveries(ids: readonly number[], delaySeconds?: number): Promise<void>;
  /** Bounds the batches this isolate works on at once. */
  deliveriesInFlight: InFlight;
};

/** Beyond the longest attempt, so that only a dead deliverer loses its lease. */
const leaseMarginSeconds = 15;
const answerBytesMax = 16 * 1_024;
const disableAfterMs = 5 * dayMs;
/** The longest delay a queue takes; what waits longer is found by the sweep. */
const queueDelaySecondsMax = 12 * 3_600;
const gone = 410;

export function signingSecretContext(endpointUid: string): string {
  return `webhook-signing-secret:${endpointUid}`;
}

/** `msg_` and the event's uid without hyphens. */
export function messageIdOf(eventUid: string): string {
  return `msg_${eventUid.replaceAll("-", "")}`;
}

/** Takes and sends those of the given deliveries that are due. Returns when all are recorded. */
export async function deliver(deps: DeliverDeps, ids: readonly number[]): Promise<void> {
  const token = newUuid();
  const taken = await takeDeliveries(
    deps.store,
    ids,
    { token, until: leaseEnd(deps) },
    new Date(deps.clock()),
  );
  await Promise.all(taken.map((delivery) => deliverHeld(deps, delivery, token)));
}

/** When a lease that is taken now runs out. */
export function leaseEnd(deps: { clock: Clock; timeoutSeconds: number }): Date {
  return new Date(deps.clock() + (deps.timeoutSeconds + leaseMarginSeconds) * secondMs);
}

/** Makes one attempt at a delivery whose lease the caller holds, and records it. */
export async function deliverHeld(
  deps: DeliverDeps,
  delivery: TakenDelivery,
  leaseToken: string,
): Promise<void> {
  const startedAtMs = deps.clock();
  const attempt = await tryOnce(deps, delivery, startedAtMs);
  const nowMs = deps.clock();
  const outcome = outcomeOf(deps, delivery, attempt, nowMs, nowMs - startedAtMs);
  const recorded = await recordAttempt(
    deps.store,
    delivery,
    leaseToken,
    outcome,
    { failingSince: new Date(nowMs - disableAfterMs) },
    new Date(nowMs),
  );
  await deps.announceDeliveries(recorded.toAnnounce);
  if (outcome.status === "pending" && outcome.nextAttemptAt) {
    const delaySeconds = Math.ceil((outcome.nextAttemptAt.getTime() - nowMs) / secondMs);
    await deps.announceDeliveries(
      [Number(delivery.id)],
      Math.min(queueDelaySecondsMax, delaySeconds),
    );
  }
}

type Attempt =
  | { kind: "answered"; status: number; retryAfterSeconds: number | null }
  | { kind: "failed"; errorClass: string; message: string };

function outcomeOf(
  deps: DeliverDeps,
  delivery: TakenDelivery,
  attempt: Attempt,
  nowMs: number,
  durationMs: number,
): Outcome {
  const responseCode = attempt.kind === "answered" ? attempt.status : null;
  const common = { responseCode, durationMs, isGone: responseCode === gone };
  if (attempt.kind === "answered" && attempt.status >= 200 && attempt.status < 300) {
    const fine = { errorClass: null, errorMessage: null, nextAttemptAt: null };
    return { ...common, ...fine, status: "delivered" };
  }
  const { errorClass, errorMessage } =
    attempt.kind === "answered"
      ? describeStatus(attempt.status)
      : { errorClass: attempt.errorClass, errorMessage: attempt.message };
  const retryAfter = attempt.kind === "answered" ? attempt.retryAfterSeconds : null;
  const delaySeconds =
    common.isGone || delivery.isTest
      ? null
      : delayBeforeNext(deps.retrySeconds, delivery.attemptCount + 1, retryAfter, Math.random());
  return {
    ...common,
    errorClass,
    errorMessage,
    status: delaySeconds === null ? "failed" : "pending",
    nextAttemptAt: delaySeconds === null ? null : new Date(nowMs + delaySeconds * secondMs),
  };
}

function describeStatus(status: number): { errorClass: string; errorMessage: string } {
  if (status >= 300 && status < 400) {
    const errorMessage = `The receiver answered ${status}; redirects are not followed`;
    return { errorClass: "redirect", errorMessage };
  }
  if (status === gone) {
    return { errorClass: "gone", errorMessage: "The receiver answered 410: endpoint revoked" };
  }
  return { errorClass: "http_status", errorMessage: `The receiver answered ${status}` };
}

async function tryOnce(
  deps: DeliverDeps,
  delivery: TakenDelivery,
  nowMs: number,
): Promise<Attempt> {
  const refusal = await refusalOf(deps, delivery.url);
  if (refusal) return refusal;
  const sealed = [delivery.secretSealed, delivery.previousSecretSealed].filter((s) => s !== null);
  const secrets = await Promise.all(
    sealed.map((secret) => deps.sealer.open(secret, signingSecretContext(delivery.endpointUid))),
  );
  const id = messageIdOf(delivery.event.uid);
  const body = JSON.stringify({
    id,
    type: delivery.event.type,
    timestamp: delivery.event.createdAt,
    data: delivery.event.data,
  });
  const message = { id, timestamp: Math.floor(nowMs / secondMs), body };
  try {
    const response = await fetch(delivery.url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "user-agent": "Polykomos-Webhooks/1",
        ...signedHeaders(message, secrets),
      },
      body,
      signal: AbortSignal.timeout(deps.timeoutSeconds * secondMs),
    });
    await skim(response);
    const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"), nowMs);
    return { kind: "answered", status: response.status, retryAfterSeconds };
  } catch (error) {
    return failedAttempt(error, deps.timeoutSeconds);
  }
}

function failedAttempt(error: unknown, timeoutSeconds: number): Attempt {
  const isTimeout = error instanceof Error && /^(TimeoutError|AbortError)$/.test(error.name);
  if (isTimeout) {
    const message = `The receiver did not answer within ${timeoutSeconds} s`;
    return { kind: "failed", errorClass: "timeout", message };
  }
  const reason = scrub(error instanceof Error ? error.message : String(error)).slice(0, 200);
  return { kind: "failed", errorClass: "connection", message: `No connection: ${reason}` };
}

/** Reads a little of the answer, so that the receiver sees it taken, and lets go of the rest. */
async function skim(response: Response): Promise<void> {
  if (!response.body) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  let bytes = 0;
  while (bytes < answerBytesMax) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.byteLength;
  }
  await reader.cancel();
}

/** Why the URL may not be called now, judged anew at every attempt. */
async function refusalOf(deps: DeliverDeps, url: string): Promise<Attempt | null> {
  const verdict = judgeUrl(url, deps.urlRules);
  if (verdict.kind === "allowed") return null;
  if (verdict.kind === "refused") {
    return { kind: "failed", errorClass: "blocked_address", message: `The URL ${verdict.reason}` };
  }
  const resolution = await deps.resolve(verdict.name);
  switch (resolution.kind) {
    case "public":
      return null;
    case "not_public": {
      const message = "The host name resolves to a private or reserved address";
      return { kind: "failed", errorClass: "blocked_address", message };
    }
    case "no_such_name":
      return { kind: "failed", errorClass: "dns", message: "The host name does not resolve" };
    case "failed":
      return { kind: "failed", errorClass: "dns", message: "The host name could not be resolved" };
  }
}

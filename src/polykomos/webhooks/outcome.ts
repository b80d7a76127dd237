import { secondMs } from "../../lib/clock.ts";
import { delayBeforeNext } from "./schedule.ts";

/** What an attempt means for its delivery: delivered, to be tried again, or failed for good. */
export type Attempt =
  | {
      kind: "answered";
      status: number;
      retryAfterSeconds: number | null;
      /** The beginning of its body; null when it has none that is text. */
      answer: string | null;
    }
  /** No answer. What we caused does not count against the receiver. */
  | { kind: "failed"; errorClass: string; message: string; causedBy: "receiver" | "us" };

type Attempted = {
  id: number;
  endpointId: number;
  /** Attempts made before this one. */
  attemptCount: number;
  /** A test is sent once. */
  isTest: boolean;
  startedAtMs: number;
  endedAtMs: number;
};

export type Outcome = {
  id: number;
  endpointId: number;
  status: "pending" | "delivered" | "failed";
  responseCode: number | null;
  errorClass: string | null;
  errorMessage: string | null;
  /** The beginning of the receiver's answer. */
  answer: string | null;
  durationMs: number;
  attemptedAt: Date;
  nextAttemptAt: Date | null;
  /** Whether a failure counts towards disabling the endpoint: not that of a test, nor one of ours. */
  countsAgainstReceiver: boolean;
  /** The receiver said 410: it wants nothing any more. */
  isGone: boolean;
};

const gone = 410;

/** `random` in 0..1 spreads the next attempt. */
export function outcomeOf(
  delivery: Attempted,
  attempt: Attempt,
  retrySeconds: readonly number[],
  random: number,
): Outcome {
  const { id, endpointId, endedAtMs } = delivery;
  const responseCode = attempt.kind === "answered" ? attempt.status : null;
  const common = {
    id,
    endpointId,
    responseCode,
    answer: attempt.kind === "answered" ? attempt.answer : null,
    durationMs: Math.max(0, endedAtMs - delivery.startedAtMs),
    attemptedAt: new Date(endedAtMs),
    countsAgainstReceiver:
      !delivery.isTest && !(attempt.kind === "failed" && attempt.causedBy === "us"),
    isGone: responseCode === gone,
  };
  if (attempt.kind === "answered" && attempt.status >= 200 && attempt.status < 300) {
    const fine = { errorClass: null, errorMessage: null, nextAttemptAt: null };
    return { ...common, ...fine, status: "delivered" };
  }
  const retryAfterSeconds = attempt.kind === "answered" ? attempt.retryAfterSeconds : null;
  const isLast = common.isGone || delivery.isTest;
  const delaySeconds = isLast
    ? null
    : delayBeforeNext(retrySeconds, delivery.attemptCount + 1, retryAfterSeconds, random);
  return {
    ...common,
    ...(attempt.kind === "answered"
      ? describeStatus(attempt.status)
      : { errorClass: attempt.errorClass, errorMessage: attempt.message }),
    status: delaySeconds === null ? "failed" : "pending",
    nextAttemptAt: delaySeconds === null ? null : new Date(endedAtMs + delaySeconds * secondMs),
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

/** When a delivery is tried: the delay before each attempt, in seconds. Data, so it can be shrunk. */
export const defaultRetrySeconds = "0,5,300,1800,7200,18000,36000,50400,72000,86400";

const jitterShare = 0.2;

/** Reads `WEBHOOK_RETRY_SECONDS`; throws when it is not a list of numbers. */
export function parseRetrySeconds(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,9}(\.\d+)?$/.test(part))) {
    throw new Error("WEBHOOK_RETRY_SECONDS must be seconds, comma-separated, such as 0,5,300");
  }
  return parts.map(Number);
}

/**
 * Seconds until the attempt after `attempts` made, or `null` when there is none. Up to 20 % is added
 * at random (`random` in 0..1), and a receiver's Retry-After is honoured when it is longer.
 */
export function delayBeforeNext(
  schedule: readonly number[],
  attempts: number,
  retryAfterSeconds: number | null,
  random: number,
): number | null {
  const delay = schedule[attempts];
  if (delay === undefined) return null;
  const jittered = delay * (1 + jitterShare * random);
  return Math.max(jittered, Math.min(retryAfterSeconds ?? 0, 86_400));
}

/** All three forms of RFC 9110, 5.6.7; `Date.parse` alone would make a date of almost anything. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/** `Retry-After` in seconds: a number, or an HTTP date seen from `nowMs`; `null` when unreadable. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim());
  if (!httpDate.test(header.trim())) return null;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}

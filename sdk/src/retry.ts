/**
 * Sends a request until it is answered for good. Again only after a 409
 * `idempotency_key_in_progress`, a 429 or a 503, and only what may be sent twice: a read, a delete,
 * or a write with an Idempotency-Key. Whatever else is answered is the answer.
 */
export type Retry = {
  /** How often a request is sent at most, the first time among them. */
  attempts: number;
  /** Milliseconds that a call may take in all, its waits among them. */
  deadlineMs: number;
  /** Milliseconds of the first wait at most; each wait may be twice the one before. */
  firstWaitMs: number;
  /** Milliseconds of a wait at most, beyond what `Retry-After` asks for. */
  longestWaitMs: number;
};

export const defaultRetry: Retry = {
  attempts: 6,
  deadlineMs: 180_000,
  firstWaitMs: 250,
  longestWaitMs: 8_000,
};

export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What waits are made of, so that a test needs none. */
export type Time = {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
};

export const realTime: Time = {
  now: () => Date.now(),
  random: () => Math.random(),
  pause(ms, signal) {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const timer = setTimeout(finish, ms);
      function finish() {
        signal.removeEventListener("abort", give);
        resolve();
      }
      function give() {
        clearTimeout(timer);
        reject(signal.reason);
      }
      signal.addEventListener("abort", give, { once: true });
    });
  },
};

/**
 * The answer to a request: the last one, when none was for good within the attempts and the deadline.
 * A wait that would outlast the deadline is not begun. Rejects with what `send` rejects with, with the
 * reason of the request's signal, and with a `TimeoutError` once the deadline has passed.
 */
export async function sendWithRetries(
  request: Request,
  send: Send,
  retry: Retry,
  time: Time = realTime,
): Promise<Response> {
  const endsAtMs = time.now() + retry.deadlineMs;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(retry.deadlineMs)]);
  const { url, method, headers } = request;
  // Read once: a request's own body can be sent only once.
  const text = method === "GET" || method === "HEAD" ? "" : await request.text();
  const init = { method, headers, signal, ...(text === "" ? {} : { body: text }) };
  for (let attempt = 1; ; attempt++) {
    const response = await send(url, init);
    if (attempt >= retry.attempts || !mayBeSentTwice(request)) return response;
    if (!(await asksForAnother(response))) return response;
    const waitMs = waitAfter(response, attempt, retry, time);
    if (time.now() + waitMs >= endsAtMs) return response;
    await response.body?.cancel();
    await time.pause(waitMs, signal);
  }
}

/** RFC 9110, 9.2.2: reads and deletes are idempotent; a key makes any other write so. */
function mayBeSentTwice({ method, headers }: Request): boolean {
  return ["GET", "HEAD", "DELETE"].includes(method) || headers.has("idempotency-key");
}

async function asksForAnother(response: Response): Promise<boolean> {
  if (response.status === 429 || response.status === 503) return true;
  if (response.status !== 409) return false;
  return codeOf(await response.clone().text()) === "idempotency_key_in_progress";
}

function codeOf(text: string): unknown {
  try {
    return JSON.parse(text)?.error?.code;
  } catch {
    return null;
  }
}

/** At least what `Retry-After` asks for, and a random part of a growing wait on top of it. */
function waitAfter(response: Response, attempt: number, retry: Retry, time: Time): number {
  const growing = Math.min(retry.longestWaitMs, retry.firstWaitMs * 2 ** (attempt - 1));
  return (retryAfterMs(response, time.now()) ?? 0) + time.random() * growing;
}

/** `Retry-After` in milliseconds, from seconds or a date (RFC 9110, 10.2.3); null without one. */
export function retryAfterMs({ headers }: Response, nowMs: number): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

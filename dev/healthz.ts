import { setTimeout as pause } from "node:timers/promises";
import { failure } from "./failure.ts";

/** What a Worker's `/healthz` answers; the text says what is missing. */
export type Health = { status: number; text: string };

const answerTimeoutMs = 10_000;
const shownCharacters = 300;

/**
 * Asks `/healthz` of an origin again and again until an answer is enough, and gives that. A failure
 * with the last one when none was within `withinMs`.
 */
export async function untilHealthz(
  origin: string,
  isEnough: (health: Health) => boolean,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<Health> {
  let seen = "no answer";
  for (const begunAt = performance.now(); performance.now() - begunAt < withinMs; ) {
    const health = await askHealthz(origin);
    if (health !== null && isEnough(health)) return health;
    if (health !== null) seen = `${health.status} ${health.text.slice(0, shownCharacters)}`;
    await pause(everyMs);
  }
  throw failure(`${origin}/healthz is not ready after ${withinMs / 1_000} s: ${seen}`);
}

async function askHealthz(origin: string): Promise<Health | null> {
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const response = await fetch(`${origin}/healthz`, { signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // `fetch` throws TypeErrors for refused and cut connections, and for names that are not there yet.
    if (error instanceof TypeError) return null;
    if (error instanceof Error && error.name === "TimeoutError") return null;
    throw error;
  }
}

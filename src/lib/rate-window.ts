/** A fixed window: `limit` uses, then nothing until it ends. Pure; the owner keeps the state. */
export type RateWindow = { startedAtMs: number; used: number };

export type RateVerdict = {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Whole seconds until the window ends, at least 1. */
  resetSeconds: number;
  window: RateWindow;
};

/** Counts one use at `nowMs`. A refused use does not count. */
export function useRateWindow(
  window: RateWindow | undefined,
  limit: number,
  windowMs: number,
  nowMs: number,
): RateVerdict {
  const live = window && nowMs < window.startedAtMs + windowMs && nowMs >= window.startedAtMs;
  const current = live ? window : { startedAtMs: nowMs, used: 0 };
  const allowed = current.used < limit;
  const next = allowed ? { ...current, used: current.used + 1 } : current;
  return {
    allowed,
    limit,
    remaining: Math.max(0, limit - next.used),
    resetSeconds: Math.max(1, Math.ceil((next.startedAtMs + windowMs - nowMs) / 1_000)),
    window: next,
  };
}

import { expect, test } from "vitest";
import { type RateWindow, useRateWindow } from "../../src/lib/rate-window.ts";

const windowMs = 60_000;

function useMany(limit: number, times: readonly number[]) {
  let window: RateWindow | undefined;
  return times.map((nowMs) => {
    const verdict = useRateWindow(window, limit, windowMs, nowMs);
    window = verdict.window;
    return verdict;
  });
}

test.each([1, 2, 10])("a window of %i lets that many through and no more", (limit) => {
  const verdicts = useMany(limit, new Array(limit + 3).fill(1_000));
  expect(verdicts.filter((each) => each.allowed)).toHaveLength(limit);
  expect(verdicts.map((each) => each.remaining).slice(0, limit)).toEqual(
    Array.from({ length: limit }, (_, used) => limit - used - 1),
  );
  expect(verdicts.slice(limit).every((each) => each.remaining === 0)).toBe(true);
});

test("a window that was never used begins with its first use", () => {
  expect(useRateWindow(undefined, 5, windowMs, 123)).toEqual({
    allowed: true,
    limit: 5,
    remaining: 4,
    resetSeconds: 60,
    window: { startedAtMs: 123, used: 1 },
  });
});

test.each([
  [59_999, false],
  [60_000, true],
  [3_600_000, true],
])("%i ms later a full window is new: %s", (laterMs, isNew) => {
  const [, last] = useMany(1, [0, laterMs]);
  expect(last?.allowed).toBe(isNew);
});

test.each([
  [0, 60],
  [1, 60],
  [1_000, 59],
  [59_000, 1],
  [59_999, 1],
])("%i ms into it the window ends in %i s, never in less than one", (nowMs, seconds) => {
  const [, verdict] = useMany(5, [0, nowMs]);
  expect(verdict?.resetSeconds).toBe(seconds);
});

test("waiting as long as told is enough", () => {
  for (const usedAtMs of [0, 1, 999, 30_500, 59_999]) {
    const window = { startedAtMs: 0, used: 1 };
    const { resetSeconds } = useRateWindow(window, 1, windowMs, usedAtMs);
    const later = useRateWindow(window, 1, windowMs, usedAtMs + resetSeconds * 1_000);
    expect([usedAtMs, later.allowed]).toEqual([usedAtMs, true]);
  }
});

test("a refused use is not counted, and a limit that was lowered holds at once", () => {
  const full = { startedAtMs: 0, used: 5 };
  const refused = useRateWindow(full, 3, windowMs, 10);
  expect(refused).toMatchObject({ allowed: false, remaining: 0, window: full });
});

test("a clock that went back begins a new window instead of locking the caller out", () => {
  const full = { startedAtMs: 1_000_000, used: 5 };
  expect(useRateWindow(full, 5, windowMs, 0).allowed).toBe(true);
});

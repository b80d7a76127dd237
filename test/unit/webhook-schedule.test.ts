import { expect, test } from "vitest";
import {
  defaultRetrySeconds,
  delayBeforeNext,
  parseRetrySeconds,
  readRetryAfter,
} from "../../src/polykomos/webhooks/schedule.ts";

const schedule = parseRetrySeconds(defaultRetrySeconds);
const minute = 60;
const hour = 60 * minute;

test("by default there are ten attempts, the first at once, the last a day after the one before", () => {
  expect(schedule).toEqual([
    0,
    5,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ]);
});

test("jitter adds up to a fifth and takes nothing away", () => {
  for (let attempts = 1; attempts < schedule.length; attempts++) {
    const delay = schedule[attempts] ?? 0;
    expect(delayBeforeNext(schedule, attempts, null, 0)).toBe(delay);
    expect(delayBeforeNext(schedule, attempts, null, 1)).toBeCloseTo(delay * 1.2, 6);
  }
});

test("after the last attempt there is no other, whatever the receiver asks for", () => {
  expect(delayBeforeNext(schedule, 9, null, 0)).not.toBeNull();
  expect(delayBeforeNext(schedule, 10, 60, 0)).toBeNull();
});

test("Retry-After can only make the wait longer, and no longer than a day", () => {
  expect(delayBeforeNext(schedule, 1, 120, 0)).toBe(120);
  expect(delayBeforeNext(schedule, 2, 120, 0)).toBe(300);
  expect(delayBeforeNext(schedule, 1, 999_999_999, 0)).toBe(86_400);
});

const nowMs = Date.parse("2026-05-05T12:00:00Z");

test.each([
  ["120", 120],
  [" 7 ", 7],
  ["0", 0],
  ["Tue, 05 May 2026 12:01:00 GMT", 60],
  ["Tue, 05 May 2026 11:00:00 GMT", 0],
  ["soon", null],
  ["-5", null],
  ["1.5", null],
  ["1e9", null],
  ["", null],
  [null, null],
] as const)("Retry-After %j is read as %j seconds", (header, seconds) => {
  expect(readRetryAfter(header, nowMs)).toBe(seconds);
});

test.each(["", "0,,5", "0,-1", "0,x", "1e999", "0,5;300"])("the schedule %j is refused", (text) => {
  expect(() => parseRetrySeconds(text)).toThrow(/WEBHOOK_RETRY_SECONDS/);
});

// Dates as spans of days, in ISO's order, so that they compare as text.

import type { TimeUnit } from "../logical/query.ts";

/** Days from `start` up to but without `end`. */
export type Span = { start: string; end: string };

const dayMs = 86_400_000;
const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

/** Whether a number is read as a year where nothing says what else it is. */
export function isYear(value: number): boolean {
  return Number.isInteger(value) && value >= 1_000 && value <= 2_100;
}

export function yearSpan(year: number): Span {
  return { start: `${year}-01-01`, end: `${year + 1}-01-01` };
}

/** The days that a written date covers: `2023-04-01` one, `2023-04` a month; null for no date. */
export function spanOf(date: string): Span | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/.exec(date) ?? [];
  if (year === undefined || month === undefined) return null;
  const startMs = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
  const start = isoDay(startMs);
  const isThere = new Date(startMs).getUTCDate() === Number(day ?? 1) && Number(month) <= 12;
  const end = isoDay(
    day === undefined ? Date.UTC(Number(year), Number(month), 1) : startMs + dayMs,
  );
  return isThere && start !== null && end !== null ? { start, end } : null;
}

/**
 * The first day of the last `count` units before `now`, of whole ones when `isWhole`; null for a day
 * that ISO cannot write with four digits of a year.
 */
export function pastStart(
  now: Date,
  count: number,
  unit: TimeUnit,
  isWhole: boolean,
): string | null {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  const day = now.getUTCDate();
  if (unit === "day" || unit === "week") {
    return isoDay(Date.UTC(year, month, day) - count * (unit === "week" ? 7 : 1) * dayMs);
  }
  const firstMs = Date.UTC(year, month - count * monthsOf[unit], 1);
  if (isWhole) return isoDay(firstMs);
  // The 31st of a shorter month is its last day.
  const first = new Date(firstMs);
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return isoDay(firstMs + (Math.min(day, last) - 1) * dayMs);
}

/** The unit that a word names: "months" is `month`. */
export function unitOf(word: string): TimeUnit | null {
  const units: TimeUnit[] = ["day", "week", "month", "quarter", "year"];
  const text = word.toLowerCase();
  return units.find((unit) => text.includes(unit) || (unit === "day" && text === "daily")) ?? null;
}

function isoDay(timeMs: number): string | null {
  const time = new Date(timeMs);
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9_999 ? time.toISOString().slice(0, 10) : null;
}

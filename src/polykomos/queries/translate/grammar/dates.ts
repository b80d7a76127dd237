import type { Comparison } from "../logical/query.ts";

/** Bounds of a span of days from `start` up to but without `end`, as a comparison with it means them. */
export function dayBounds(
  start: string,
  end: string,
  operator: Comparison,
): [Comparison, string][] {
  switch (operator) {
    case "=":
      return [
        [">=", start],
        ["<", end],
      ];
    case "<>":
      return [["<", start]];
    case ">":
      return [[">=", end]];
    case ">=":
      return [[">=", start]];
    case "<":
      return [["<", start]];
    case "<=":
      return [["<", end]];
    default:
      return operator satisfies never;
  }
}

export type Span = { start: string; end: string };
export type SpanUnit = "day" | "week" | "month" | "quarter" | "year";

const DAY_MS = 86_400_000;
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** The days that a written date covers: `2023-04-01` one, `2023-04` a month; `end` is the day after. */
export function spanOf(date: string): Span | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/.exec(date) ?? [];
  if (year === undefined || month === undefined) return null;
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
  if (Number.isNaN(start)) return null;
  const end = day === undefined ? Date.UTC(Number(year), Number(month), 1) : start + DAY_MS;
  return { start: isoDay(start), end: isoDay(end) };
}

/** The first day of the last `count` units before `now`; of whole ones when `whole` is true. */
export function pastStart(now: Date, count: number, unit: SpanUnit, whole: boolean): string {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  const day = now.getUTCDate();
  if (unit === "day" || unit === "week") {
    return isoDay(Date.UTC(year, month, day) - count * (unit === "week" ? 7 : 1) * DAY_MS);
  }
  const first = Date.UTC(year, month - count * MONTHS[unit], 1);
  if (whole) return isoDay(first);
  // The 31st of a shorter month is its last day.
  const start = new Date(first);
  const last = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
  return isoDay(first + (Math.min(day, last) - 1) * DAY_MS);
}

/** The unit that a word names: "months" is `month`. */
export function unitOf(word: string): SpanUnit | null {
  const units: SpanUnit[] = ["day", "week", "month", "quarter", "year"];
  const text = word.toLowerCase();
  return units.find((unit) => text.includes(unit) || (unit === "day" && text === "daily")) ?? null;
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

// A comparison as a condition: numbers as numbers, years and days as spans of a date.

import type { Piece } from "../link/assign.ts";
import type { ColumnRef, Comparison, Literal } from "../logical/query.ts";
import { isComparable } from "./comparable.ts";
import { dayBounds, type Span, spanOf } from "./dates.ts";
import { columnOf, type Draft, kindOf } from "./draft.ts";
import { YEAR_MAX, YEAR_MIN } from "./years.ts";

export function asComparison(argument: string): Comparison {
  const all: Comparison[] = ["=", "<>", "<", "<=", ">", ">="];
  return all.find((each) => each === argument) ?? "=";
}

export function flip(sign: Comparison): Comparison {
  const flipped: Partial<Record<Comparison, Comparison>> = {
    ">": "<",
    "<": ">",
    ">=": "<=",
    "<=": ">=",
  };
  return flipped[sign] ?? sign;
}

export function aggregateName(text: string | null): "avg" | "sum" | "min" | "max" {
  return text === "sum" || text === "min" || text === "max" ? text : "avg";
}

/** A comparison of a column with a number or a date; a year is compared with a date's year. */
export function addComparison(
  draft: Draft,
  at: number,
  ref: ColumnRef,
  operator: Comparison,
  right: Extract<Piece, { kind: "number" | "date" }>,
): void {
  const isTime = /^(date|timestamp)$/.test(kindOf(draft, ref));
  if (
    !isComparable(draft, ref, right) &&
    !(kindOf(draft, ref) === "text" && /^(=|<>)$/.test(operator))
  )
    return;
  const left = columnOf(ref);
  const span = isTime ? meantDays(right, kindOf(draft, ref) === "timestamp") : null;
  if (span) {
    const bounds = dayBounds(span.start, span.end, operator);
    const conditions = bounds.map(([sign, day]) => ({
      kind: "compare" as const,
      left,
      operator: sign,
      right: { kind: "text" as const, value: day },
    }));
    for (const condition of conditions) {
      draft.conditions.push({ at, condition, ref, negated: false });
    }
    return;
  }
  const condition = {
    kind: "compare" as const,
    left,
    operator,
    right: literalOf(draft, ref, right),
  };
  draft.conditions.push({ at, condition, ref, negated: false });
}

/** The days a year, a month or, for a moment, a day stands for; null where the date itself compares. */
function meantDays(
  right: Extract<Piece, { kind: "number" | "date" }>,
  isMoment: boolean,
): Span | null {
  if (right.kind === "date") return isMoment || right.value.length < 8 ? spanOf(right.value) : null;
  const year = Math.trunc(right.value);
  if (year < YEAR_MIN || year > YEAR_MAX) return null;
  return { start: `${year}-01-01`, end: `${year + 1}-01-01` };
}

export function literalOf(draft: Draft, ref: ColumnRef, right: Piece): Literal {
  const isNumber = right.kind === "number" && !/^(date|timestamp|time)$/.test(kindOf(draft, ref));
  return isNumber
    ? { kind: "number", value: String(right.value) }
    : {
        kind: "text",
        value: right.kind === "date" || right.kind === "number" ? String(right.value) : right.text,
      };
}

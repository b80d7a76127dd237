// A comparison as a condition: numbers as numbers, years and days as spans of a date.

import type { Piece, PieceOf } from "../link/assign.ts";
import {
  type ColumnRef,
  type Comparison,
  type Condition,
  compared,
  type Literal,
} from "../logical/query.ts";
import { isComparable } from "./comparable.ts";
import { isYear, type Span, spanOf, yearSpan } from "./dates.ts";
import { addCondition, type Draft, kindOf } from "./draft.ts";

/** The sign of a comparing operator's argument; equality where it has none. */
export function asComparison(argument: string): Comparison {
  const all: Comparison[] = ["=", "<>", "<", "<=", ">", ">="];
  return all.find((each) => each === argument) ?? "=";
}

/** The sign for what counts the other way round: who is older was born earlier. */
export function flip(sign: Comparison): Comparison {
  const flipped: Partial<Record<Comparison, Comparison>> = {
    ">": "<",
    "<": ">",
    ">=": "<=",
    "<=": ">=",
  };
  return flipped[sign] ?? sign;
}

/** The aggregate of an operator's argument; the average where it has none. */
export function aggregateName(argument: string | null): "avg" | "sum" | "min" | "max" {
  return argument === "sum" || argument === "min" || argument === "max" ? argument : "avg";
}

/** Adds the comparison of a column with a number or a date; nothing where they cannot be compared. */
export function addComparison(
  draft: Draft,
  at: number,
  ref: ColumnRef,
  operator: Comparison,
  right: PieceOf<"number" | "date">,
): void {
  const condition = comparisonWith(draft, ref, operator, right);
  if (condition) addCondition(draft, at, condition, ref);
}

/** A column compared with a number or a date; null when they cannot be. A date is compared with a year's days. */
export function comparisonWith(
  draft: Draft,
  ref: ColumnRef,
  operator: Comparison,
  right: PieceOf<"number" | "date">,
): Condition | null {
  const kind = kindOf(draft, ref);
  const isTextEquality = kind === "text" && (operator === "=" || operator === "<>");
  if (!isTextEquality && !isComparable(draft, ref, right)) return null;
  const isTime = kind === "date" || kind === "timestamp";
  const days = isTime ? meantDays(right, kind === "timestamp") : null;
  return days
    ? comparedWithSpan(ref, operator, days)
    : compared(ref, operator, literalOf(draft, ref, right));
}

/** One condition whatever the sign, so that it can be turned round and joined as a whole. */
function comparedWithSpan(ref: ColumnRef, operator: Comparison, { start, end }: Span): Condition {
  const day = (sign: Comparison, value: string) => compared(ref, sign, { kind: "text", value });
  switch (operator) {
    case "=":
      return { kind: "all", of: [day(">=", start), day("<", end)] };
    case "<>":
      return { kind: "any", of: [day("<", start), day(">=", end)] };
    case ">":
      return day(">=", end);
    case ">=":
      return day(">=", start);
    case "<":
      return day("<", start);
    case "<=":
      return day("<", end);
    default:
      return operator satisfies never;
  }
}

/** The days a year, a month or, for a moment, a day stands for; null where the date itself compares. */
function meantDays(right: PieceOf<"number" | "date">, isMoment: boolean): Span | null {
  if (right.kind === "number") return isYear(right.value) ? yearSpan(right.value) : null;
  const isWholeDay = right.value.length >= "2023-4-1".length;
  return isMoment || !isWholeDay ? spanOf(right.value) : null;
}

/** What was said, as a literal that a column is compared with. */
export function literalOf(draft: Draft, ref: ColumnRef, right: Piece): Literal {
  if (right.kind !== "number") {
    return { kind: "text", value: right.kind === "date" ? right.value : right.text };
  }
  const isNumber = !/^(date|timestamp|time)$/.test(kindOf(draft, ref));
  return { kind: isNumber ? "number" : "text", value: right.decimal };
}

// What a column can be compared with.

import type { Piece } from "../link/assign.ts";
import type { ColumnRef } from "../logical/query.ts";
import { isYear } from "./dates.ts";
import { columnEntry, type Draft, holdsNumbers, isMeasure, kindOf } from "./draft.ts";

/** Whether a column can be compared with a number or a date: a date with a year, text only with its like. */
export function isComparable(draft: Draft, ref: ColumnRef, right: Piece): boolean {
  const kind = kindOf(draft, ref);
  if (kind === "boolean" || kind === "json") return false;
  if (/date|timestamp/.test(kind) && right.kind === "number") {
    return isYear(right.value);
  }
  if (kind === "number" && right.kind === "date") return false;
  if (kind !== "text") return true;
  const column = columnEntry(draft.lexicon, ref)?.column;
  return right.kind === "date" || (column !== undefined && holdsNumbers(column));
}

/** Whether a column is a measure that is no date. */
export function isAmount(draft: Draft, ref: ColumnRef): boolean {
  return isMeasure(draft, ref) && !/date|time/.test(kindOf(draft, ref));
}

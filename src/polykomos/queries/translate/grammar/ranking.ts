// How many rows a superlative picks, and by what.

import type { Piece } from "../link/assign.ts";
import { aggregateOf, type ColumnRef, columnOf } from "../logical/query.ts";
import { aggregateName } from "./comparison.ts";
import { after, before, type Draft, isOperator, use } from "./draft.ts";

/** A number far in front of a superlative is a number of rows up to this one. */
const earlyLimitMax = 100;

/** Ranks by a column, or by an aggregate of it. */
export function rankBy(
  draft: Draft,
  ref: ColumnRef,
  aggregate: string | null,
  descending: boolean,
  limit: number,
): void {
  const column = columnOf(ref);
  const by = aggregate === null ? column : aggregateOf(aggregateName(aggregate), column);
  draft.order.push({ kind: "by", by, descending });
  draft.limit = limit;
}

/** How many rows a piece says; null when it is no number of rows. */
export function rowsOf(piece: Piece | undefined): number | null {
  const isCount = piece?.kind === "number" && Number.isSafeInteger(piece.value) && piece.value > 0;
  return isCount ? piece.value : null;
}

/** A number right before or after a superlative is how many rows it picks; one where none is said. */
export function takeLimit(draft: Draft, at: number): number {
  for (const place of [before(draft, at), at + 1]) {
    const rows = rowsOf(draft.pieces[place]);
    if (rows === null || draft.used[place]) continue;
    use(draft, place);
    return rows;
  }
  // "the 3 counties with the smallest population"
  const early = draft.pieces.findIndex(
    (piece, place) =>
      place < at &&
      !draft.used[place] &&
      (rowsOf(piece) ?? Number.POSITIVE_INFINITY) <= earlyLimitMax &&
      isOperator(draft.pieces[before(draft, place)], "command", "super", "time", "prep") &&
      /^(table|column|value)$/.test(draft.pieces[after(draft, place)]?.kind ?? "") &&
      !isOperator(draft.pieces[place + 1], "glue"),
  );
  if (early < 0) return draft.limit ?? 1;
  use(draft, early);
  return rowsOf(draft.pieces[early]) ?? 1;
}

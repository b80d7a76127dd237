// How many rows a superlative picks, and by what.

import type { ColumnRef } from "../logical/query.ts";
import { aggregateName } from "./comparison.ts";
import { after, before, columnOf, type Draft, isOperator, use } from "./draft.ts";

export function rankBy(
  draft: Draft,
  ref: ColumnRef,
  aggregate: string | null,
  descending: boolean,
  limit: number,
): void {
  const column = columnOf(ref);
  const by =
    aggregate === null
      ? column
      : { kind: "aggregate" as const, name: aggregateName(aggregate), of: column, distinct: false };
  draft.order.push({ by, counted: null, descending });
  draft.limit = limit;
}

/** A number right before or after a superlative is how many rows it picks. */
export function takeLimit(draft: Draft, at: number): number {
  for (const place of [before(draft, at), at + 1]) {
    const piece = draft.pieces[place];
    if (
      piece?.kind === "number" &&
      !draft.used[place] &&
      Number.isInteger(piece.value) &&
      piece.value > 0
    ) {
      use(draft, place);
      return piece.value;
    }
  }
  // "the 3 counties with the smallest population"
  const early = draft.pieces.findIndex(
    (piece, place) =>
      place < at &&
      !draft.used[place] &&
      piece.kind === "number" &&
      Number.isInteger(piece.value) &&
      piece.value <= EARLY_LIMIT_MAX &&
      isOperator(draft.pieces[before(draft, place)], "command", "super", "time", "prep") &&
      /^(table|column|value)$/.test(draft.pieces[after(draft, place)]?.kind ?? "") &&
      !isOperator(draft.pieces[place + 1], "glue"),
  );
  const number = draft.pieces[early];
  if (number?.kind !== "number") return draft.limit ?? 1;
  use(draft, early);
  return number.value;
}

const EARLY_LIMIT_MAX = 100;

// A column that is asked for: as it is, counted or computed.

import type { PieceOf } from "../link/assign.ts";
import {
  type Aggregate,
  aggregateOf,
  columnOf,
  countDistinct,
  countRows,
  type Expression,
} from "../logical/query.ts";
import { after, columnEntry, type Draft, isMeasure, isOperator, kindOf, use } from "./draft.ts";

/** What the words of a sentence have said so far about what they will select. */
export type Selecting = {
  /** Where "how many" was said, until what it counts is found; -1: nowhere. */
  counting: number;
  distinct: boolean;
  /** Aggregates whose object has not been found yet. */
  aggregates: Aggregate[];
  /** Where each aggregate was said. */
  aggregatePlaces: number[];
  /** "head" selects; "aside" is behind a preposition; "relative" speaks about the rows. */
  place: "head" | "aside" | "relative";
  /** Whether "and" or a comma leads from what was selected last to what comes. */
  linked: boolean;
};

/** Reads a column among what is asked for; leaves it alone where it narrows or groups. */
export function readColumn(
  draft: Draft,
  at: number,
  piece: PieceOf<"column">,
  selecting: Selecting,
): void {
  const isGroupKey = draft.groups.some((group) => group.at === at);
  if (
    selecting.counting < 0 &&
    selecting.aggregates.length === 0 &&
    (selecting.place !== "head" || isGroupKey)
  )
    return;
  if (isGroupKey) return;
  if (!selecting.linked && selecting.counting < 0 && selecting.aggregates.length === 0) return;
  if (isNameOfColumn(draft, at)) {
    use(draft, at);
    return;
  }
  use(draft, at);
  selecting.linked = false;
  if (selecting.counting >= 0) {
    use(draft, selecting.counting);
    for (const name of selecting.aggregates) {
      draft.select.push({ at, expression: aggregate(draft, piece, name) });
    }
    const isExtra = selecting.aggregates.length > 0 && !isTotal(draft, selecting);
    if (!isExtra) draft.select.push({ at, expression: countColumn(draft, piece, selecting) });
    selecting.aggregates = [];
    selecting.counting = -1;
  } else if (selecting.aggregates.length > 0) {
    for (const name of selecting.aggregates) {
      draft.select.push({ at, expression: aggregate(draft, piece, name) });
    }
    useForNext(draft, at, selecting.aggregates);
    selecting.aggregates = [];
  } else {
    const isTotalled = /^(total|overall)\b/i.test(piece.text) && isAmong(draft);
    draft.select.push({
      at,
      expression: isTotalled ? aggregate(draft, piece, "sum") : columnOf(piece),
    });
    if (selecting.distinct) draft.distinct = true;
  }
  selecting.distinct = false;
}

function aggregate(draft: Draft, piece: PieceOf<"column">, name: Aggregate): Expression {
  const isText = kindOf(draft, piece) !== "number" && !isMeasure(draft, piece);
  const isTime = /date|time/.test(kindOf(draft, piece)) && (name === "sum" || name === "avg");
  if (isTime) return countRows();
  // "the total number of names" counts; a text has no sum.
  if (isText && (name === "sum" || name === "avg")) return countRows();
  return aggregateOf(name, columnOf(piece));
}

function countColumn(draft: Draft, piece: PieceOf<"column">, selecting: Selecting): Expression {
  const isNumber = kindOf(draft, piece) === "number" && isMeasure(draft, piece);
  if (
    isNumber &&
    !selecting.distinct &&
    !/^how many/i.test(draft.pieces[selecting.counting]?.text ?? "")
  ) {
    const isSum = isTotal(draft, selecting) || draft.groups.length > 0;
    return isSum ? aggregate(draft, piece, "sum") : columnOf(piece);
  }
  return countDistinct(columnOf(piece));
}

/** Whether the answer is one row a group, so that a "total" adds up. */
function isAmong(draft: Draft): boolean {
  const aggregated = draft.select.some(({ expression }) => expression.kind === "aggregate");
  return (
    aggregated ||
    draft.ranking !== null ||
    draft.groups.length > 0 ||
    draft.order.some((order) => order.kind === "by" && order.by.kind === "aggregate")
  );
}

/** "the total number of points" adds up what is already a number. */
function isTotal(draft: Draft, selecting: Selecting): boolean {
  return /total/i.test(draft.pieces[selecting.counting]?.text ?? "");
}

/** "the average height and weight": the aggregate is of both. */
function useForNext(draft: Draft, at: number, names: readonly Aggregate[]): void {
  const link = draft.pieces[at + 1];
  const next = draft.pieces[at + 2];
  const [name] = names;
  if (names.length !== 1 || name === undefined || !isOperator(link, "and") || link?.text !== "and")
    return;
  if (next?.kind !== "column" || draft.used[at + 2] || !isMeasure(draft, next)) return;
  use(draft, at + 2);
  draft.select.push({ at: at + 2, expression: aggregate(draft, next, name) });
}

/** "the name of the director" is the director, where that is a column. */
function isNameOfColumn(draft: Draft, at: number): boolean {
  const link = draft.pieces[at + 1];
  const next = after(draft, at, "prep", "distinct");
  const column = draft.pieces[next];
  if (!/^names?$/i.test(draft.pieces[at]?.text ?? "") || !isOperator(link, "prep")) return false;
  if (column?.kind !== "column" || draft.used[next] || !/^of\b/i.test(link?.text ?? ""))
    return false;
  const entry = columnEntry(draft.lexicon, column);
  return entry?.column.kind === "text" && !entry.isForeign && !entry.isPrimary;
}

// A column that is asked for: as it is, counted or computed.

import type { Piece } from "../link/assign.ts";
import type { Aggregate, Expression } from "../logical/query.ts";
import {
  after,
  columnEntry,
  columnOf,
  type Draft,
  isMeasure,
  isOperator,
  kindOf,
  use,
} from "./draft.ts";

export type Reading = {
  counting: number;
  distinct: boolean;
  aggregates: Aggregate[];
  /** Where each aggregate was said. */
  aggregatePlaces: number[];
  /** "head" selects; "aside" is behind a preposition; "relative" speaks about the rows. */
  place: "head" | "aside" | "relative";
  /** Whether "and" or a comma leads from what was selected last to what comes. */
  linked: boolean;
};

export function readColumn(
  draft: Draft,
  at: number,
  piece: Extract<Piece, { kind: "column" }>,
  reading: Reading,
): void {
  const isGroupKey = draft.groups.some((group) => group.at === at);
  if (
    reading.counting < 0 &&
    reading.aggregates.length === 0 &&
    (reading.place !== "head" || isGroupKey)
  )
    return;
  if (isGroupKey) return;
  if (!reading.linked && reading.counting < 0 && reading.aggregates.length === 0) return;
  if (isNameOfColumn(draft, at)) {
    use(draft, at);
    return;
  }
  use(draft, at);
  reading.linked = false;
  if (reading.counting >= 0) {
    use(draft, reading.counting);
    for (const name of reading.aggregates) {
      draft.select.push({ at, expression: aggregate(draft, piece, name) });
    }
    const isExtra = reading.aggregates.length > 0 && !isTotal(draft, reading);
    if (!isExtra) draft.select.push({ at, expression: countColumn(draft, piece, reading) });
    reading.aggregates = [];
    reading.counting = -1;
  } else if (reading.aggregates.length > 0) {
    for (const name of reading.aggregates) {
      draft.select.push({ at, expression: aggregate(draft, piece, name) });
    }
    useForNext(draft, at, reading.aggregates);
    reading.aggregates = [];
  } else {
    const isTotalled = /^(total|overall)\b/i.test(piece.text) && isAmong(draft);
    draft.select.push({
      at,
      expression: isTotalled ? aggregate(draft, piece, "sum") : columnOf(piece),
    });
    if (reading.distinct) draft.distinct = true;
  }
  reading.distinct = false;
}

function aggregate(
  draft: Draft,
  piece: Extract<Piece, { kind: "column" }>,
  name: Aggregate,
): Expression {
  const isText = kindOf(draft, piece) !== "number" && !isMeasure(draft, piece);
  const isTime = /date|time/.test(kindOf(draft, piece)) && (name === "sum" || name === "avg");
  if (isTime) return countRows();
  // "the total number of names" counts; a text has no sum.
  if (isText && (name === "sum" || name === "avg")) return countRows();
  return { kind: "aggregate", name, of: columnOf(piece), distinct: false };
}

function countColumn(
  draft: Draft,
  piece: Extract<Piece, { kind: "column" }>,
  reading: Reading,
): Expression {
  const isNumber = kindOf(draft, piece) === "number" && isMeasure(draft, piece);
  if (
    isNumber &&
    !reading.distinct &&
    !/^how many/i.test(draft.pieces[reading.counting]?.text ?? "")
  ) {
    const isSum = isTotal(draft, reading) || draft.groups.length > 0;
    return isSum ? aggregate(draft, piece, "sum") : columnOf(piece);
  }
  return { kind: "aggregate", name: "count", of: columnOf(piece), distinct: true };
}

/** Whether the answer is one row a group, so that a "total" adds up. */
function isAmong(draft: Draft): boolean {
  const aggregated = draft.select.some(({ expression }) => expression.kind === "aggregate");
  return (
    aggregated ||
    draft.ranking !== null ||
    draft.groups.length > 0 ||
    draft.order.some(({ by }) => by !== "count" && by.kind === "aggregate")
  );
}

/** "the total number of points" adds up what is already a number. */
function isTotal(draft: Draft, reading: Reading): boolean {
  return /total/i.test(draft.pieces[reading.counting]?.text ?? "");
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

export function countRows(): Expression {
  return { kind: "aggregate", name: "count", of: null, distinct: false };
}

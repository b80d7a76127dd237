// "the most common type", on its own or as a condition.

import { type ColumnRef, columnOf, countRows, emptyQuery } from "../logical/query.ts";
import { addCondition, after, before, type Draft, isOperator, use } from "./draft.ts";
import { takeLimit } from "./ranking.ts";

/** "customers using the most popular method": what is common narrows what is asked for. */
function isInner(draft: Draft, at: number, ref: ColumnRef): boolean {
  const earlier = draft.pieces.slice(0, at);
  const asked = earlier.some(
    (piece, place) => piece.kind === "column" && !draft.used[place] && piece.column !== ref.column,
  );
  const previous = draft.pieces[before(draft, at)];
  return asked && !isOperator(previous, "command", "comma", "and");
}

function pickCommon(draft: Draft, at: number, ref: ColumnRef, descending: boolean): void {
  const column = columnOf(ref);
  const query = {
    ...emptyQuery(ref.table),
    select: [column],
    group: [ref],
    order: [{ by: countRows(), descending }],
    limit: 1,
  };
  addCondition(draft, at, { kind: "compareQuery", left: column, operator: "=", query }, null);
}

/** Reads "the most common" at `at`: a ranking by count, or a condition on what was named before. */
export function readCommon(draft: Draft, at: number, descending: boolean): void {
  use(draft, at);
  const limit = takeLimit(draft, at);
  draft.ranking = { descending, limit, counted: null };
  const next = after(draft, at, "distinct");
  const piece = draft.pieces[next];
  if (piece?.kind === "column" && !draft.used[next] && limit === 1 && isInner(draft, at, piece)) {
    draft.ranking = null;
    use(draft, next);
    pickCommon(draft, at, piece, descending);
    return;
  }
  if (piece?.kind === "column" && !draft.used[next]) {
    draft.groups.push({ at: next, table: piece.table, column: piece.column });
    if (draft.pieces.slice(0, at).every((each) => /^(operator|number)$/.test(each.kind))) {
      use(draft, next);
      draft.select.push({ at: next, expression: columnOf(piece) });
    }
  }
}

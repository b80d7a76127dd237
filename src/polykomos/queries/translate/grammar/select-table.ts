// A table that is asked for: counted, shown by its label, or the place of an amount.

import type { PieceOf } from "../link/assign.ts";
import { aggregateOf, columnOf, countDistinct, countRows } from "../logical/query.ts";
import { after, amountOf, before, type Draft, hasSelection, isOperator, use } from "./draft.ts";
import type { Selecting } from "./select-column.ts";

/** Reads a table among what is asked for; leaves it alone where it only says whose something is. */
export function readTable(
  draft: Draft,
  at: number,
  piece: PieceOf<"table">,
  selecting: Selecting,
): void {
  if (selecting.counting >= 0) {
    use(draft, at, selecting.counting);
    draft.main = draft.select.length === 0 ? piece.table : draft.main;
    draft.also.push(piece.table);
    const [key] = draft.lexicon.tables[piece.table]?.table.primaryKey ?? [];
    const expression =
      selecting.distinct && key !== undefined
        ? countDistinct(columnOf({ table: piece.table, column: key }))
        : countRows();
    draft.select.push({ at, expression });
    draft.countedTable ??= piece.table;
    selecting.counting = -1;
    selecting.distinct = false;
    selecting.linked = false;
    return;
  }
  const isGroupKey = draft.groups.some((group) => group.at === at);
  const next = after(draft, at);
  if (selecting.aggregates.join() === "sum" && isOperator(draft.pieces[next], "count")) {
    // "the total sales count"
    use(draft, at, next);
    draft.select.push({ at, expression: countRows() });
    selecting.aggregates = [];
    selecting.linked = false;
    return;
  }
  if (
    selecting.place === "head" &&
    selecting.aggregates.length > 0 &&
    readAmount(draft, at, piece.table, selecting)
  )
    return;
  if (selecting.place !== "head" || isGroupKey || selecting.aggregates.length > 0) return;
  const previous = before(draft, at, "distinct");
  if (isOperator(draft.pieces[previous], "prep") && hasSelection(draft)) return;
  if (!selecting.linked) return;
  if (isBesideColumn(draft, at)) return;
  use(draft, at);
  selecting.linked = false;
  draft.labels.push({ at, table: piece.table });
  if (selecting.distinct) draft.distinct = true;
  selecting.distinct = false;
}

/** "the total amount of loans" is of the loans' amount. */
function readAmount(draft: Draft, at: number, table: number, selecting: Selecting): boolean {
  const previous = draft.pieces.slice(0, at).findLast((piece) => isOperator(piece, "agg"));
  const next = draft.pieces[after(draft, at, "prep")];
  if (next?.kind === "column" && next.table === table) return false;
  const ref = amountOf(draft, table, previous?.text ?? "");
  if (ref === null) return false;
  use(draft, at);
  for (const name of selecting.aggregates) {
    draft.select.push({ at, expression: aggregateOf(name, columnOf(ref)) });
  }
  selecting.aggregates = [];
  selecting.linked = false;
  return true;
}

/** "the student names": the table only says whose name. */
function isBesideColumn(draft: Draft, at: number): boolean {
  const piece = draft.pieces[at];
  const next = draft.pieces[after(draft, at)];
  return (
    piece?.kind === "table" &&
    next?.kind === "column" &&
    next.table === piece.table &&
    !draft.used[after(draft, at)]
  );
}

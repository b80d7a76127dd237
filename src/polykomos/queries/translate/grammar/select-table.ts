// A table that is asked for: counted, shown by its label, or the place of an amount.

import type { Piece } from "../link/assign.ts";
import type { Expression } from "../logical/query.ts";
import { after, amountOf, before, columnOf, type Draft, isOperator, use } from "./draft.ts";
import { countRows, type Reading } from "./select-column.ts";

export function readTable(
  draft: Draft,
  at: number,
  piece: Extract<Piece, { kind: "table" }>,
  reading: Reading,
): void {
  if (reading.counting >= 0) {
    use(draft, at, reading.counting);
    draft.main = draft.select.length === 0 ? piece.table : draft.main;
    draft.also.push(piece.table);
    const [key] = draft.lexicon.tables[piece.table]?.table.primaryKey ?? [];
    const once: Expression | null =
      reading.distinct && key !== undefined
        ? {
            kind: "aggregate",
            name: "count",
            of: columnOf({ table: piece.table, column: key }),
            distinct: true,
          }
        : null;
    draft.select.push({ at, expression: once ?? countRows() });
    draft.labels.push({ at: -1, table: piece.table });
    reading.counting = -1;
    reading.distinct = false;
    reading.linked = false;
    return;
  }
  const isGroupKey = draft.groups.some((group) => group.at === at);
  const next = after(draft, at);
  if (reading.aggregates.join() === "sum" && isOperator(draft.pieces[next], "count")) {
    // "the total sales count"
    use(draft, at, next);
    draft.select.push({ at, expression: countRows() });
    reading.aggregates = [];
    reading.linked = false;
    return;
  }
  if (
    reading.place === "head" &&
    reading.aggregates.length > 0 &&
    readAmount(draft, at, piece.table, reading)
  )
    return;
  if (reading.place !== "head" || isGroupKey || reading.aggregates.length > 0) return;
  const previous = before(draft, at, "distinct");
  if (isOperator(draft.pieces[previous], "prep") && draft.select.length + draft.labels.length > 0)
    return;
  if (!reading.linked) return;
  if (isBesideColumn(draft, at)) return;
  use(draft, at);
  reading.linked = false;
  draft.labels.push({ at, table: piece.table });
  if (reading.distinct) draft.distinct = true;
  reading.distinct = false;
}

/** "the total amount of loans" is of the loans' amount. */
function readAmount(draft: Draft, at: number, table: number, reading: Reading): boolean {
  const previous = draft.pieces.slice(0, at).findLast((piece) => isOperator(piece, "agg"));
  const next = draft.pieces[after(draft, at, "prep")];
  if (next?.kind === "column" && next.table === table) return false;
  const ref = amountOf(draft, table, previous?.text ?? "");
  if (ref === null) return false;
  use(draft, at);
  for (const name of reading.aggregates) {
    const of = columnOf(ref);
    draft.select.push({ at, expression: { kind: "aggregate", name, of, distinct: false } });
  }
  reading.aggregates = [];
  reading.linked = false;
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

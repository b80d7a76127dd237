// "in the past 30 days", "this year", "per month".

import { type ColumnRef, compared } from "../logical/query.ts";
import { isBirth } from "./concepts.ts";
import { pastStart, unitOf } from "./dates.ts";
import {
  addCondition,
  after,
  columnEntry,
  type Draft,
  isOperator,
  spokenTables,
  use,
} from "./draft.ts";

/** Turns spans of time into conditions and "per month" into groups, and marks what they used. */
export function readTimes(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "operator") continue;
    if (piece.operator === "past") readPast(draft, at);
    if (piece.operator === "bucket") readBucket(draft, at, piece.text);
  }
}

function readPast(draft: Draft, at: number): void {
  const number = after(draft, at);
  const count = draft.pieces[number];
  const hasCount = count?.kind === "number";
  let place = hasCount ? number + 1 : number;
  const isWhole = draft.pieces[place]?.text.toLowerCase() === "calendar";
  if (isWhole) place += 1;
  const unit = unitOf(draft.pieces[place]?.text ?? "");
  const ref = timeColumn(draft, at);
  if (unit === null || ref === null) return;
  const start = pastStart(draft.now, hasCount ? count.value : 1, unit, isWhole);
  use(draft, at, place);
  if (hasCount) use(draft, number);
  // Longer ago than there are dates: everything is later.
  if (start === null) return;
  addCondition(draft, at, compared(ref, ">=", { kind: "text", value: start }), ref);
}

function readBucket(draft: Draft, at: number, text: string): void {
  const unit = unitOf(text);
  const ref = timeColumn(draft, at);
  if (unit === null || ref === null) return;
  use(draft, at);
  if (draft.buckets.some((bucket) => bucket.unit === unit)) return;
  draft.buckets.push({ unit, ref });
}

/** The date that is meant: one named just before, else one of a table that holds events. */
export function timeColumn(draft: Draft, at: number): ColumnRef | null {
  for (let place = at - 1; place >= Math.max(0, at - 4); place -= 1) {
    const piece = draft.pieces[place];
    if (piece?.kind === "column" && isTime(draft, piece)) {
      use(draft, place);
      return piece;
    }
    if (isOperator(piece, "comma", "sentence")) break;
  }
  const weight = (table: number) => draft.graph.edges.filter((edge) => edge.from === table).length;
  const ordered = [...new Set(spokenTables(draft.pieces))].sort((a, b) => weight(b) - weight(a));
  for (const table of ordered) {
    const entry = draft.lexicon.tables[table]?.columns.find((column) =>
      isTime(draft, { table, column: column.column.name }),
    );
    if (entry) return { table, column: entry.column.name };
  }
  return null;
}

function isTime(draft: Draft, ref: ColumnRef): boolean {
  const entry = columnEntry(draft.lexicon, ref);
  return entry !== null && /^(date|timestamp)$/.test(entry.column.kind) && !isBirth(entry);
}

import type { Column, ColumnKind } from "../../catalog/catalog.ts";
import type { JoinGraph } from "../joins/graph.ts";
import type { Piece } from "../link/assign.ts";
import type { ColumnEntry, Lexicon } from "../link/lexicon.ts";
import type { ColumnRef, Comparison, Condition, Expression, TimeUnit } from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";

/** One condition, with where it was said and the columns it speaks of. */
export type Placed = { at: number; condition: Condition; ref: ColumnRef | null; negated: boolean };
/** What is counted: rows of a table, or of a column's table. */
export type Counted = { table: number; column: string | null };
/** "more than two pets": the subject's rows of the counted, compared. */
type CountCondition = { operator: Comparison; value: string; counted: Counted | null };
type Ranking = { descending: boolean; limit: number; counted: Counted | null };
type Selected = { at: number; expression: Expression };

/** What the clauses found so far; each clause marks the pieces that it used. */
export type Draft = {
  pieces: readonly Piece[];
  lexicon: Lexicon;
  graph: JoinGraph;
  now: Date;
  used: boolean[];
  /** Places of words such as "active", which narrow what stands behind them. */
  flags: Set<number>;
  main: number;
  select: Selected[];
  distinct: boolean;
  /** Tables that stand where a column would: shown by their label. */
  labels: { at: number; table: number }[];
  conditions: Placed[];
  counts: CountCondition[];
  having: Condition[];
  ranking: Ranking | null;
  order: { by: Expression | "count"; counted: Counted | null; descending: boolean }[];
  limit: number | null;
  groups: { at: number; table: number; column: string | null }[];
  buckets: { unit: TimeUnit; ref: ColumnRef }[];
  excluded: { at: number; tables: number[]; conditions: Placed[] }[];
  also: number[];
};

/** A piece's operator when it is one of these. */
export function isOperator(piece: Piece | undefined, ...names: Operator[]): boolean {
  return piece?.kind === "operator" && names.includes(piece.operator);
}

/** The next piece of meaning after `at`; words without meaning are stepped over. */
export function after(draft: Draft, at: number, ...skipped: Operator[]): number {
  let next = at + 1;
  while (isOperator(draft.pieces[next], "glue", "all", ...skipped) || draft.flags.has(next))
    next += 1;
  return next;
}

export function before(draft: Draft, at: number, ...skipped: Operator[]): number {
  let previous = at - 1;
  while (isOperator(draft.pieces[previous], "glue", "all", ...skipped)) previous -= 1;
  return previous;
}

export function use(draft: Draft, ...places: number[]): void {
  for (const at of places) draft.used[at] = true;
}

export function columnEntry(lexicon: Lexicon, ref: ColumnRef): ColumnEntry | null {
  const columns = lexicon.tables[ref.table]?.columns ?? [];
  return columns.find(({ column }) => column.name === ref.column) ?? null;
}

export function kindOf(draft: Draft, ref: ColumnRef): ColumnKind {
  return columnEntry(draft.lexicon, ref)?.column.kind ?? "other";
}

/** A column that can be measured: a number that is no key, or text that names an amount. */
export function isMeasure(draft: Draft, ref: ColumnRef): boolean {
  const entry = columnEntry(draft.lexicon, ref);
  if (entry === null || entry.isForeign || entry.isPrimary) return false;
  if (/^(number|date|timestamp|time)$/.test(entry.column.kind)) {
    return !/(^|_)(id|code)$/i.test(entry.column.name);
  }
  return holdsNumbers(entry.column);
}

/** The column that "the average rating" or "the total amount of loans" is taken of; null when unclear. */
export function amountOf(draft: Draft, table: number, said: string): ColumnRef | null {
  const columns = (draft.lexicon.tables[table]?.columns ?? []).filter(
    (entry) =>
      entry.column.kind === "number" && isMeasure(draft, { table, column: entry.column.name }),
  );
  const word = /amount|value|cost|price/i.exec(said)?.[0]?.toLowerCase();
  const named = columns.filter(
    ({ forms }) => word !== undefined && forms.some((form) => form.includes(word)),
  );
  const [only] = named.length > 0 ? named : columns.length === 1 ? columns : [];
  return only ? { table, column: only.column.name } : null;
}

/** Text of nothing but digits; without known values its kind of text is not known. */
export function holdsNumbers({ kind, values }: Column): boolean {
  return (
    kind === "text" &&
    values.length > 0 &&
    values.every((value) => /^-?\d+(\.\d+)?$/.test(value.trim()))
  );
}

export function columnOf(ref: ColumnRef): Expression {
  return { kind: "column", ref: { table: ref.table, column: ref.column } };
}

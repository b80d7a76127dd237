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
/** What rows are ordered by: an expression, how many rows of something there are, or what is shown first. */
type Order = { descending: boolean } & (
  | { kind: "by"; by: Expression }
  | { kind: "count"; counted: Counted | null }
  | { kind: "shown" }
);

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
  /** The table of "how many customers", where rows are counted. */
  countedTable: number | null;
  conditions: Placed[];
  counts: CountCondition[];
  having: Condition[];
  ranking: Ranking | null;
  order: Order[];
  limit: number | null;
  groups: { at: number; table: number; column: string | null }[];
  buckets: { unit: TimeUnit; ref: ColumnRef }[];
  excluded: { at: number; tables: number[]; conditions: Placed[] }[];
  also: number[];
};

/** Whether a piece is one of these operators. */
export function isOperator(piece: Piece | undefined, ...names: Operator[]): boolean {
  return piece?.kind === "operator" && names.includes(piece.operator);
}

/** The place of the next piece after `at` that means something; these operators are stepped over too. */
export function after(draft: Draft, at: number, ...skipped: Operator[]): number {
  let next = at + 1;
  while (isOperator(draft.pieces[next], "glue", "all", ...skipped) || draft.flags.has(next))
    next += 1;
  return next;
}

/** The same in the other direction; words such as "active" are not stepped over. */
export function before(draft: Draft, at: number, ...skipped: Operator[]): number {
  let previous = at - 1;
  while (isOperator(draft.pieces[previous], "glue", "all", ...skipped)) previous -= 1;
  return previous;
}

/** Marks pieces as used, so that no later clause takes them. */
export function use(draft: Draft, ...places: number[]): void {
  for (const at of places) draft.used[at] = true;
}

/** Adds a condition that was said at `at`; `ref` is the column it speaks of. */
export function addCondition(
  draft: Draft,
  at: number,
  condition: Condition,
  ref: ColumnRef | null,
): void {
  draft.conditions.push({ at, condition, ref, negated: false });
}

/** Whether something to show was found so far. */
export function hasSelection(draft: Draft): boolean {
  return draft.select.length + draft.labels.length > 0;
}

/** The tables of everything that the question names, in its order and as often. */
export function spokenTables(pieces: readonly Piece[]): number[] {
  return pieces.flatMap((piece) => ("table" in piece ? [piece.table] : []));
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

/** Text of nothing but numbers; a column whose values are not known is not taken for one. */
export function holdsNumbers({ kind, values }: Column): boolean {
  return (
    kind === "text" &&
    values.length > 0 &&
    values.every((value) => /^-?\d+(\.\d+)?$/.test(value.trim()))
  );
}

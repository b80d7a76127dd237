// Of all that the pieces of a question may mean, the few joint choices that hold together best: columns
// of the tables that are spoken of, values of the column before them, and few joins.

import type { JoinGraph } from "../joins/graph.ts";
import { planJoins } from "../joins/plan.ts";
import type { Operator } from "../operators/operator.ts";
import type { Candidate, Item, ValueCandidate } from "./item.ts";
import type { Lexicon } from "./lexicon.ts";

/** A piece whose meaning is chosen. */
export type Piece = { text: string; from: number; to: number } & (
  | { kind: "operator"; operator: Operator; argument: string }
  | { kind: "table"; table: number; score: number }
  | { kind: "column"; table: number; column: string; score: number }
  | { kind: "value"; table: number; column: string; value: string }
  | { kind: "text" }
  | { kind: "number"; value: number; decimal: string; candidates: ValueCandidate[] }
  | { kind: "date"; value: string }
  | { kind: "unknown" }
);
export type PieceOf<Kind extends Piece["kind"]> = Extract<Piece, { kind: Kind }>;
export type Assignment = { pieces: Piece[]; score: number; tables: number[] };

const beamWidth = 24;
const assignmentsMax = 4;
const valuesMax = 10;
const namesMax = 12;
const outrightScoreMin = 2.9;
const salientBonus = 0.4;
const newTableCost = 0.55;
const tableBonus = 0.25;
const besideTableBonus = 0.9;
const sameTableBonus = 0.25;
const valueOfColumnBonus = 2.6;
const valueOfTableBonus = 0.8;
const labelBonus = 0.5;
const directionBonus = 0.6;
const notMeasureCost = 1.5;
const joinCost = 0.55;
const unreachableCost = 6;

/** The best joint choices, best first; at least one. */
export function assign(items: readonly Item[], lexicon: Lexicon, graph: JoinGraph): Assignment[] {
  const salient = salientTables(items);
  let states: Assignment[] = [{ pieces: [], score: 0, tables: [] }];
  for (const item of items) {
    states = states
      .flatMap((state) => choicesOf(item, salient).map((piece) => extend(state, piece, lexicon)))
      .sort((a, b) => b.score - a.score)
      .slice(0, beamWidth);
  }
  const scored = states.map((state) => ({
    ...state,
    score: state.score + joinScore(state, graph),
  }));
  scored.sort((a, b) => b.score - a.score);
  return scored.slice(0, assignmentsMax);
}

function joinScore({ tables }: Assignment, graph: JoinGraph): number {
  if (tables.length < 2) return 0;
  const plan = planJoins(graph, tables);
  return plan === null ? -unreachableCost : -plan.cost * joinCost;
}

/** Tables that the question names outright. */
function salientTables(items: readonly Item[]): Set<number> {
  const tables = items.flatMap((item) => {
    if (item.kind !== "ref") return [];
    return item.candidates
      .filter(({ column, score }) => column === null && score >= outrightScoreMin)
      .map(({ table }) => table);
  });
  return new Set(tables);
}

function choicesOf(item: Item, salient: ReadonlySet<number>): Piece[] {
  const { text, from, to } = item;
  const place = { text, from, to };
  switch (item.kind) {
    case "operator":
      return [{ ...place, kind: "operator", operator: item.operator, argument: item.argument }];
    case "ref":
      return item.candidates
        .map((each) =>
          salient.has(each.table) ? { ...each, score: each.score + salientBonus } : each,
        )
        .sort((a, b) => b.score - a.score)
        .slice(0, namesMax)
        .map((candidate) => refPiece(place, candidate));
    case "value": {
      if (item.candidates.length === 0) return [{ ...place, kind: "text" }];
      const kept = item.candidates.slice(0, valuesMax);
      return kept.map(({ table, column, value }) => ({
        ...place,
        kind: "value",
        table,
        column,
        value,
      }));
    }
    case "number": {
      const { value, decimal, candidates } = item;
      return [{ ...place, kind: "number", value, decimal, candidates }];
    }
    case "date":
      return [{ ...place, kind: "date", value: item.value }];
    case "unknown":
      return [{ ...place, kind: "unknown" }];
    default:
      return item satisfies never;
  }
}

function refPiece(
  place: { text: string; from: number; to: number },
  { table, column, score }: Candidate,
): Piece {
  if (column === null) return { ...place, kind: "table", table, score };
  return { ...place, kind: "column", table, column, score };
}

function extend(state: Assignment, piece: Piece, lexicon: Lexicon): Assignment {
  const pieces = [...state.pieces, piece];
  if (piece.kind !== "table" && piece.kind !== "column" && piece.kind !== "value") {
    return { ...state, pieces };
  }
  const isNew = !state.tables.includes(piece.table);
  const tables = isNew ? [...state.tables, piece.table] : state.tables;
  const own = piece.kind === "value" ? 0 : piece.score + (piece.kind === "table" ? tableBonus : 0);
  const misfit = piece.kind === "value" ? 0 : misfitCost(state.pieces, piece, lexicon);
  const cost = misfit + (isNew && state.tables.length > 0 ? newTableCost : 0);
  return {
    pieces,
    tables,
    score: state.score + own - cost + besideScore(state.pieces, piece, lexicon),
  };
}

/** Only numbers have a sum or an average. */
function misfitCost(
  before: readonly Piece[],
  piece: PieceOf<"table" | "column">,
  lexicon: Lexicon,
): number {
  const last = before.findLast(
    (each) => each.kind !== "operator" || !/^(glue|all|prep|distinct)$/.test(each.operator),
  );
  if (last?.kind !== "operator" || last.operator !== "agg" || !/^(sum|avg)$/.test(last.argument))
    return 0;
  if (piece.kind === "table") return piece.score < outrightScoreMin ? notMeasureCost : 0;
  const entry = lexicon.tables[piece.table]?.columns.find(
    ({ column }) => column.name === piece.column,
  );
  return entry?.column.kind === "number" && !entry.isPrimary && !entry.isForeign
    ? 0
    : notMeasureCost;
}

/** What the pieces just before say about this one. */
function besideScore(
  before: readonly Piece[],
  piece: Extract<Piece, { table: number }>,
  lexicon: Lexicon,
): number {
  const near = lastNamed(before);
  if (near === null) {
    if (piece.kind !== "value") return 0;
    return labelScore(piece, lexicon) + directionScore(before, piece, lexicon);
  }
  const isSame = near.table === piece.table;
  if (piece.kind === "value") {
    const label = labelScore(piece, lexicon) + directionScore(before, piece, lexicon);
    if (near.kind === "column" && isSame && near.column === piece.column)
      return valueOfColumnBonus + label;
    return (isSame ? valueOfTableBonus : 0) + label;
  }
  if (piece.kind === "table") {
    return isSame && near.kind !== "table"
      ? columnsBefore(before, piece.table) * besideTableBonus
      : 0;
  }
  if (near.kind === "table" && isSame) return besideTableBonus;
  return isSame ? sameTableBonus : 0;
}

/** Of "name and age of the singer", both; at least one. */
function columnsBefore(before: readonly Piece[], table: number): number {
  let count = 0;
  for (let at = before.length - 1; at >= 0 && count < 3; at -= 1) {
    const piece = before[at];
    if (piece?.kind === "column" && piece.table === table) count += 1;
    else if (
      piece?.kind !== "operator" ||
      !/^(and|comma|prep|glue|each|group|distinct|all)$/.test(piece.operator)
    )
      break;
  }
  return Math.max(1, count);
}

function lastNamed(before: readonly Piece[]): Extract<Piece, { table: number }> | null {
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const piece = before[at];
    if (piece === undefined) return null;
    if (piece.kind === "table" || piece.kind === "column" || piece.kind === "value") return piece;
    if (piece.kind === "operator" && piece.operator === "sentence") return null;
  }
  return null;
}

/** "from Rome to Paris": the first is an origin, the second a destination. */
function directionScore(
  before: readonly Piece[],
  piece: { table: number; column: string },
  lexicon: Lexicon,
): number {
  const said = before.at(-1)?.text.toLowerCase() ?? "";
  const entry = lexicon.tables[piece.table]?.columns.find(
    ({ column }) => column.name === piece.column,
  );
  const words = entry?.forms.flat() ?? [];
  const isOrigin = words.some((word) => /^(origin|source|from|departure)$/.test(word));
  const isEnd = words.some((word) => /^(destination|dest|to|arrival)$/.test(word));
  if (/\bfrom$/.test(said)) return isOrigin ? directionBonus : isEnd ? -directionBonus : 0;
  if (/\bto$/.test(said)) return isEnd ? directionBonus : isOrigin ? -directionBonus : 0;
  return 0;
}

function labelScore(piece: { table: number; column: string }, lexicon: Lexicon): number {
  const entry = lexicon.tables[piece.table]?.columns.find(
    ({ column }) => column.name === piece.column,
  );
  if (entry === undefined) return 0;
  const isName = entry.ownForms.some((form) => form.at(-1) === "name" || form[0] === "title");
  return (isName ? labelBonus : 0) - (entry.isForeign ? labelBonus : 0);
}

// Values and patterns: "in France", "named 'Rex'", "whose title contains 'war'", "with id 5".

import type { Piece, PieceOf } from "../link/assign.ts";
import { labelColumns } from "../link/labels.ts";
import { type ColumnRef, type Condition, columnOf, compared } from "../logical/query.ts";
import { addComparison } from "./comparison.ts";
import { findConcept } from "./concepts.ts";
import { isYear } from "./dates.ts";
import {
  addCondition,
  after,
  before,
  columnEntry,
  type Draft,
  holdsNumbers,
  isOperator,
  kindOf,
  spokenTables,
  use,
} from "./draft.ts";

/** Turns values, patterns, nulls and left-over numbers into conditions and marks what they used. */
export function readFilters(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at]) continue;
    if (isOperator(piece, "like") && piece.kind === "operator") readLike(draft, at, piece.argument);
    if (isOperator(piece, "null", "notnull")) readNull(draft, at, isOperator(piece, "notnull"));
  }
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at]) continue;
    if (piece.kind === "value") readValue(draft, at, piece);
    if (piece.kind === "text") readText(draft, at, piece.text);
    if (piece.kind === "number") readNumber(draft, at, piece);
    if (piece.kind === "date") readDate(draft, at, piece);
  }
}

/** "have 'Express' in their names" looks for a part of the text. */
function readInside(draft: Draft, at: number, text: string): boolean {
  const inside = draft.pieces[at + 1];
  if (inside?.kind !== "operator" || !/^in( the)?$/i.test(inside.text)) return false;
  const next = after(draft, at + 1);
  const column = draft.pieces[next];
  const had = draft.pieces[before(draft, at, "prep")];
  if (
    column?.kind !== "column" ||
    kindOf(draft, column) !== "text" ||
    !isOperator(had, "rel", "whose", "like")
  )
    return false;
  use(draft, at, next);
  const pattern = `%${escapePattern(text)}%`;
  addCondition(
    draft,
    at,
    { kind: "like", left: columnOf(column), pattern, negated: false },
    column,
  );
  return true;
}

function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

function readValue(draft: Draft, at: number, piece: PieceOf<"value">): void {
  if (readInside(draft, at, piece.text)) return;
  use(draft, at);
  useAttribute(draft, at, piece);
  addCondition(draft, at, isText(piece, signBefore(draft, at), piece.value), piece);
}

/** The column's own name beside its value belongs to the condition: "whose city is Paris". */
function useAttribute(draft: Draft, at: number, ref: ColumnRef): void {
  const previous = before(
    draft,
    at,
    "prep",
    "rel",
    "comma",
    "cmp",
    "or",
    "either",
    "both",
    "not",
    "whose",
  );
  const next = after(draft, at);
  for (const place of [previous, next]) {
    const piece = draft.pieces[place];
    const isSame =
      piece?.kind === "column" && piece.table === ref.table && piece.column === ref.column;
    const isShown = place === previous && isOperator(draft.pieces[place + 1], "comma");
    if (isSame && !draft.used[place] && !isShown && !isHead(draft, place)) use(draft, place);
  }
}

/** The first thing that is asked for is not an attribute of a value. */
function isHead(draft: Draft, at: number): boolean {
  const previous = before(draft, at, "distinct");
  const isFirst = isOperator(draft.pieces[previous], "command");
  const next = draft.pieces[at + 1];
  return isFirst && !isOperator(next, "rel", "cmp") && next?.kind !== "value";
}

function signBefore(draft: Draft, at: number): "=" | "<>" {
  const previous = before(draft, at, "prep");
  const piece = draft.pieces[previous];
  if (piece?.kind !== "operator" || piece.operator !== "cmp") return "=";
  if (piece.argument !== "<>" && piece.argument !== "=") return "=";
  use(draft, previous);
  return piece.argument;
}

/** A quoted text that is nowhere in the database still compares with the column it stands beside. */
function readText(draft: Draft, at: number, text: string): void {
  if (readInside(draft, at, text)) return;
  const ref = textColumn(draft, attributeOf(draft, at));
  if (ref === null) return;
  use(draft, at);
  addCondition(draft, at, isText(ref, signBefore(draft, at), text), ref);
}

function isText(ref: ColumnRef, operator: "=" | "<>", value: string): Condition {
  return compared(ref, operator, { kind: "text", value });
}

/** A text is compared with text: with the label of what a number points to. */
function textColumn(draft: Draft, ref: ColumnRef | null): ColumnRef | null {
  if (ref === null || kindOf(draft, ref) === "text") return ref;
  const edge = draft.graph.edges.find(
    (each) => each.from === ref.table && each.fromColumns[0] === ref.column,
  );
  const label = edge && labelColumns(draft.lexicon, edge.to)[0];
  return label && kindOf(draft, label) === "text" ? label : null;
}

function attributeOf(draft: Draft, at: number): ColumnRef | null {
  const previous = before(draft, at, "prep", "rel", "cmp", "not", "or", "either");
  const piece = draft.pieces[previous];
  if (
    piece?.kind === "column" &&
    (!draft.used[previous] || isOperator(draft.pieces[before(draft, at)], "or"))
  ) {
    use(draft, previous);
    return piece;
  }
  const next = after(draft, at);
  const following = draft.pieces[next];
  if (following?.kind === "column" && !draft.used[next] && kindOf(draft, following) === "text") {
    use(draft, next);
    return following;
  }
  if (following?.kind === "table") return labelColumns(draft.lexicon, following.table)[0] ?? null;
  if (piece?.kind === "table") return labelColumns(draft.lexicon, piece.table)[0] ?? null;
  return labelColumns(draft.lexicon, draft.main)[0] ?? null;
}

function readLike(draft: Draft, at: number, where: string): void {
  let next = after(draft, at, "prep");
  const isNoun = (piece: Piece | undefined) =>
    /^(words?|letters?|strings?|substrings?|characters?|phrase|prefix|suffix|text)$/i.test(
      piece?.text ?? "",
    );
  while (isNoun(draft.pieces[next]) && next < draft.pieces.length - 1)
    next = after(draft, next, "prep");
  const piece = draft.pieces[next];
  const isText = piece?.kind === "value" || piece?.kind === "text" || piece?.kind === "unknown";
  const isLetter = piece !== undefined && piece.kind !== "operator" && piece.text.length === 1;
  if (!isText && !isLetter && piece?.kind !== "number") return;
  if (draft.used[next]) return;
  let place = before(draft, at, "rel", "prep", "not");
  for (let steps = 0; steps < 2 && draft.pieces[place]?.kind === "unknown"; steps += 1) {
    place = before(draft, place, "rel", "prep", "not");
  }
  const left = draft.pieces[place];
  let ref: ColumnRef | null = null;
  if (left?.kind === "column") ref = left;
  else if (left?.kind === "table") ref = labelColumns(draft.lexicon, left.table)[0] ?? null;
  else if (piece?.kind === "value") ref = piece;
  ref ??= labelColumns(draft.lexicon, draft.main)[0] ?? null;
  if (ref === null || kindOf(draft, ref) !== "text") return;
  use(draft, at, next);
  if (left?.kind === "column" && !isHead(draft, place)) use(draft, place);
  const text = escapePattern(piece?.text ?? "");
  const pattern = where === "starts" ? `${text}%` : where === "ends" ? `%${text}` : `%${text}%`;
  addCondition(draft, at, { kind: "like", left: columnOf(ref), pattern, negated: false }, ref);
}

function readNull(draft: Draft, at: number, negated: boolean): void {
  const places = [before(draft, at, "rel", "prep"), after(draft, at, "prep")];
  for (const place of places) {
    const piece = draft.pieces[place];
    if (piece?.kind !== "column" || draft.used[place]) continue;
    use(draft, at, place);
    addCondition(draft, at, { kind: "isNull", left: columnOf(piece), negated }, piece);
    return;
  }
}

function readNumber(draft: Draft, at: number, piece: PieceOf<"number">): void {
  const previous = before(draft, at, "prep", "rel", "cmp", "or", "either", "not");
  const left = draft.pieces[previous];
  const next = after(draft, at);
  const right = draft.pieces[next];
  const isOr = isOperator(draft.pieces[before(draft, at)], "or");
  if (left?.kind === "column" && (!draft.used[previous] || isOr)) {
    const value = piece.candidates.find(
      (each) => each.table === left.table && each.column === left.column,
    );
    const kind = kindOf(draft, left);
    const isDigits = kind === "text" && (value !== undefined || takesDigits(draft, left));
    if (kind === "number" || isDigits || (isYear(piece.value) && /date|timestamp/.test(kind))) {
      use(draft, at, previous);
      if (value) addCondition(draft, at, isText(left, "=", value.value), left);
      else addComparison(draft, at, left, signBefore(draft, at), piece);
      return;
    }
  }
  if (
    right?.kind === "column" &&
    !draft.used[next] &&
    kindOf(draft, right) === "number" &&
    next === at + 1
  ) {
    use(draft, at, next);
    addComparison(draft, at, right, "=", piece);
    return;
  }
  if (isYear(piece.value)) {
    const found = findConcept(draft.lexicon, "time", [draft.main, ...spokenTables(draft.pieces)]);
    if (found) {
      use(draft, at);
      addComparison(draft, at, found.ref, "=", piece);
      return;
    }
  }
  const [value] = piece.candidates;
  if (value) {
    use(draft, at);
    addCondition(draft, at, isText(value, "=", value.value), value);
    return;
  }
  if (left?.kind === "table") {
    const key = draft.lexicon.tables[left.table]?.columns.find(({ isPrimary }) => isPrimary);
    if (key?.column.kind !== "number") return;
    const ref = { table: left.table, column: key.column.name };
    use(draft, at, previous);
    addComparison(draft, at, ref, "=", piece);
  }
}

/** Digits are compared with text that holds digits, or of which nothing is known. */
function takesDigits(draft: Draft, ref: ColumnRef): boolean {
  const column = columnEntry(draft.lexicon, ref)?.column;
  return column !== undefined && (column.values.length === 0 || holdsNumbers(column));
}

function readDate(draft: Draft, at: number, piece: PieceOf<"date">): void {
  const previous = before(draft, at, "prep", "rel", "cmp");
  const left = draft.pieces[previous];
  const isDated = left?.kind === "column" && /date|timestamp|text/.test(kindOf(draft, left));
  const named = left?.kind === "column" && isDated && !draft.used[previous] ? left : null;
  const meant =
    named ?? findConcept(draft.lexicon, "time", [draft.main, ...spokenTables(draft.pieces)])?.ref;
  if (!meant) return;
  use(draft, at);
  if (named) use(draft, previous);
  addComparison(draft, at, meant, "=", piece);
}

// Columns that say yes or no: "discontinued products", "which are not active", "paid but not shipped".

import type { Piece, PieceOf } from "../link/assign.ts";
import type { FlagAnswers } from "../link/flag-answers.ts";
import { type ColumnRef, columnOf, compared } from "../logical/query.ts";
import { after, before, columnEntry, type Draft, isOperator, use } from "./draft.ts";

type ColumnPiece = PieceOf<"column">;

/** Below this too little of the name is said: "affirmative" is not "if_affirmative_win". */
const namedScoreMin = 2.2;

/** Turns what is said of rows by such a column into conditions, and marks what they used. */
export function readFlags(draft: Draft): void {
  // "whether it is active": shown like any other column.
  if (draft.pieces.some(({ text }) => /^(whether|if)$/i.test(text))) return;
  const isYesNo = /^(is|are|was|were|has|have|does|do)( the)?$/i.test(draft.pieces[0]?.text ?? "");
  let last = -1;
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "column" || piece.score < namedScoreMin) continue;
    const answers = columnEntry(draft.lexicon, piece)?.answers ?? null;
    if (answers === null || isCompared(draft, at)) continue;
    const isLinked = isLinkedTo(draft, at, last);
    if (!isLinked && !isAdjective(draft, at) && !isPredicate(draft, at)) {
      if (isYesNo && last < 0) showFlag(draft, at, piece);
      continue;
    }
    if (isLinked) useLinks(draft, last, at);
    readFlag(draft, at, piece, answers);
    draft.flags.add(at);
    last = at;
  }
}

/** "Is the lamp discontinued?" is answered by the column. */
function showFlag(draft: Draft, at: number, piece: ColumnPiece): void {
  use(draft, at);
  draft.select.push({ at, expression: columnOf(piece) });
}

/** The "and" between two such words links no columns to show. */
function useLinks(draft: Draft, from: number, to: number): void {
  for (let at = from + 1; at < to; at += 1) {
    if (isOperator(draft.pieces[at], "and", "comma")) use(draft, at);
  }
}

function readFlag(draft: Draft, at: number, piece: ColumnPiece, { yes, no }: FlagAnswers): void {
  const place = before(draft, at, "prep");
  const isOut = /^out of$/i.test(draft.pieces[before(draft, at)]?.text ?? "");
  const isNegated = isOut || isOperator(draft.pieces[place], "not", "except");
  use(draft, at, ...(isNegated && !isOut ? [place] : []));
  draft.conditions.push({
    at,
    ref: piece,
    negated: isNegated,
    condition: compared(piece, "=", isNegated ? no : yes),
  });
}

/** "whose active is false", "with the decision 'no'": what is compared with a value is no word of its own. */
function isCompared(draft: Draft, at: number): boolean {
  const own = draft.pieces[at];
  const next = draft.pieces[after(draft, at)];
  const isSaid = draft.pieces.some(
    (piece) =>
      own?.kind === "column" &&
      ((piece.kind === "value" && isOf(piece, own)) ||
        (piece.kind === "number" && piece.candidates.some((each) => isOf(each, own)))),
  );
  return (
    isSaid ||
    isOperator(next, "cmp") ||
    /^(number|text|date)$/.test(next?.kind ?? "") ||
    /^(true|false|yes|no)$/i.test(next?.text ?? "")
  );
}

function isOf(one: ColumnRef, other: ColumnRef): boolean {
  return one.table === other.table && one.column === other.column;
}

const placing = /^(in|out of|on|under|as|for|to|with)( the)?$/i;

/** "that are active", "orders not shipped", "products in stock": what is said behind a table. */
function isPredicate(draft: Draft, at: number): boolean {
  const place = before(draft, at);
  const said = draft.pieces[place];
  const isPlace = isOperator(said, "prep") && placing.test(said?.text ?? "");
  let subject = isPlace ? before(draft, place) : before(draft, at, "not", "except");
  // "subscribed to the newsletter"
  if (isPlace && draft.pieces[subject]?.kind === "unknown") subject = before(draft, subject);
  const previous = draft.pieces[subject];
  if (isOperator(previous, "rel", "whose")) return hasTableBefore(draft, at);
  if (isOperator(said, "not", "except")) return true;
  return previous?.kind === "table";
}

function hasTableBefore(draft: Draft, at: number): boolean {
  return draft.pieces.slice(0, at).some((piece) => piece.kind === "table");
}

/** "active customers": right before the table that it is a column of, or before its like there. */
function isAdjective(draft: Draft, at: number): boolean {
  const piece = draft.pieces[at];
  let next = at + 1;
  while (
    isOperator(draft.pieces[next], "and", "or", "comma", "not") ||
    isFlag(draft, draft.pieces[next])
  ) {
    next += 1;
  }
  const table = draft.pieces[next];
  const isOwn = piece?.kind === "column" && table?.kind === "table" && table.table === piece.table;
  return isOwn && (next === at + 1 || isFlag(draft, draft.pieces[next - 1]));
}

function isFlag(draft: Draft, piece: Piece | undefined): boolean {
  return piece?.kind === "column" && (columnEntry(draft.lexicon, piece)?.answers ?? null) !== null;
}

/** "paid but not shipped": what a link leads on to from such a column. */
function isLinkedTo(draft: Draft, at: number, last: number): boolean {
  if (last < 0) return false;
  const between = draft.pieces.slice(last + 1, at);
  return between.every(
    (piece) =>
      isOperator(piece, "and", "or", "comma", "not", "except", "glue", "rel") ||
      /^but$/i.test(piece.text),
  );
}

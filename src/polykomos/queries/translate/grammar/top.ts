// "top 5 cities by total sales": what follows "by" is the measure.

import type { Piece } from "../link/assign.ts";
import type { ColumnRef } from "../logical/query.ts";
import { conceptOf, findConcept } from "./concepts.ts";
import { after, type Draft, isMeasure, isOperator, use } from "./draft.ts";
import { rankBy } from "./ranking.ts";
import { sentencesOf } from "./sentences.ts";

/** Reads what stands behind the number of "top 5", `limit`, which stands at `number`. */
export function readTop(draft: Draft, number: number, limit: number, descending: boolean): void {
  const by = measureAfterBy(draft, number);
  if (by) {
    const [start = number] = by.places;
    keysBetween(draft, number, start);
    useGroupWords(draft, start);
  }
  const measure = draft.pieces[after(draft, number)];
  const concept = conceptOf(measure?.text ?? "");
  const meant = concept && findConcept(draft.lexicon, concept, [draft.main]);
  if (meant) {
    use(draft, after(draft, number));
    rankBy(draft, meant.ref, null, descending, limit);
    return;
  }
  if (by === null && measure?.kind === "column" && isMeasure(draft, measure)) {
    use(draft, after(draft, number));
    rankBy(draft, measure, null, descending, limit);
    return;
  }
  if (by === null) {
    const next = after(draft, number);
    const inner = draft.pieces[next];
    draft.limit = limit;
    const isLater = draft.pieces.some(
      (each, place) => place > next && isOperator(each, "common", "super"),
    );
    if (isLater || isOperator(inner, "common", "super", "time", "age")) return;
    draft.ranking = { descending, limit, counted: null };
    draft.limit = null;
    return;
  }
  for (const place of by.places) use(draft, place);
  if (by.counted) draft.ranking = { descending, limit, counted: by.counted };
  else if (by.ref) rankBy(draft, by.ref, by.aggregate, by.descending ?? descending, limit);
}

/** "by average amount per order. Return …": the measure's own words group nothing. */
function useGroupWords(draft: Draft, from: number): void {
  const isOneSentence = sentencesOf(draft.pieces).at(-1)?.[0] === 0;
  if (isOneSentence) return;
  for (let at = from + 1; at < draft.pieces.length; at += 1) {
    if (isOperator(draft.pieces[at], "sentence")) return;
    if (isOperator(draft.pieces[at], "group")) use(draft, at);
  }
}

/** "top 5 combinations of state and type by …": what is ranked is grouped by. */
function keysBetween(draft: Draft, from: number, to: number): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (
      at <= from ||
      at >= to ||
      piece.kind !== "column" ||
      draft.used[at] ||
      isMeasure(draft, piece)
    )
      continue;
    draft.groups.push({ at, table: piece.table, column: piece.column });
  }
}

type Measure = {
  places: number[];
  ref: ColumnRef | null;
  aggregate: string | null;
  counted: { table: number; column: string | null } | null;
  descending: boolean | null;
};

function measureAfterBy(draft: Draft, number: number): Measure | null {
  const start = draft.pieces.findIndex((piece, at) => at > number && isBy(piece));
  if (start < 0) return null;
  const places = [start];
  let aggregate: string | null = null;
  let counting = false;
  let descending: boolean | null = null;
  for (let at = start + 1; at < draft.pieces.length; at += 1) {
    const piece: Piece | undefined = draft.pieces[at];
    if (piece === undefined || isOperator(piece, "sentence", "comma")) return null;
    if (piece.kind === "operator" && piece.operator === "agg") aggregate = piece.argument;
    else if (piece.kind === "operator" && piece.operator === "count") counting = true;
    else if (piece.kind === "operator" && piece.operator === "super")
      descending = piece.argument === "desc";
    places.push(at);
    if (piece.kind === "column" && aggregate === null && /^total\b/i.test(piece.text))
      aggregate = "sum";
    if (piece.kind === "table" && aggregate !== null && !counting) continue;
    if (piece.kind === "column" && !counting)
      return { places, ref: piece, aggregate, counted: null, descending };
    if (piece.kind === "table" || piece.kind === "column") {
      const column = piece.kind === "column" ? piece.column : null;
      const counted = { table: piece.table, column };
      return counting || aggregate === null
        ? { places, ref: null, aggregate, counted, descending }
        : null;
    }
  }
  return null;
}

function isBy(piece: Piece): boolean {
  return isOperator(piece, "prep", "order") && /\bby$/i.test(piece.text);
}

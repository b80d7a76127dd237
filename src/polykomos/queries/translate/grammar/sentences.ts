// Which sentence of a question asks.

import type { Piece } from "../link/assign.ts";
import { after, type Draft, isOperator } from "./draft.ts";

/** The last sentence that starts with a command decides; without one, the first sentence. */
export function askingSentences(draft: Draft): [number, number][] {
  const sentences = sentencesOf(draft.pieces);
  const asking = sentences.filter(([from, to]) => {
    if (!isOperator(firstOf(draft, from), "command", "count", "agg", "yesno")) return false;
    return draft.pieces.some(
      (piece, at) =>
        at >= from &&
        at < to &&
        !draft.used[at] &&
        (piece.kind === "column" || piece.kind === "table" || isOperator(piece, "count", "star")),
    );
  });
  const last = asking.at(-1);
  const isMore =
    last && /\b(also|each of them|each of these|for each one)\b/i.test(textBetween(draft, last));
  if (isMore && asking.length > 1) return asking;
  return last ? [last] : sentences.slice(0, 1);
}

function textBetween(draft: Draft, [from, to]: [number, number]): string {
  return draft.pieces
    .slice(from, to)
    .map((piece) => piece.text)
    .join(" ");
}

function firstOf(draft: Draft, from: number): Piece | undefined {
  return draft.pieces[
    isOperator(draft.pieces[from], "glue", "prep") ? after(draft, from, "prep") : from
  ];
}

/** Where each sentence begins and ends, as places of pieces; the mark at its end is no part of it. */
export function sentencesOf(pieces: readonly Piece[]): [number, number][] {
  const sentences: [number, number][] = [];
  let from = 0;
  for (const [at, piece] of pieces.entries()) {
    if (!isOperator(piece, "sentence")) continue;
    if (at > from) sentences.push([from, at]);
    from = at + 1;
  }
  if (from < pieces.length) sentences.push([from, pieces.length]);
  return sentences;
}

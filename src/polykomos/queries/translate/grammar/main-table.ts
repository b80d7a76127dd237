import type { Piece } from "../link/assign.ts";
import { isOperator } from "./draft.ts";

/** The table that the question is about, before its clauses are read: the first one asked for. */
export function mainTable(pieces: readonly Piece[]): number {
  let column = -1;
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind === "table")
      return column >= 0 && !belongs(pieces, at, column) ? column : piece.table;
    if (piece.kind === "column" && column < 0) column = piece.table;
    if (column >= 0 && isOperator(piece, "rel", "whose", "cmp", "sentence")) return column;
  }
  if (column >= 0) return column;
  const value = pieces.find((piece) => piece.kind === "value");
  return value?.kind === "value" ? value.table : 0;
}

/** "the name of the singer": a table right behind the columns is what they are of. */
function belongs(pieces: readonly Piece[], at: number, column: number): boolean {
  const piece = pieces[at];
  let previous = at - 1;
  while (isOperator(pieces[previous], "glue", "all", "distinct", "each", "group")) previous -= 1;
  const link = pieces[previous];
  const isOf =
    link?.kind === "operator" && link.operator === "prep" && /\bof\b|^for/i.test(link.text);
  return (
    piece?.kind === "table" &&
    (piece.table === column || isOf || isOperator(pieces[at - 1], "group"))
  );
}

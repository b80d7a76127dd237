// What is asked for: columns, aggregates, counts, and tables that are shown by their label.

import type { Piece, PieceOf } from "../link/assign.ts";
import { countRows } from "../logical/query.ts";
import { aggregateName } from "./comparison.ts";
import { before, type Draft, hasSelection, isOperator, use } from "./draft.ts";
import { readColumn, type Selecting } from "./select-column.ts";
import { readTable } from "./select-table.ts";
import { askingSentences } from "./sentences.ts";

/** Reads the selection from the sentence that asks, and marks what it used. */
export function readSelection(draft: Draft): void {
  for (const [from, to] of askingSentences(draft)) readSentence(draft, from, to);
}

function readSentence(draft: Draft, from: number, to: number): void {
  const selecting: Selecting = {
    counting: -1,
    distinct: false,
    aggregates: [],
    aggregatePlaces: [],
    place: "head",
    linked: draft.select.length === 0,
  };
  for (let at = headOf(draft, from, to); at < to; at += 1) {
    const piece = draft.pieces[at];
    if (piece === undefined || draft.used[at]) continue;
    if (piece.kind === "operator") readOperator(draft, at, piece, selecting, at === from);
    else if (piece.kind === "column") readColumn(draft, at, piece, selecting);
    else if (piece.kind === "table") readTable(draft, at, piece, selecting);
  }
  if (selecting.counting >= 0) {
    use(draft, selecting.counting);
    draft.select.push({ at: selecting.counting, expression: countRows() });
  }
  // "newest" of what has no date: nothing was made of it.
  const unspent = selecting.aggregates.length;
  for (const at of unspent > 0 ? selecting.aggregatePlaces.slice(-unspent) : []) {
    draft.used[at] = false;
  }
}

/** "For each product that has problems, list …" asks behind its comma. */
function headOf(draft: Draft, from: number, to: number): number {
  if (!isOperator(draft.pieces[from], "group")) return from;
  const comma = draft.pieces.findIndex(
    (piece, at) => at > from && at < to && isOperator(piece, "comma", "command"),
  );
  return comma < 0 ? from : comma;
}

function readOperator(
  draft: Draft,
  at: number,
  piece: PieceOf<"operator">,
  selecting: Selecting,
  starts: boolean,
): void {
  const hasSome = hasSelection(draft);
  switch (piece.operator) {
    case "command":
      if (hasSome && /^(which|who|whom|where|when|whose)$/i.test(piece.text) && !starts)
        selecting.place = "relative";
      else if (isOperator(draft.pieces[before(draft, at)], "and", "comma") || starts) {
        selecting.place = "head";
        selecting.linked = true;
      } else if (!hasSome) selecting.linked = true;
      return;
    case "count":
      // "the total point count": the column holds the count.
      if (/^counts?$/i.test(piece.text) && draft.pieces[at - 1]?.kind === "column") {
        use(draft, at);
        return;
      }
      if (selecting.place === "relative" && !isAfterAnd(draft, at)) return;
      selecting.place = "head";
      selecting.counting = at;
      return;
    case "agg":
      if (selecting.place === "relative" && !isAfterAnd(draft, at)) return;
      selecting.place = "head";
      selecting.aggregates.push(aggregateName(piece.argument));
      selecting.aggregatePlaces.push(at);
      use(draft, at);
      return;
    case "super":
    case "time":
    case "age":
      if (selecting.place === "relative") return;
      selecting.aggregates.push(piece.argument === "desc" ? "max" : "min");
      selecting.aggregatePlaces.push(at);
      use(draft, at);
      return;
    case "distinct":
      selecting.distinct = true;
      use(draft, at);
      return;
    case "star":
      use(draft, at);
      draft.select.push({ at, expression: { kind: "star", table: draft.main } });
      return;
    case "rel":
    case "whose":
    case "cmp":
      if (
        hasSome &&
        !/^(is|are|was|were|do|does|did|be|been|used?|uses|being|is there|are there|there are|there is)$/i.test(
          piece.text,
        )
      )
        selecting.place = "relative";
      else if (hasSome && isOperator(draft.pieces[at], "whose")) selecting.place = "relative";
      return;
    case "prep":
      if (hasSome && selecting.place === "head" && !/^(of|out of)/i.test(piece.text))
        selecting.place = "aside";
      return;
    case "group":
      if (selecting.place === "head" && hasSome) selecting.place = "aside";
      return;
    case "open":
      readParenthesis(draft, at, selecting);
      return;
    case "comma":
      selecting.linked = true;
      if (selecting.place === "aside") selecting.place = "head";
      return;
    case "and":
      selecting.linked = true;
      if (
        selecting.place === "aside" ||
        /their|its|along|as well|together|his|her/i.test(piece.text)
      )
        selecting.place = "head";
      return;
    default:
      return;
  }
}

/** "users (id and name)" lists what to show; "(sex is F)" narrows. */
function readParenthesis(draft: Draft, at: number, selecting: Selecting): void {
  const inside: Piece[] = [];
  for (const piece of draft.pieces.slice(at + 1)) {
    if (piece.text === ")") break;
    inside.push(piece);
  }
  const narrows = inside.some(
    (piece) => /^(value|text|number|date)$/.test(piece.kind) || isOperator(piece, "cmp", "rel"),
  );
  if (narrows || !inside.some((piece) => piece.kind === "column")) {
    selecting.place = "relative";
    return;
  }
  selecting.place = "head";
  selecting.linked = true;
  draft.labels = [];
}

function isAfterAnd(draft: Draft, at: number): boolean {
  return isOperator(draft.pieces[before(draft, at)], "and", "comma");
}

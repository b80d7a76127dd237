// What is asked for: columns, aggregates, counts, and tables that are shown by their label.

import type { Piece } from "../link/assign.ts";
import { aggregateName } from "./comparison.ts";
import { before, type Draft, isOperator, use } from "./draft.ts";
import { countRows, type Reading, readColumn } from "./select-column.ts";
import { readTable } from "./select-table.ts";
import { askingSentences } from "./sentences.ts";

/** Reads the selection from the sentence that asks, and marks what it used. */
export function readSelection(draft: Draft): void {
  for (const [from, to] of askingSentences(draft)) readSentence(draft, from, to);
}

function readSentence(draft: Draft, from: number, to: number): void {
  const reading: Reading = {
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
    if (piece.kind === "operator") readOperator(draft, at, piece, reading, at === from);
    else if (piece.kind === "column") readColumn(draft, at, piece, reading);
    else if (piece.kind === "table") readTable(draft, at, piece, reading);
  }
  if (reading.counting >= 0) {
    use(draft, reading.counting);
    draft.select.push({ at: reading.counting, expression: countRows() });
  }
  // "newest" of what has no date: nothing was made of it.
  const unspent = reading.aggregates.length;
  for (const at of unspent > 0 ? reading.aggregatePlaces.slice(-unspent) : []) {
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
  piece: Extract<Piece, { kind: "operator" }>,
  reading: Reading,
  starts: boolean,
): void {
  const hasSome = draft.select.length + draft.labels.length > 0;
  switch (piece.operator) {
    case "command":
      if (hasSome && /^(which|who|whom|where|when|whose)$/i.test(piece.text) && !starts)
        reading.place = "relative";
      else if (isOperator(draft.pieces[before(draft, at)], "and", "comma") || starts) {
        reading.place = "head";
        reading.linked = true;
      } else if (!hasSome) reading.linked = true;
      return;
    case "count":
      // "the total point count": the column holds the count.
      if (/^counts?$/i.test(piece.text) && draft.pieces[at - 1]?.kind === "column") {
        use(draft, at);
        return;
      }
      if (reading.place === "relative" && !isAfterAnd(draft, at)) return;
      reading.place = "head";
      reading.counting = at;
      return;
    case "agg":
      if (reading.place === "relative" && !isAfterAnd(draft, at)) return;
      reading.place = "head";
      reading.aggregates.push(aggregateName(piece.argument));
      reading.aggregatePlaces.push(at);
      use(draft, at);
      return;
    case "super":
    case "time":
    case "age":
      if (reading.place === "relative") return;
      reading.aggregates.push(piece.argument === "desc" ? "max" : "min");
      reading.aggregatePlaces.push(at);
      use(draft, at);
      return;
    case "distinct":
      reading.distinct = true;
      use(draft, at);
      return;
    case "star":
      use(draft, at);
      draft.select.push({ at, expression: { kind: "star", table: -1 } });
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
        reading.place = "relative";
      else if (hasSome && isOperator(draft.pieces[at], "whose")) reading.place = "relative";
      return;
    case "prep":
      if (hasSome && reading.place === "head" && !/^(of|out of)/i.test(piece.text))
        reading.place = "aside";
      return;
    case "group":
      if (reading.place === "head" && hasSome) reading.place = "aside";
      return;
    case "open":
      readParenthesis(draft, at, reading);
      return;
    case "comma":
      reading.linked = true;
      if (reading.place === "aside") reading.place = "head";
      return;
    case "and":
      reading.linked = true;
      if (reading.place === "aside" || /their|its|along|as well|together|his|her/i.test(piece.text))
        reading.place = "head";
      return;
    default:
      return;
  }
}

/** "users (id and name)" lists what to show; "(sex is F)" narrows. */
function readParenthesis(draft: Draft, at: number, reading: Reading): void {
  const inside: Piece[] = [];
  for (const piece of draft.pieces.slice(at + 1)) {
    if (piece.text === ")") break;
    inside.push(piece);
  }
  const narrows = inside.some(
    (piece) => /^(value|text|number|date)$/.test(piece.kind) || isOperator(piece, "cmp", "rel"),
  );
  if (narrows || !inside.some((piece) => piece.kind === "column")) {
    reading.place = "relative";
    return;
  }
  reading.place = "head";
  reading.linked = true;
  draft.labels = draft.labels.filter((label) => label.at < 0);
}

function isAfterAnd(draft: Draft, at: number): boolean {
  return isOperator(draft.pieces[before(draft, at)], "and", "comma");
}

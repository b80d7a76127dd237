// "sorted by age in descending order", "from oldest to youngest", "in alphabetical order".

import { aggregateOf, columnOf, type Expression } from "../logical/query.ts";
import { aggregateName } from "./comparison.ts";
import { findConcept } from "./concepts.ts";
import { after, before, type Draft, isMeasure, isOperator, use } from "./draft.ts";

type Direction = "asc" | "desc" | null;

/** Finds what the answer is ordered by and marks what it used. */
export function readOrder(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "operator") continue;
    if (piece.operator === "order") readKeys(draft, at, directionOf(piece.argument));
    if (piece.operator === "agedir") addConcept(draft, at, "age", piece.argument === "desc");
    if (piece.operator === "timedir") addConcept(draft, at, "time", piece.argument === "desc");
  }
  // "list the names in alphabetical order" orders by what is shown.
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "operator" || piece.operator !== "dir") continue;
    use(draft, at);
    if (draft.order.length > 0) {
      const last = draft.order.at(-1);
      if (last && piece.argument === "desc") last.descending = true;
      continue;
    }
    const next = after(draft, at, "prep");
    if (draft.pieces[next]?.kind === "column") readKeys(draft, at, directionOf(piece.argument));
    else draft.order.push({ kind: "shown", descending: piece.argument === "desc" });
  }
}

function directionOf(argument: string): Direction {
  return argument === "asc" || argument === "desc" ? argument : null;
}

function addConcept(draft: Draft, at: number, concept: "age" | "time", descending: boolean): void {
  use(draft, at);
  const last = draft.order.at(-1);
  if (last) {
    last.descending = descending;
    return;
  }
  const found = findConcept(draft.lexicon, concept, [draft.main]);
  if (!found) return;
  const isReversed = concept === "age" && found.isReversed;
  const by = columnOf(found.ref);
  draft.order.push({ kind: "by", by, descending: descending !== isReversed });
}

const unknownPiecesMax = 5;

function readKeys(draft: Draft, start: number, own: Direction): void {
  use(draft, start);
  let at = start;
  let direction = own ?? directionBefore(draft, start);
  let aggregate: string | null = null;
  let counting = false;
  let found = 0;
  for (;;) {
    at = after(draft, at, "prep", "and", "comma", "each");
    const piece = draft.pieces[at];
    if (piece === undefined) break;
    if (piece.kind === "operator" && !draft.used[at]) {
      if (piece.operator === "dir") {
        const order = draft.order.at(-1);
        direction = directionOf(piece.argument);
        if (order && found > 0) order.descending = direction === "desc";
        use(draft, at);
        continue;
      }
      if (piece.operator === "agedir" || piece.operator === "timedir") break;
      if (piece.operator === "agg") aggregate = piece.argument;
      else if (piece.operator === "count") counting = true;
      else if (piece.operator === "super" && piece.text.match(/most|highest|largest/i))
        direction = "desc";
      else if (piece.operator !== "distinct") break;
      use(draft, at);
      continue;
    }
    if (piece.kind === "unknown" && found === 0 && at - start < unknownPiecesMax) continue;
    if (piece.kind === "column" && !draft.used[at] && !isShownNext(draft, at, found)) {
      use(draft, at);
      found += 1;
      const descending = direction === "desc";
      if (counting && !isMeasure(draft, piece)) {
        const counted = { table: piece.table, column: piece.column };
        draft.order.push({ kind: "count", counted, descending });
      } else draft.order.push({ kind: "by", by: orderExpression(piece, aggregate), descending });
    } else if (piece.kind === "table" && counting && !draft.used[at]) {
      use(draft, at);
      found += 1;
      const counted = { table: piece.table, column: null };
      draft.order.push({ kind: "count", counted, descending: direction === "desc" });
    } else if (piece.kind === "table" && !draft.used[at]) {
      const next = after(draft, at);
      if (draft.pieces[next]?.kind !== "column" || found > 0) break;
      use(draft, at);
      continue;
    } else break;
    aggregate = null;
    counting = false;
  }
  if (found > 0) return;
  const descending = direction === "desc";
  if (counting) draft.order.push({ kind: "count", counted: null, descending });
  else if (draft.order.length === 0) draft.order.push({ kind: "shown", descending });
}

/** "sort by age and show the names": a command ends the keys. */
function isShownNext(draft: Draft, at: number, found: number): boolean {
  return found > 0 && isOperator(draft.pieces[at - 1], "command");
}

function orderExpression(
  piece: { table: number; column: string },
  aggregate: string | null,
): Expression {
  const column = columnOf(piece);
  if (aggregate === null) return column;
  return aggregateOf(aggregateName(aggregate), column);
}

function directionBefore(draft: Draft, at: number): Direction {
  const previous = before(draft, at);
  const piece = draft.pieces[previous];
  if (piece?.kind !== "operator" || piece.operator !== "dir") return null;
  use(draft, previous);
  return directionOf(piece.argument);
}

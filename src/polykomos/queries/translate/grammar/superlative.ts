// "the most pets", "the highest score", "the three oldest", "the most common type", "top 5 cities by sales".

import { columnOf } from "../logical/query.ts";
import { type Concept, conceptOf, findConcept } from "./concepts.ts";
import { after, amountOf, before, type Draft, isMeasure, isOperator, use } from "./draft.ts";
import { readCommon } from "./most-common.ts";
import { rankBy, rowsOf, takeLimit } from "./ranking.ts";
import { readTop } from "./top.ts";

/** Finds rankings and marks what they used; a superlative that is a maximum is left to the selection. */
export function readSuperlatives(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "operator") continue;
    const descending = piece.argument === "desc";
    if (piece.operator === "common") readCommon(draft, at, descending);
    else if (piece.operator === "super") readSuper(draft, at, descending);
    else if (
      piece.operator === "agg" &&
      /^(max|min)$/.test(piece.argument) &&
      isRelative(draft, at)
    ) {
      readSuper(draft, at, piece.argument === "max");
    } else if (piece.operator === "time") readConcept(draft, at, "time", descending);
    else if (piece.operator === "age") readConcept(draft, at, "age", descending);
  }
}

/** "the room with the maximum price" picks a room. */
function isRelative(draft: Draft, at: number): boolean {
  return isOperator(draft.pieces[before(draft, at, "prep")], "rel", "whose");
}

function readSuper(draft: Draft, at: number, descending: boolean): void {
  const piece = draft.pieces[at];
  let next = after(draft, at, "prep");
  let aggregate: string | null = null;
  let counting = /number|amount/.test(piece?.text ?? "");
  const isTop = /^(top|bottom|best)$/i.test(piece?.text ?? "");
  const rows = rowsOf(draft.pieces[next]);
  if (isTop && rows !== null) {
    use(draft, at, next);
    readTop(draft, next, rows, descending);
    return;
  }
  for (;;) {
    const operator = draft.pieces[next];
    if (operator?.kind !== "operator" || draft.used[next]) break;
    if (operator.operator === "agg") aggregate = operator.argument;
    else if (operator.operator === "count") counting = true;
    else if (operator.operator !== "distinct") break;
    next = after(draft, next, "prep");
  }
  const target = draft.pieces[next];
  const concept = conceptOf(piece?.text ?? "");
  if (target?.kind === "column" && !draft.used[next]) {
    const measured = isMeasure(draft, target);
    if (measured && draft.limit === null && !isRanking(draft, at, aggregate !== null)) return;
    useUpTo(draft, at, next);
    const limit = takeLimit(draft, at);
    if (measured && limit > 1 && isFirst(draft, at)) {
      // "the top 3 highest rates" shows them.
      draft.select.push({ at: next, expression: columnOf(target) });
    }
    if (measured) rankBy(draft, target, aggregate, descending, limit);
    else
      draft.ranking = {
        descending,
        limit,
        counted: { table: target.table, column: target.column },
      };
    return;
  }
  if (concept && !counting) {
    readConcept(draft, at, concept, descending);
    return;
  }
  if (target?.kind === "table" && !draft.used[next]) {
    const column = draft.pieces[after(draft, next, "prep")];
    if (
      !counting &&
      column?.kind === "column" &&
      column.table === target.table &&
      isMeasure(draft, column)
    ) {
      if (!isRanking(draft, at, aggregate !== null)) return;
      useUpTo(draft, at, after(draft, next, "prep"));
      rankBy(draft, column, aggregate, descending, takeLimit(draft, at));
      return;
    }
    const said = `${piece?.text} ${draft.pieces
      .slice(at, next)
      .map((each) => each.text)
      .join(" ")}`;
    const amount =
      aggregate !== null || /amount/i.test(said) ? amountOf(draft, target.table, said) : null;
    useUpTo(draft, at, next);
    const limit = takeLimit(draft, at);
    if (amount) rankBy(draft, amount, aggregate ?? "sum", descending, limit);
    else draft.ranking = { descending, limit, counted: { table: target.table, column: null } };
    return;
  }
  if (/^(the )?(most|least)$/i.test(piece?.text ?? "")) {
    use(draft, at);
    draft.ranking = { descending, limit: takeLimit(draft, at), counted: null };
  }
}

function isFirst(draft: Draft, at: number): boolean {
  return draft.pieces.slice(0, at).every((piece) => /^(operator|number)$/.test(piece.kind));
}

function followsRelative(draft: Draft, at: number): boolean {
  return isOperator(draft.pieces[before(draft, at)], "rel", "whose");
}

function useUpTo(draft: Draft, from: number, to: number): void {
  for (let at = from; at <= to; at += 1) use(draft, at);
}

/** Whether a superlative picks rows rather than being the answer itself. */
function isRanking(draft: Draft, at: number, aggregated: boolean): boolean {
  const previous = before(draft, at, "prep");
  if (isOperator(draft.pieces[previous], "rel", "whose") || aggregated) return true;
  if (isOperator(draft.pieces[previous], "and", "comma") && !hasRelative(draft, at)) return false;
  for (let place = at - 1; place >= 0; place -= 1) {
    const piece = draft.pieces[place];
    if (isOperator(piece, "sentence")) return false;
    if (draft.used[place]) continue;
    if (piece?.kind === "column" || piece?.kind === "table") return !isBeforeMaximum(draft, place);
    if (isOperator(piece, "count")) return true;
  }
  return false;
}

function hasRelative(draft: Draft, at: number): boolean {
  return draft.pieces.slice(0, at).some((piece) => isOperator(piece, "rel", "whose"));
}

/** "for each city, the highest price" and "the average and highest price" are no rankings. */
function isBeforeMaximum(draft: Draft, place: number): boolean {
  const previous = before(draft, place, "prep");
  return isOperator(draft.pieces[previous], "group", "each", "super", "agg");
}

function readConcept(draft: Draft, at: number, concept: Concept, descending: boolean): void {
  const next = after(draft, at, "prep");
  const target = draft.pieces[next];
  const limit = takeLimit(draft, at);
  if (target?.kind === "column" && !draft.used[next] && isMeasure(draft, target)) {
    if (!isRanking(draft, at, false)) return;
    use(draft, at, next);
    rankBy(draft, target, null, descending, limit);
    return;
  }
  // "sort first by price": no ranking.
  if (concept === "time" && /\bby\b/i.test(draft.pieces[at + 1]?.text ?? "")) return;
  const previous = before(draft, at, "rel");
  const named = draft.pieces[previous];
  if (
    concept === "time" &&
    named?.kind === "column" &&
    !draft.used[previous] &&
    followsRelative(draft, previous)
  ) {
    // "the program that was launched most recently"
    use(draft, at, previous);
    rankBy(draft, named, null, descending, limit);
    return;
  }
  const tables = [
    draft.main,
    ...(target?.kind === "table" || target?.kind === "column" ? [target.table] : []),
  ];
  const found = findConcept(draft.lexicon, concept, tables.reverse());
  if (!found) return;
  use(draft, at);
  rankBy(draft, found.ref, null, descending !== (found.isReversed && concept !== "time"), limit);
}

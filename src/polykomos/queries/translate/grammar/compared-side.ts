// Which column a comparison speaks of: the one before it, the one behind its number, or none by name.

import type { Piece } from "../link/assign.ts";
import type { ColumnRef } from "../logical/query.ts";
import { type Concept, findConcept } from "./concepts.ts";
import { after, before, type Draft, isMeasure, isOperator, use } from "./draft.ts";
import { YEAR_MAX, YEAR_MIN } from "./years.ts";

/** "above 10 or below 5": the second comparison is with the column of the first. */
export function lastCompared(draft: Draft, at: number): ColumnRef | null {
  const link = before(draft, at, "rel");
  if (!isOperator(draft.pieces[link], "or", "and")) return null;
  const last = draft.conditions.at(-1);
  return last && last.at < at && at - last.at <= NEAR && last.condition.kind === "compare"
    ? last.ref
    : null;
}

const NEAR = 6;

export function conceptColumn(
  draft: Draft,
  concept: Concept | undefined,
  right: Piece,
  isAge: boolean,
): (ColumnRef & { reversed?: boolean }) | null {
  const tables = [draft.main, ...mentioned(draft)];
  const isYear = right.kind === "number" && right.value >= YEAR_MIN && right.value <= YEAR_MAX;
  if (concept) {
    const found = findConcept(draft.lexicon, concept, tables);
    return found ? { ...found.ref, reversed: found.reversed && isAge } : null;
  }
  if (isYear) return null;
  const unit = unitConcept(draft, right);
  const found = unit && findConcept(draft.lexicon, unit, tables);
  if (found) return found.ref;
  // A single measure needs no name.
  const measures = (draft.lexicon.tables[draft.main]?.columns ?? []).filter(
    (entry) =>
      isMeasure(draft, { table: draft.main, column: entry.column.name }) &&
      entry.column.kind === "number",
  );
  const [only] = measures;
  return measures.length === 1 && only ? { table: draft.main, column: only.column.name } : null;
}

function unitConcept(draft: Draft, right: Piece): Concept | null {
  const word = draft.pieces.find((piece) => piece.from === right.to)?.text.toLowerCase() ?? "";
  if (/dollar|euro|pound|usd/.test(word) || right.text.startsWith("$")) return "price";
  if (/year/.test(word)) return "age";
  if (/meter|mile|km|minute|feet|hour/.test(word)) return "length";
  return /kg|lb|pound/.test(word) ? "weight" : null;
}

export function mentioned(draft: Draft): number[] {
  return draft.pieces.flatMap((piece) => ("table" in piece ? [piece.table] : []));
}

export type Left = { at: number; counted: boolean; aggregate: string | null };

/** The column before a comparison, with what is computed of it. */
export function leftOf(draft: Draft, at: number): Left | null {
  let place = at - 1;
  let steps = 0;
  while (place >= 0 && steps < 5) {
    const piece = draft.pieces[place];
    if (draft.used[place] && piece?.kind !== "operator") return null;
    if (piece?.kind === "column" || piece?.kind === "table") {
      const head = before(draft, place, "prep", "distinct");
      const operator = draft.pieces[head];
      const counted = isOperator(operator, "count") && !draft.used[head] && isFilter(draft, head);
      const isAggregate = isOperator(operator, "agg") && !draft.used[head] && isFilter(draft, head);
      const aggregate = isAggregate && operator?.kind === "operator" ? operator.argument : null;
      if (counted || aggregate) use(draft, head);
      if (piece.kind === "table" && !counted) return null;
      return { at: place, counted, aggregate };
    }
    if (!isOperator(piece, "glue", "rel", "prep", "all", "whose") && piece?.kind !== "unknown")
      return null;
    if (piece?.kind === "operator" && /^(who|which|that|whom)\b/.test(piece.text.toLowerCase()))
      return null;
    place -= 1;
    steps += 1;
  }
  return null;
}

/** Whether an aggregate stands in a condition and not among what is asked for. */
function isFilter(draft: Draft, at: number): boolean {
  if (/^with\b/i.test(draft.pieces[at]?.text ?? "")) return true;
  for (let place = at - 1; place >= 0; place -= 1) {
    const piece = draft.pieces[place];
    if (isOperator(piece, "whose", "rel")) return true;
    if (isOperator(piece, "command", "sentence")) return false;
  }
  return false;
}

export function followingRef(draft: Draft, number: number): number {
  let next = after(draft, number, "distinct", "prep", "count");
  if (isOperator(draft.pieces[next], "ormore")) next = after(draft, next, "distinct", "prep");
  const piece = draft.pieces[next];
  return (piece?.kind === "table" || piece?.kind === "column") && !draft.used[next] ? next : -1;
}

// Which column a comparison speaks of: the one before it, the one behind its number, or none by name.

import type { Piece } from "../link/assign.ts";
import type { ColumnRef } from "../logical/query.ts";
import { type Concept, findConcept } from "./concepts.ts";
import { isYear } from "./dates.ts";
import { after, before, type Draft, isMeasure, isOperator, spokenTables, use } from "./draft.ts";

/** A second comparison stands at most this far behind the first. */
const nearPiecesMax = 6;

/** "above 10 or below 5": the second comparison is with the column of the first. */
export function lastCompared(draft: Draft, at: number): ColumnRef | null {
  const link = before(draft, at, "rel");
  if (!isOperator(draft.pieces[link], "or", "and")) return null;
  const last = draft.conditions.at(-1);
  return last && last.at < at && at - last.at <= nearPiecesMax && last.condition.kind === "compare"
    ? last.ref
    : null;
}

/** The column that a comparison means without naming one: by its words, by its unit, or the only measure there is. */
export function conceptColumn(
  draft: Draft,
  concept: Concept | undefined,
  right: Piece,
): { ref: ColumnRef; isReversed: boolean } | null {
  const tables = [draft.main, ...spokenTables(draft.pieces)];
  if (concept) return findConcept(draft.lexicon, concept, tables);
  if (right.kind === "number" && isYear(right.value)) return null;
  const unit = unitConcept(draft, right);
  const found = unit && findConcept(draft.lexicon, unit, tables);
  if (found) return { ref: found.ref, isReversed: false };
  const measures = (draft.lexicon.tables[draft.main]?.columns ?? []).filter(
    (entry) =>
      isMeasure(draft, { table: draft.main, column: entry.column.name }) &&
      entry.column.kind === "number",
  );
  const [only] = measures;
  if (measures.length !== 1 || !only) return null;
  return { ref: { table: draft.main, column: only.column.name }, isReversed: false };
}

function unitConcept(draft: Draft, right: Piece): Concept | null {
  const word = draft.pieces.find((piece) => piece.from === right.to)?.text.toLowerCase() ?? "";
  if (/dollar|euro|pound|usd/.test(word) || right.text.startsWith("$")) return "price";
  if (/year/.test(word)) return "age";
  if (/meter|mile|km|minute|feet|hour/.test(word)) return "length";
  return /kg|lb|pound/.test(word) ? "weight" : null;
}

/** What stands before a comparison: a column or a table, and what is computed of it. */
export type Left = { at: number; counted: boolean; aggregate: string | null };

const leftPiecesMax = 5;

/** The column before a comparison, with what is computed of it; null when none is near. */
export function leftOf(draft: Draft, at: number): Left | null {
  for (let place = at - 1; place >= Math.max(0, at - leftPiecesMax); place -= 1) {
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

/** Where the table or column behind a number stands: "3 pets", "3 or more wins"; -1 when there is none. */
export function followingRef(draft: Draft, number: number): number {
  let next = after(draft, number, "distinct", "prep", "count");
  if (isOperator(draft.pieces[next], "ormore")) next = after(draft, next, "distinct", "prep");
  const piece = draft.pieces[next];
  return (piece?.kind === "table" || piece?.kind === "column") && !draft.used[next] ? next : -1;
}

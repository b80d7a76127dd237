// "between 10 and 20", of a column or of a count.

import { conceptColumn, followingRef, type Left, leftOf, mentioned } from "./compared-side.ts";
import { addComparison, literalOf } from "./comparison.ts";
import { findConcept } from "./concepts.ts";
import { after, columnOf, type Draft, isMeasure, isOperator, kindOf, use } from "./draft.ts";
import { timeColumn } from "./time.ts";
import { YEAR_MAX, YEAR_MIN } from "./years.ts";

/** "between 2 and 5 pets" counts. */
function countBetween(
  draft: Draft,
  at: number,
  high: number,
  left: Left | null,
  low: number,
  top: number,
): boolean {
  const counting = isOperator(draft.pieces[after(draft, high)], "count");
  const next = counting ? after(draft, after(draft, high)) : after(draft, high);
  const leftPiece = left?.counted ? draft.pieces[left.at] : undefined;
  const piece = leftPiece ?? draft.pieces[next];
  const isCounted =
    piece?.kind === "table" ||
    (piece?.kind === "column" && left?.counted && !isMeasure(draft, piece));
  if (!isCounted || (piece?.kind !== "table" && piece?.kind !== "column")) return false;
  use(draft, leftPiece && left ? left.at : next);
  if (counting) use(draft, after(draft, high));
  const counted = { table: piece.table, column: null };
  draft.counts.push({ operator: ">=", value: String(low), counted });
  draft.counts.push({ operator: "<=", value: String(top), counted });
  return at >= 0;
}

export function readBetween(draft: Draft, at: number): void {
  const low = after(draft, at, "prep");
  const and = after(draft, low);
  const high = after(draft, and, "prep");
  const one = draft.pieces[low];
  const two = draft.pieces[high];
  const isPair =
    (one?.kind === "number" || one?.kind === "date") &&
    (two?.kind === "number" || two?.kind === "date");
  if (!isPair) return;
  const left = leftOf(draft, at);
  const piece = left && draft.pieces[left.at];
  const follows = followingRef(draft, high);
  const following = draft.pieces[follows];
  if (
    one.kind === "number" &&
    two.kind === "number" &&
    countBetween(draft, at, high, left, one.value, two.value)
  ) {
    use(draft, at, low, and, high);
    return;
  }
  const isDates = one.kind === "date";
  const dated = isDates ? timeColumn(draft, at) : null;
  const isYears = one.kind === "date" || (one.value >= YEAR_MIN && one.value <= YEAR_MAX);
  const meant =
    piece?.kind === "column"
      ? piece
      : following?.kind === "column"
        ? following
        : dated
          ? dated
          : isYears
            ? findConcept(draft.lexicon, "time", [draft.main, ...mentioned(draft)])?.ref
            : conceptColumn(draft, undefined, two, false);
  if (!meant) return;
  use(draft, at, low, and, high);
  if (piece === meant && left) use(draft, left.at);
  else if (following === meant) use(draft, follows);
  if (/^(date|timestamp)$/.test(kindOf(draft, meant))) {
    addComparison(draft, at, meant, ">=", one);
    addComparison(draft, at, meant, "<=", two);
    return;
  }
  const condition = {
    kind: "between" as const,
    left: columnOf(meant),
    low: literalOf(draft, meant, one),
    high: literalOf(draft, meant, two),
  };
  draft.conditions.push({ at, condition, ref: meant, negated: false });
}

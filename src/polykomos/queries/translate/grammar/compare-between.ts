// "between 10 and 20", of a column, of an aggregate or of a count.

import type { PieceOf } from "../link/assign.ts";
import {
  aggregateOf,
  type ColumnRef,
  type Condition,
  columnOf,
  hasAggregate,
} from "../logical/query.ts";
import { conceptColumn, followingRef, type Left, leftOf } from "./compared-side.ts";
import { aggregateName, comparisonWith, literalOf } from "./comparison.ts";
import { findConcept } from "./concepts.ts";
import { isYear } from "./dates.ts";
import {
  addCondition,
  after,
  type Draft,
  isMeasure,
  isOperator,
  kindOf,
  spokenTables,
  use,
} from "./draft.ts";
import { timeColumn } from "./time.ts";

type Bound = PieceOf<"number" | "date">;

/** Reads the two bounds behind `at`; leaves the pieces alone when nothing can be compared with them. */
export function readBetween(draft: Draft, at: number): void {
  const places = { low: after(draft, at, "prep"), and: 0, high: 0 };
  places.and = after(draft, places.low);
  places.high = after(draft, places.and, "prep");
  const [low, high] = [draft.pieces[places.low], draft.pieces[places.high]];
  if (!isBound(low) || !isBound(high)) return;
  const left = leftOf(draft, at);
  if (countBetween(draft, places.high, left, low, high)) {
    use(draft, at, places.low, places.and, places.high);
    return;
  }
  const column = left && draft.pieces[left.at];
  const follows = followingRef(draft, places.high);
  const following = draft.pieces[follows];
  const named =
    column?.kind === "column" ? column : following?.kind === "column" ? following : null;
  const meant = named ?? unnamedColumn(draft, at, low, high);
  const condition = meant && conditionBetween(draft, meant, low, high, left);
  if (!meant || !condition) return;
  use(draft, at, places.low, places.and, places.high);
  if (named && left && named === column) use(draft, left.at);
  else if (named) use(draft, follows);
  if (condition.kind === "between" && hasAggregate(condition.left)) draft.having.push(condition);
  else addCondition(draft, at, condition, meant);
}

function isBound(piece: Draft["pieces"][number] | undefined): piece is Bound {
  return piece?.kind === "number" || piece?.kind === "date";
}

/** "between 2 and 5 pets" counts. */
function countBetween(
  draft: Draft,
  high: number,
  left: Left | null,
  least: Bound,
  most: Bound,
): boolean {
  if (least.kind !== "number" || most.kind !== "number") return false;
  const behind = after(draft, high);
  const isCounting = isOperator(draft.pieces[behind], "count");
  const place = left?.counted ? left.at : isCounting ? after(draft, behind) : behind;
  const piece = draft.pieces[place];
  const isColumn = piece?.kind === "column" && left?.counted && !isMeasure(draft, piece);
  if (piece?.kind !== "table" && !isColumn) return false;
  use(draft, place, ...(isCounting ? [behind] : []));
  const counted = { table: piece.table, column: null };
  draft.counts.push({ operator: ">=", value: least.decimal, counted });
  draft.counts.push({ operator: "<=", value: most.decimal, counted });
  return true;
}

/** A date for dates and years, else the only measure there is. */
function unnamedColumn(draft: Draft, at: number, low: Bound, high: Bound): ColumnRef | null {
  const dated = low.kind === "date" ? timeColumn(draft, at) : null;
  if (dated) return dated;
  const isTime = [low, high].every((each) => each.kind === "date" || isYear(each.value));
  const found = isTime
    ? findConcept(draft.lexicon, "time", [draft.main, ...spokenTables(draft.pieces)])
    : conceptColumn(draft, undefined, high);
  return found?.ref ?? null;
}

/** Of a date up to the end of the last year, month or day that was said; of an aggregate where that was. */
function conditionBetween(
  draft: Draft,
  ref: ColumnRef,
  low: Bound,
  high: Bound,
  said: Left | null,
): Condition | null {
  if (/^(date|timestamp)$/.test(kindOf(draft, ref))) {
    const from = comparisonWith(draft, ref, ">=", low);
    const to = comparisonWith(draft, ref, "<=", high);
    return from && to ? { kind: "all", of: [from, to] } : null;
  }
  const column = columnOf(ref);
  const left = said?.aggregate ? aggregateOf(aggregateName(said.aggregate), column) : column;
  const [least, most] = [literalOf(draft, ref, low), literalOf(draft, ref, high)];
  return { kind: "between", left, low: least, high: most };
}

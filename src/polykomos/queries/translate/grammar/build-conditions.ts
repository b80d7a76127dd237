// All conditions of a query together: "or" between two, and two that no single row can meet.

import type { Condition, Query } from "../logical/query.ts";
import { type Draft, isOperator, type Placed } from "./draft.ts";

/** Joins the conditions: "or" between two, several of one column, and both of one column at once. */
export function addConditions(draft: Draft, query: Query): Query {
  const groups = alternatives(draft, draft.conditions);
  const single = groups.filter((group) => group.length === 1).flat();
  const [one, other] = contradiction(single);
  query.where.push(
    ...groups
      .filter((group) => !one || !group.includes(one))
      .filter((group) => !other || !group.includes(other))
      .map(anyOf),
  );
  if (!one || !other) return query;
  const plain = query.select.every((each) => each.kind === "column");
  const both = draft.pieces.some((piece) => isOperator(piece, "both", "same"));
  const isEqual =
    spanOf(one.condition) !== null ||
    (one.condition.kind === "compare" && one.condition.operator === "=");
  const isOwn = one.ref?.table === query.main && !both && isEqual;
  if (!plain || isOwn) {
    query.where.push({ kind: "any", of: [one.condition, other.condition] });
    return query;
  }
  const second: Query = {
    ...query,
    where: [...query.where, other.condition],
    combine: null,
    order: [],
    limit: null,
  };
  return {
    ...query,
    where: [...query.where, one.condition],
    order: [],
    limit: null,
    combine: { operator: "intersect", query: second },
  };
}

/** Conditions in groups of which one has to hold each: "from Paris or Rome" is one group. */
export function alternatives(draft: Draft, conditions: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const placed of conditions.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    const previous = last?.at(-1);
    if (last && previous && joinsWithOr(draft, previous, placed)) last.push(placed);
    else groups.push([placed]);
  }
  return groups;
}

/** Two conditions on one column that no row can meet at once. */
function contradiction(conditions: readonly Placed[]): Placed[] {
  for (const [index, one] of conditions.entries()) {
    const other = conditions.slice(index + 1).find((each) => contradicts(one, each));
    if (other) return [one, other];
  }
  return [];
}

function contradicts(one: Placed, other: Placed): boolean {
  if (one.ref === null || other.ref === null || one.negated || other.negated) return false;
  if (one.ref.table !== other.ref.table || one.ref.column !== other.ref.column) return false;
  const spans = [spanOf(one.condition), spanOf(other.condition)];
  const [span, later] = spans.sort((a, b) => ((a?.from ?? "") < (b?.from ?? "") ? -1 : 1));
  if (span && later) return span.to < later.from || (span.isOpen && span.to === later.from);
  if (one.condition.kind !== "compare" || other.condition.kind !== "compare") return false;
  const signs = [one.condition.operator, other.condition.operator];
  if (signs.every((sign) => sign === "=")) return true;
  const values = [one.condition.right, other.condition.right].map((right) =>
    right.kind === "number" ? Number(right.value) : Number.NaN,
  );
  const [first = Number.NaN, second = Number.NaN] = values;
  if (signs[0]?.startsWith("<") && signs[1]?.startsWith(">")) return first <= second;
  return (
    (signs[0]?.startsWith(">") ?? false) && (signs[1]?.startsWith("<") ?? false) && first >= second
  );
}

/** The days of a span such as a year; `isOpen` where the last is no part of it. */
function spanOf(condition: Condition): { from: string; to: string; isOpen: boolean } | null {
  const [first, last, ...more] = condition.kind === "all" ? condition.of : [];
  if (first?.kind !== "compare" || last?.kind !== "compare" || more.length > 0) return null;
  if (first.right.kind !== "text" || last.right.kind !== "text") return null;
  return { from: first.right.value, to: last.right.value, isOpen: last.operator === "<" };
}

function joinsWithOr(draft: Draft, one: Placed, other: Placed): boolean {
  const between = draft.pieces.slice(one.at, other.at);
  // "not from Paris or Rome" is from neither; "not from Paris or not from Rome" says it twice.
  const isSaidTwice = between.some((piece) => isOperator(piece, "not", "except"));
  if (one.negated && other.negated && !isSaidTwice) return false;
  return between.some((piece) => isOperator(piece, "or"));
}

/** A group of alternatives as one condition. */
export function anyOf(group: readonly Placed[]): Condition {
  const [first] = group;
  return group.length === 1 && first
    ? first.condition
    : { kind: "any", of: group.map((each) => each.condition) };
}

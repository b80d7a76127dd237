// All conditions of a query together: "or" between two, and two that no single row can meet.

import type { Condition, Query } from "../logical/query.ts";
import { type Draft, isOperator, type Placed } from "./draft.ts";

/** Joins the conditions: "or" between two, several of one column, and both of one column at once. */
export function addConditions(draft: Draft, query: Query): Query {
  const groups: Placed[][] = [];
  for (const placed of draft.conditions.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    const previous = last?.at(-1);
    if (last && previous && joinsWithOr(draft, previous, placed)) last.push(placed);
    else groups.push([placed]);
  }
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
  const isEqual = one.condition.kind === "compare" && one.condition.operator === "=";
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

/** Two equalities of one column that no row can meet at once. */
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

function joinsWithOr(draft: Draft, one: Placed, other: Placed): boolean {
  return draft.pieces.slice(one.at, other.at).some((piece) => isOperator(piece, "or"));
}

function anyOf(group: readonly Placed[]): Condition {
  const [first] = group;
  return group.length === 1 && first
    ? first.condition
    : { kind: "any", of: group.map((each) => each.condition) };
}

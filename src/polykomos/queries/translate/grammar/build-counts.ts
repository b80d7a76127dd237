// Counts: of rows that a join repeats, and as conditions.

import { planJoins } from "../joins/plan.ts";
import {
  type Comparison,
  type Condition,
  columnOf,
  countDistinct,
  countRows,
  emptyQuery,
  hasAggregate,
  type Query,
} from "../logical/query.ts";
import { groupBySubject, keyOf } from "./build-groups.ts";
import type { Counted, Draft } from "./draft.ts";

/** A count of rows that a join repeats counts each row once. */
export function countOnce(draft: Draft, query: Query): void {
  const [only] = query.select;
  const counted = draft.countedTable;
  const isCountOfRows = only?.kind === "aggregate" && only.of === null;
  if (query.select.length !== 1 || !isCountOfRows || counted === null) return;
  const [key] = keyOf(draft, counted);
  const conditionTables = draft.conditions.flatMap((each) => (each.ref ? [each.ref.table] : []));
  const others = [...query.also, ...conditionTables].filter((table) => table !== counted);
  const plan = planJoins(draft.graph, [counted, ...others]);
  if (query.group.length > 0 || !key || !plan) return;
  const isRepeated = plan.joins.some(({ table, edge }) => edge.from === table);
  if (isRepeated) query.select = [countDistinct(columnOf(key))];
}

/** Has the table of what is counted take part in the query. */
export function join(query: Query, counted: Counted | null): void {
  if (counted === null || counted.table === query.main || query.also.includes(counted.table))
    return;
  query.also.push(counted.table);
}

/** Whether keys lead from one table to the other. */
export function isReachable(draft: Draft, one: number, other: number): boolean {
  return planJoins(draft.graph, [one, other]) !== null;
}

/** Adds "with more than two pets": a HAVING, or for a total the rows whose partners are counted. */
export function addCounts(draft: Draft, query: Query): void {
  const isTotal = query.group.length === 0 && query.select.every(hasAggregate);
  for (const { operator, value, counted } of draft.counts) {
    if (isTotal) {
      const condition = countedRows(draft, query.main, operator, value, counted);
      if (condition) query.where.push(condition);
      continue;
    }
    if (query.group.length === 0) groupBySubject(draft, query, counted);
    join(query, counted);
    query.having.push({
      kind: "compare",
      left: countRows(),
      operator,
      right: { kind: "number", value },
    });
  }
}

/** Of what is itself a total: the rows whose partners are counted. */
function countedRows(
  draft: Draft,
  main: number,
  operator: Comparison,
  value: string,
  counted: Counted | null,
): Condition | null {
  const [key] = keyOf(draft, main);
  if (!key || !counted || counted.table === main || !isReachable(draft, main, counted.table))
    return null;
  const inner: Query = {
    ...emptyQuery(main),
    select: [columnOf(key)],
    also: [counted.table],
    group: [key],
    having: [{ kind: "compare", left: countRows(), operator, right: { kind: "number", value } }],
  };
  return { kind: "inQuery", left: columnOf(key), query: inner, negated: false };
}

// Counts: of rows that a join repeats, and as conditions.

import { planJoins } from "../joins/plan.ts";
import { type Comparison, type Condition, hasAggregate, type Query } from "../logical/query.ts";
import { groupBySubject, keyOf } from "./build-groups.ts";
import { type Counted, columnOf, type Draft } from "./draft.ts";
import { emptyQuery } from "./empty-query.ts";
import { countRows } from "./select-column.ts";

/** A count of rows that a join repeats counts each row once. */
export function countOnce(draft: Draft, query: Query): void {
  const [only] = query.select;
  const counted = draft.labels.find(({ at }) => at < 0);
  if (query.select.length !== 1 || only?.kind !== "aggregate" || only.of !== null || !counted)
    return;
  const [key] = keyOf(draft, counted.table);
  const conditionTables = draft.conditions.flatMap((each) => (each.ref ? [each.ref.table] : []));
  const others = [...query.also, ...conditionTables].filter((table) => table !== counted.table);
  const plan = planJoins(draft.graph, [counted.table, ...others]);
  if (query.group.length > 0 || !key || !plan) return;
  const isRepeated = plan.joins.some(({ table, edge }) => edge.from === table);
  if (isRepeated)
    query.select = [{ kind: "aggregate", name: "count", of: columnOf(key), distinct: true }];
}

export function isReachable(draft: Draft, one: number, other: number): boolean {
  return planJoins(draft.graph, [one, other]) !== null;
}

export function addCounts(draft: Draft, query: Query): void {
  const isTotal = query.group.length === 0 && query.select.every(hasAggregate);
  for (const { operator, value, counted } of draft.counts) {
    if (isTotal) {
      const condition = countedRows(draft, query.main, operator, value, counted);
      if (condition) query.where.push(condition);
      continue;
    }
    if (query.group.length === 0) groupBySubject(draft, query, counted);
    if (counted && counted.table !== query.main && !query.also.includes(counted.table))
      query.also.push(counted.table);
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

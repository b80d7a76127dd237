import { planJoins } from "../joins/plan.ts";
import { type Condition, columnOf, emptyQuery } from "../logical/query.ts";
import { alternatives, anyOf } from "./build-conditions.ts";
import { columnEntry, type Draft, type Placed } from "./draft.ts";

/** The rows of `main` that have no partner in the tables: `key NOT IN (SELECT …)`. */
export function exclusion(
  draft: Draft,
  main: number,
  excluded: { tables: number[]; conditions: Placed[] },
): Condition | null {
  const plan = planJoins(draft.graph, [main, ...excluded.tables]);
  const [step] = plan?.joins ?? [];
  if (!plan || !step) return null;
  const { edge } = step;
  const isHolder = edge.from === main;
  const mine = { table: main, column: (isHolder ? edge.fromColumns : edge.toColumns)[0] ?? "" };
  const theirs = {
    table: step.table,
    column: (isHolder ? edge.toColumns : edge.fromColumns)[0] ?? "",
  };
  const isNullable = columnEntry(draft.lexicon, theirs)?.column.isNullable ?? true;
  const present: Condition[] = isNullable
    ? [{ kind: "isNull", left: columnOf(theirs), negated: true }]
    : [];
  const query = {
    ...emptyQuery(step.table),
    select: [columnOf(theirs)],
    also: excluded.tables.filter((table) => table !== main),
    where: [...alternatives(draft, excluded.conditions).map(anyOf), ...present],
  };
  return { kind: "inQuery", left: columnOf(mine), query, negated: true };
}

// From what the clauses found to a query: groups, rankings, exclusions, set operations.

import { labelColumns } from "../link/labels.ts";
import {
  aggregateOf,
  columnOf,
  countRows,
  type Expression,
  emptyQuery,
  hasAggregate,
  type Query,
  tablesOf,
} from "../logical/query.ts";
import { addConditions } from "./build-conditions.ts";
import { addCounts, countOnce, isReachable, join } from "./build-counts.ts";
import { addGroup, addGroups, groupBySubject } from "./build-groups.ts";
import { type Draft, isOperator } from "./draft.ts";
import { exclusion } from "./exclude.ts";
import { turn } from "./negate.ts";

/** The query of a draft; null when nothing is asked for, or of what is left out nothing can be made. */
export function buildQuery(draft: Draft): Query | null {
  const query = emptyQuery(draft.main);
  query.select = selection(draft);
  if (query.select.length === 0) return null;
  query.distinct = draft.distinct && !query.select.every(hasAggregate);
  query.main = mainOf(draft, query.select);
  query.also = alsoOf(draft, query);
  addGroups(draft, query);
  addRanking(draft, query);
  addCounts(draft, query);
  query.having.push(...draft.having);
  if (query.having.length > 0 && query.group.length === 0) groupBySubject(draft, query);
  addOrder(draft, query);
  for (const excluded of draft.excluded) {
    const others = excluded.tables.filter((table) => table !== query.main);
    const condition =
      others.length > 0 ? exclusion(draft, query.main, { ...excluded, tables: others }) : null;
    if (condition && !isParent(draft, query, others)) query.where.push(condition);
    // "employees without suppliers", which nothing joins: without the "without" it is another question.
    else if (excluded.conditions.length === 0) return null;
    else draft.conditions.push(...excluded.conditions.map(turn));
  }
  orderAsCondition(query);
  countOnce(draft, query);
  return addConditions(draft, query);
}

/** A row has one parent, so a condition on it is turned round where it stands. */
function isParent(draft: Draft, query: Query, tables: readonly number[]): boolean {
  const [only] = tables;
  const shown = query.select.flatMap(tablesOf);
  return (
    tables.length === 1 &&
    only !== undefined &&
    (shown.includes(only) ||
      draft.graph.edges.some((edge) => edge.from === query.main && edge.to === only)) &&
    !draft.graph.edges.some((edge) => edge.from === only && edge.to === query.main) &&
    draft.excluded.every((excluded) => excluded.conditions.length > 0)
  );
}

function selection(draft: Draft): Expression[] {
  const shown = draft.select.map(({ expression }) =>
    expression.kind === "star" ? { ...expression, table: draft.main } : expression,
  );
  const plain = shown.some((each) => !hasAggregate(each));
  if (shown.length === 0 && isRecord(draft)) return [{ kind: "star", table: draft.main }];
  if (draft.labels.length > 0 && !plain) {
    const columns = draft.labels.flatMap(({ table }) =>
      labelColumns(draft.lexicon, table).map(columnOf),
    );
    return dedupe([...columns, ...shown]);
  }
  if (shown.length > 0) return dedupe([...besideLabels(draft), ...shown]);
  const [group] = draft.groups;
  if (group) return group.column ? [columnOf({ table: group.table, column: group.column })] : [];
  return labelColumns(draft.lexicon, draft.main).map(columnOf);
}

/** "the latest orders": what has no name but is dated is shown whole, not by whom it belongs to. */
function isRecord(draft: Draft): boolean {
  const isListed =
    draft.groups.length + draft.buckets.length + draft.counts.length + draft.having.length === 0 &&
    draft.ranking === null &&
    !draft.distinct;
  const isMain = draft.labels.length === 1 && draft.labels[0]?.table === draft.main;
  const [label] = labelColumns(draft.lexicon, draft.main);
  const columns = draft.lexicon.tables[draft.main]?.columns ?? [];
  const isDated = columns.some(({ column }) => /^(date|timestamp)$/.test(column.kind));
  return isListed && isMain && isDated && label !== undefined && label.table !== draft.main;
}

/** "the games and their types": a table that "and" joins to a column is shown too. */
function besideLabels(draft: Draft): Expression[] {
  const places = draft.select.map(({ at }) => at);
  const isLinked = (from: number, to: number) => {
    const between = draft.pieces.slice(from + 1, to);
    const isPlain = between.every((piece) =>
      isOperator(piece, "and", "comma", "glue", "group", "each"),
    );
    return isPlain && between.some((piece) => isOperator(piece, "and"));
  };
  return draft.labels
    .filter(({ at }) => places.some((place) => isLinked(Math.min(at, place), Math.max(at, place))))
    .flatMap(({ table }) => labelColumns(draft.lexicon, table).map(columnOf));
}

function dedupe(expressions: Expression[]): Expression[] {
  const seen = new Set<string>();
  return expressions.filter((each) => {
    const key = JSON.stringify(each);
    return seen.has(key) ? false : seen.add(key);
  });
}

function mainOf(draft: Draft, select: Expression[]): number {
  const tables = select.flatMap(tablesOf);
  if (draft.countedTable !== null && tables.length === 0) return draft.countedTable;
  if (tables.length > 0 && !tables.includes(draft.main)) return tables[0] ?? draft.main;
  return draft.main;
}

/** Tables that are spoken of without a column: only rows that have a partner there count. */
function alsoOf(draft: Draft, query: Query): number[] {
  const spoken = draft.pieces.flatMap((piece, at) => {
    if (draft.used[at]) return [];
    if (piece.kind === "table") return [piece.table];
    return piece.kind === "column" && piece.score >= namedScoreMin ? [piece.table] : [];
  });
  return [...new Set([...draft.also, ...spoken])].filter((table) =>
    isReachable(draft, query.main, table),
  );
}

/** Only a name of several words is meant for sure where nothing asks for it. */
const namedScoreMin = 4.5;

function addRanking(draft: Draft, query: Query): void {
  const { ranking } = draft;
  if (ranking === null) return;
  const [shownCount] = query.select.filter(hasAggregate);
  const counted = ranking.counted;
  if (query.group.length === 0) groupBySubject(draft, query, counted);
  join(query, counted);
  const by =
    shownCount && shownCount.kind === "aggregate" && shownCount.name === "count"
      ? shownCount
      : countRows();
  if (query.group.length === 0 && !shownCount) return;
  query.order.push({ by, descending: ranking.descending });
  query.limit = ranking.limit;
}

/** An extreme within a total is a condition: the students of the dorm with the largest capacity. */
function orderAsCondition(query: Query): void {
  const [order] = query.order;
  const isTotal =
    query.group.length === 0 && query.groupBuckets.length === 0 && query.select.every(hasAggregate);
  if (!isTotal || order?.by.kind !== "column") return;
  const { by, descending } = order;
  if (query.limit === 1) {
    const select = [aggregateOf(descending ? "max" : "min", by)];
    const extreme = { ...emptyQuery(by.ref.table), select };
    query.where.push({ kind: "compareQuery", left: by, operator: "=", query: extreme });
  }
  query.order = [];
  query.limit = null;
}

function addOrder(draft: Draft, query: Query): void {
  for (const order of draft.order) {
    const { descending } = order;
    switch (order.kind) {
      case "by":
        query.order.push({ by: order.by, descending });
        break;
      case "shown": {
        const [shown] = query.select;
        if (shown && shown.kind !== "star") query.order.push({ by: shown, descending });
        break;
      }
      case "count": {
        join(query, order.counted);
        if (query.group.length === 0) groupBySubject(draft, query, order.counted);
        const shown = query.select.find(
          (each) => each.kind === "aggregate" && each.name === "count",
        );
        query.order.push({ by: shown ?? countRows(), descending });
        break;
      }
      default:
        order satisfies never;
    }
  }
  if (draft.limit !== null && query.order.length > 0) query.limit = draft.limit;
  const grouped =
    query.select.some(hasAggregate) && query.select.some((each) => !hasAggregate(each));
  const ordersByAggregate = query.order.some((order) => hasAggregate(order.by));
  if (ordersByAggregate && !grouped && query.group.length === 0) groupBySubject(draft, query);
  const isShownOrder = query.order.every((order) =>
    query.select.some((each) => JSON.stringify(each) === JSON.stringify(order.by)),
  );
  // DISTINCT may order only by what it shows.
  if (query.distinct && !isShownOrder) {
    query.distinct = false;
    for (const each of query.select) if (each.kind === "column") addGroup(query, each.ref);
  }
}

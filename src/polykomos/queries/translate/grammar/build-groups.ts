// What the rows are grouped by: what is asked for each, or the thing that is shown.

import { labelColumns } from "../link/labels.ts";
import {
  type ColumnRef,
  columnOf,
  type Expression,
  hasAggregate,
  type Query,
  tablesOf,
} from "../logical/query.ts";
import { type Counted, columnEntry, type Draft } from "./draft.ts";

/** Groups by what was asked for each, and shows it. */
export function addGroups(draft: Draft, query: Query): void {
  for (const { unit, ref } of draft.buckets) {
    const bucket: Expression = { kind: "bucket", unit, of: columnOf(ref) };
    query.groupBuckets.push(bucket);
    query.select.unshift(bucket);
    if (draft.order.length === 0) query.order.push({ by: bucket, descending: false });
  }
  const aggregates =
    query.select.some(hasAggregate) || draft.ranking !== null || draft.counts.length > 0;
  if (!aggregates) return;
  for (const group of draft.groups) {
    if (group.column !== null) {
      const ref = { table: group.table, column: group.column };
      addGroup(query, ref);
      if (query.select.some(hasAggregate) && !isShownOtherwise(query)) show(query, [ref]);
      continue;
    }
    const pointer = query.select.find(
      (each) => each.kind === "column" && pointsTo(draft, each.ref, group.table),
    );
    if (pointer?.kind === "column") {
      addGroup(query, pointer.ref);
      query.also = query.also.filter((table) => table !== group.table);
      continue;
    }
    const shown = query.select.some(
      (each) => !hasAggregate(each) && tablesOf(each).includes(group.table),
    );
    for (const key of keyOf(draft, group.table)) addGroup(query, key);
    if (!shown && query.select.some(hasAggregate))
      show(query, labelColumns(draft.lexicon, group.table));
  }
  const plain = query.select.filter((each) => !hasAggregate(each));
  if (query.group.length === 0 && plain.length > 0 && query.select.some(hasAggregate)) {
    groupBySubject(draft, query);
  }
}

/** A ranking whose columns are told apart from its measure needs no key beside them. */
function isShownOtherwise(query: Query): boolean {
  return query.limit !== null && query.select.some((each) => each.kind === "column");
}

function pointsTo(draft: Draft, ref: ColumnRef, table: number): boolean {
  return draft.graph.edges.some(
    (edge) => edge.from === ref.table && edge.to === table && edge.fromColumns[0] === ref.column,
  );
}

function show(query: Query, refs: ColumnRef[]): void {
  for (const ref of refs) {
    const isShown = query.select.some(
      (each) =>
        each.kind === "column" && each.ref.column === ref.column && each.ref.table === ref.table,
    );
    if (!isShown) query.select.push(columnOf(ref));
  }
}

/** Groups by a column too, once. */
export function addGroup(query: Query, ref: ColumnRef): void {
  const isThere = query.group.some(
    (each) => each.table === ref.table && each.column === ref.column,
  );
  if (!isThere) query.group.push({ table: ref.table, column: ref.column });
}

/** The primary key of a table when it is one column; none otherwise. */
export function keyOf(draft: Draft, table: number): ColumnRef[] {
  const keys = draft.lexicon.tables[table]?.table.primaryKey ?? [];
  return keys.length === 1 ? keys.map((column) => ({ table, column })) : [];
}

/** Groups by what is shown: by the row it belongs to when that is a label, by itself otherwise. */
export function groupBySubject(draft: Draft, query: Query, counted: Counted | null = null): void {
  const columns = query.select.flatMap((each) => (each.kind === "column" ? [each.ref] : []));
  for (const ref of columns) {
    const entry = columnEntry(draft.lexicon, ref);
    const isLabel = labelColumns(draft.lexicon, ref.table).some(
      ({ column }) => column === ref.column,
    );
    const isOther =
      counted !== null
        ? counted.table !== ref.table
        : query.also.some((table) => table !== ref.table);
    if (!entry?.isForeign && isLabel && isOther) {
      for (const key of keyOf(draft, ref.table)) addGroup(query, key);
    }
    addGroup(query, ref);
  }
}

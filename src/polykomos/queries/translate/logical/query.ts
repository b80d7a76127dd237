// A question's meaning, before any engine's SQL. Tables are positions in the catalog.

export type ColumnRef = { table: number; column: string };
export type Aggregate = "count" | "sum" | "avg" | "min" | "max";
export type TimeUnit = "year" | "quarter" | "month" | "week" | "day";

export type Expression =
  | { kind: "column"; ref: ColumnRef }
  | { kind: "star"; table: number }
  | { kind: "aggregate"; name: Aggregate; of: Expression | null; distinct: boolean }
  | { kind: "bucket"; unit: TimeUnit; of: Expression }
  | { kind: "part"; unit: TimeUnit; of: Expression }
  | { kind: "difference"; left: Expression; right: Expression }
  | { kind: "share"; of: Condition };

export type Literal =
  | { kind: "text"; value: string }
  | { kind: "number"; value: string }
  | { kind: "boolean"; value: boolean };

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Condition =
  | { kind: "compare"; left: Expression; operator: Comparison; right: Literal | Expression }
  | { kind: "compareQuery"; left: Expression; operator: Comparison; query: Query }
  | { kind: "between"; left: Expression; low: Literal; high: Literal }
  | { kind: "like"; left: Expression; pattern: string; negated: boolean }
  | { kind: "oneOf"; left: Expression; values: Literal[]; negated: boolean }
  | { kind: "inQuery"; left: Expression; query: Query; negated: boolean }
  | { kind: "isNull"; left: Expression; negated: boolean }
  | { kind: "any"; of: Condition[] }
  | { kind: "all"; of: Condition[] };

type Order = { by: Expression; descending: boolean };

export type Query = {
  select: Expression[];
  distinct: boolean;
  /** The table the question is about. */
  main: number;
  /** Tables that have to take part beside those of the expressions. */
  also: number[];
  where: Condition[];
  group: ColumnRef[];
  groupBuckets: Expression[];
  having: Condition[];
  order: Order[];
  limit: number | null;
  combine: { operator: "intersect" | "union" | "except"; query: Query } | null;
};

/** A query about one table that asks nothing yet. */
export function emptyQuery(main: number): Query {
  return {
    select: [],
    distinct: false,
    main,
    also: [],
    where: [],
    group: [],
    groupBuckets: [],
    having: [],
    order: [],
    limit: null,
    combine: null,
  };
}

/** The column itself; `ref` may be anything that names one. */
export function columnOf({ table, column }: ColumnRef): Expression {
  return { kind: "column", ref: { table, column } };
}

/** An aggregate of every value, repeated ones too. */
export function aggregateOf(name: Aggregate, of: Expression): Expression {
  return { kind: "aggregate", name, of, distinct: false };
}

/** `count(*)` */
export function countRows(): Expression {
  return { kind: "aggregate", name: "count", of: null, distinct: false };
}

/** Every different value once. */
export function countDistinct(of: Expression): Expression {
  return { kind: "aggregate", name: "count", of, distinct: true };
}

/** A condition on a column's own values. */
export function compared(
  ref: ColumnRef,
  operator: Comparison,
  right: Literal | Expression,
): Condition {
  return { kind: "compare", left: columnOf(ref), operator, right };
}

/** The tables that an expression reads. */
export function tablesOf(expression: Expression): number[] {
  switch (expression.kind) {
    case "column":
      return [expression.ref.table];
    case "star":
      return [expression.table];
    case "aggregate":
      return expression.of ? tablesOf(expression.of) : [];
    case "bucket":
    case "part":
      return tablesOf(expression.of);
    case "difference":
      return [...tablesOf(expression.left), ...tablesOf(expression.right)];
    case "share":
      return conditionTables(expression.of);
    default:
      return expression satisfies never;
  }
}

/** The tables of a condition; those inside its own query are not among them. */
function conditionTables(condition: Condition): number[] {
  if (condition.kind === "any" || condition.kind === "all")
    return condition.of.flatMap(conditionTables);
  const right =
    condition.kind === "compare" && isExpression(condition.right) ? tablesOf(condition.right) : [];
  return [...tablesOf(condition.left), ...right];
}

export function isExpression(side: Literal | Expression): side is Expression {
  return side.kind !== "text" && side.kind !== "number" && side.kind !== "boolean";
}

/** Every table that the query's own FROM needs, the main one first. */
export function queryTables(query: Query): number[] {
  const all = [
    query.main,
    ...query.also,
    ...query.select.flatMap(tablesOf),
    ...query.where.flatMap(conditionTables),
    ...query.group.map((ref) => ref.table),
    ...query.groupBuckets.flatMap(tablesOf),
    ...query.having.flatMap(conditionTables),
    ...query.order.flatMap((order) => tablesOf(order.by)),
  ];
  return [...new Set(all)];
}

/** Whether an expression is computed from several rows. */
export function hasAggregate(expression: Expression): boolean {
  if (expression.kind === "aggregate" || expression.kind === "share") return true;
  if (expression.kind === "difference")
    return hasAggregate(expression.left) || hasAggregate(expression.right);
  return expression.kind === "bucket" || expression.kind === "part"
    ? hasAggregate(expression.of)
    : false;
}

import type { Catalog, Column } from "../../catalog/catalog.ts";
import { writeName, writeTable } from "../../catalog/names.ts";
import type { Dialect } from "../../translator.ts";
import type { Edge, JoinGraph } from "../joins/graph.ts";
import { type JoinPlan, planJoins } from "../joins/plan.ts";
import {
  type ColumnRef,
  type Condition,
  type Expression,
  hasAggregate,
  isExpression,
  type Literal,
  type Query,
  queryTables,
} from "../logical/query.ts";
import { asNumber, bucket, likeOperator, part, textLiteral } from "./dialect.ts";

export type Compiling = {
  catalog: Catalog;
  dialect: Dialect;
  graph: JoinGraph;
  /** How much of this key's name the question says, from 0 to 1. */
  hints: (edge: Edge) => number;
};

/** The SQL of a query; null when its tables cannot be joined. */
export function compileQuery(query: Query, compiling: Compiling): string | null {
  try {
    return select(query, compiling);
  } catch (error) {
    if (error instanceof Unjoinable) return null;
    throw error;
  }
}

class Unjoinable extends Error {}

function select(query: Query, compiling: Compiling): string {
  const plan = planJoins(compiling.graph, queryTables(query), compiling.hints);
  if (plan === null) throw new Unjoinable();
  const names = new Names(compiling, plan.joins.length > 0);
  const columns = query.select.map((each) => expression(each, names));
  const conditions = query.where.flatMap(conjuncts).map((each) => condition(each, names));
  const parts = [
    `SELECT ${query.distinct ? "DISTINCT " : ""}${columns.join(", ")}`,
    from(plan, names),
    conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "",
    groupBy(query, names),
    query.having.length > 0
      ? `HAVING ${query.having.map((each) => condition(each, names)).join(" AND ")}`
      : "",
  ];
  if (query.combine) {
    const { operator, query: other } = query.combine;
    parts.push(operator.toUpperCase(), select({ ...other, order: [], limit: null }, compiling));
  }
  parts.push(orderBy(query, names));
  if (query.limit !== null) parts.push(`LIMIT ${query.limit}`);
  return parts.filter((each) => each !== "").join(" ");
}

function from(plan: JoinPlan, names: Names): string {
  const joins = plan.joins.map(({ table, edge }) => {
    const pairs = edge.fromColumns.map((column, index) => {
      const left = names.column({ table: edge.from, column });
      const right = names.column({ table: edge.to, column: edge.toColumns[index] ?? "" });
      return `${left} = ${right}`;
    });
    return `JOIN ${names.table(table)} ON ${pairs.join(" AND ")}`;
  });
  return [`FROM ${names.table(plan.first)}`, ...joins].join(" ");
}

/** Every selected or ordering column that is not aggregated has to be among the groups. */
function groupBy(query: Query, names: Names): string {
  const outputs = [...query.select, ...query.order.map((order) => order.by)];
  const isGrouped =
    query.group.length > 0 ||
    query.groupBuckets.length > 0 ||
    query.having.length > 0 ||
    (outputs.some(hasAggregate) && query.select.some((each) => !hasAggregate(each)));
  if (!isGrouped) return "";
  const plain = outputs.filter((each) => !hasAggregate(each) && each.kind !== "star");
  const starColumns = query.select.flatMap((each) =>
    each.kind === "star" ? names.columnsOf(each.table) : [],
  );
  const all = [
    ...query.group.map((ref) => names.column(ref)),
    ...query.groupBuckets.map((each) => expression(each, names)),
    ...plain.map((each) => expression(each, names)),
    ...starColumns,
  ];
  return `GROUP BY ${[...new Set(all)].join(", ")}`;
}

function orderBy(query: Query, names: Names): string {
  if (query.order.length === 0) return "";
  const terms = query.order.map(({ by, descending }) => {
    const sql = expression(by, names);
    const isNullable = by.kind === "column" && (names.find(by.ref)?.isNullable ?? true);
    const direction = descending ? "DESC" : "ASC";
    return names.nullsLast(sql, isNullable && query.limit !== null, direction);
  });
  return `ORDER BY ${terms.join(", ")}`;
}

function expression(each: Expression, names: Names): string {
  switch (each.kind) {
    case "column":
      return names.column(each.ref);
    case "star":
      return names.star(each.table);
    case "aggregate": {
      if (each.of === null) return "count(*)";
      const inner = expression(each.of, names);
      const isNumeric = each.name === "sum" || each.name === "avg";
      const number = isNumeric && names.isText(each.of) ? asNumber(inner, names.dialect) : inner;
      return `${each.name}(${each.distinct ? "DISTINCT " : ""}${number})`;
    }
    case "bucket":
      return bucket(each.unit, expression(each.of, names), names.dialect);
    case "part":
      return part(each.unit, expression(each.of, names), names.dialect);
    case "difference":
      return `${expression(each.left, names)} - ${expression(each.right, names)}`;
    case "share":
      return `100.0 * sum(CASE WHEN ${condition(each.of, names)} THEN 1 ELSE 0 END) / count(*)`;
    default:
      return each satisfies never;
  }
}

/** The conditions that all have to hold, without parentheses that nothing needs. */
function conjuncts(each: Condition): Condition[] {
  return each.kind === "all" ? each.of.flatMap(conjuncts) : [each];
}

function condition(each: Condition, names: Names): string {
  if (each.kind === "any" || each.kind === "all") {
    const of = each.kind === "any" ? each.of : conjuncts(each);
    const link = each.kind === "any" ? " OR " : " AND ";
    return `(${of.map((one) => condition(one, names)).join(link)})`;
  }
  const left = expression(each.left, names);
  const not = "negated" in each && each.negated ? "NOT " : "";
  switch (each.kind) {
    case "compare": {
      const { right } = each;
      if (isExpression(right)) return `${left} ${each.operator} ${expression(right, names)}`;
      const asText = names.isText(each.left) && right.kind === "number";
      // Text that holds digits is compared as text for equality and as a number otherwise.
      if (asText && (each.operator === "=" || each.operator === "<>")) {
        return `${left} ${each.operator} ${textLiteral(right.value, names.dialect)}`;
      }
      if (asText) return `${asNumber(left, names.dialect)} ${each.operator} ${right.value}`;
      return `${left} ${each.operator} ${literal(right, names)}`;
    }
    case "compareQuery":
      return `${left} ${each.operator} (${select(each.query, names.compiling)})`;
    case "between": {
      const low = literal(each.low, names);
      const high = literal(each.high, names);
      const number = names.isText(each.left) && each.low.kind === "number";
      return `${number ? asNumber(left, names.dialect) : left} BETWEEN ${low} AND ${high}`;
    }
    case "like":
      return `${left} ${not}${likeOperator(names.dialect)} ${textLiteral(each.pattern, names.dialect)}`;
    case "oneOf":
      return `${left} ${not}IN (${each.values.map((value) => literal(value, names)).join(", ")})`;
    case "inQuery":
      return `${left} ${not}IN (${select(each.query, names.compiling)})`;
    case "isNull":
      return `${left} IS ${not}NULL`;
    default:
      return each satisfies never;
  }
}

function literal(value: Literal, names: Names): string {
  if (value.kind === "number") return value.value;
  return value.kind === "text" ? textLiteral(value.value, names.dialect) : String(value.value);
}

/** How tables and columns are written in one SELECT. */
class Names {
  readonly compiling: Compiling;
  readonly #qualified: boolean;

  constructor(compiling: Compiling, qualified: boolean) {
    this.compiling = compiling;
    this.#qualified = qualified;
  }

  get dialect(): Dialect {
    return this.compiling.dialect;
  }

  table(index: number): string {
    const table = this.compiling.catalog.tables[index];
    return table ? writeTable(table, this.dialect) : "";
  }

  column(ref: ColumnRef): string {
    const name = writeName(ref.column, this.dialect);
    return this.#qualified ? `${this.table(ref.table)}.${name}` : name;
  }

  star(table: number): string {
    return this.#qualified ? `${this.table(table)}.*` : "*";
  }

  columnsOf(table: number): string[] {
    const columns = this.compiling.catalog.tables[table]?.columns ?? [];
    return columns.map(({ name }) => this.column({ table, column: name }));
  }

  find(ref: ColumnRef): Column | null {
    const table = this.compiling.catalog.tables[ref.table];
    return table?.columns.find((column) => column.name === ref.column) ?? null;
  }

  isText(each: Expression): boolean {
    return each.kind === "column" && this.find(each.ref)?.kind === "text";
  }

  /** Rows without a value never win a ranking, on either engine. */
  nullsLast(sql: string, isNullable: boolean, direction: "ASC" | "DESC"): string {
    const isFirst = this.dialect === "postgres" ? direction === "DESC" : direction === "ASC";
    if (!isNullable || !isFirst) return `${sql} ${direction}`;
    if (this.dialect === "postgres") return `${sql} ${direction} NULLS LAST`;
    return `${sql} IS NULL, ${sql} ${direction}`;
  }
}

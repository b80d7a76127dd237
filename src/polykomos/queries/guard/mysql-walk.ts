import { mysqlFunctions } from "./mysql-functions.ts";
import type { Relations } from "./relations.ts";
import { listOf, type Node, nodeOf } from "./tree.ts";
import { depthMax, padLengthMax, Refusal } from "./verdict.ts";

/** The types of nodes of the MySQL grammar's tree that a statement may have. */
const types: ReadonlySet<string> = new Set([
  ...["select", "column_ref", "cast", "extract", "aggr_func", "expr_list", "window", "binary_expr"],
  ...["origin", "number", "bigint", "function", "default", "case", "when", "else", "interval"],
  ...["single_quote_string", "double_quote_string", "natural_string", "backticks_quote_string"],
  ...["string", "datatype", "star"],
  ...["date", "time", "datetime", "timestamp", "unary_expr", "collate", "null", "bool", "boolean"],
  ...["full_hex_string", "hex_string", "bit_string", "ASC", "DESC", "asc", "desc", "dual"],
  ...["values", "ESCAPE", "escape", "expr", "rows", "rows between", "charset"],
  ...["not null", "comment", "on update", "on delete", "generated", "alter"],
]);

/** What a walk is given, and what it finds. */
export type MysqlWalk = {
  relations: Relations;
  /** In upper case: names of tables and of `WITH`, which may stand before a parenthesis. */
  names: Set<string>;
};

/** Goes through a node and all below it. */
export function walkMysql(value: unknown, walk: MysqlWalk, depth = 0): void {
  if (depth > depthMax) throw new Refusal("too_complex", "It is nested too deeply");
  if (Array.isArray(value)) {
    for (const each of value) walkMysql(each, walk, depth + 1);
    return;
  }
  const node = nodeOf(value);
  if (node === null) return;
  for (const each of listOf(node.with)) defineName(each, walk);
  checkNode(node, walk);
  for (const [field, inside] of Object.entries(node)) {
    // Lists of what was found, in the grammar's own form; the tree itself is beside them.
    if (field !== "tableList" && field !== "columnList") walkMysql(inside, walk, depth + 1);
  }
}

function defineName(value: unknown, walk: MysqlWalk): void {
  const name = nodeOf(nodeOf(value)?.name)?.value;
  if (typeof name !== "string") throw new Refusal("unreadable", "A WITH has no name");
  walk.relations.define(name);
  walk.names.add(name.toUpperCase());
}

function checkNode(node: Node, walk: MysqlWalk): void {
  const { type } = node;
  if (typeof type === "string" && !types.has(type)) {
    throw new Refusal("not_allowed", `No question may use ${type.toLowerCase()}`);
  }
  if (type === "select") checkSelect(node);
  if (type === "function") checkFunction(node);
  if (type === "aggr_func") requireKnown(String(node.name));
  if (type === undefined && "db" in node && "table" in node) useMysqlTable(node, walk);
}

/** Checks that a table is one of the catalog, and notes its name. Throws a Refusal. */
export function useMysqlTable(value: unknown, walk: MysqlWalk): void {
  const node = nodeOf(value);
  const { table: name, db } = node ?? {};
  if (typeof name !== "string" || (db !== null && typeof db !== "string")) {
    throw new Refusal("unreadable", "A table has no plain name");
  }
  walk.relations.use(db, name);
  walk.names.add(name.toUpperCase());
}

function checkSelect({ into, locking_read, options }: Node): void {
  const target = nodeOf(into);
  if (target?.keyword || target?.expr || target?.type) {
    throw new Refusal("not_allowed", "INTO writes somewhere");
  }
  if (locking_read) throw new Refusal("not_allowed", "FOR UPDATE and FOR SHARE lock rows");
  if (options) throw new Refusal("not_allowed", "No question may use options of SELECT");
}

function checkFunction(node: Node): void {
  const name = nodeOf(node.name);
  const [only, ...more] = listOf(name?.name).map((each) => String(nodeOf(each)?.value));
  if (only === undefined || more.length > 0 || name?.schema) {
    throw new Refusal("function_not_allowed", "No question may call a function of a database");
  }
  requireKnown(only);
  if (/^[lr]pad$/i.test(only)) {
    const length = nodeOf(listOf(nodeOf(node.args)?.value)[1]);
    if (length?.type !== "number" || Number(length.value) > padLengthMax) {
      const reason = `Text is padded to at most ${padLengthMax} letters`;
      throw new Refusal("function_not_allowed", reason);
    }
  }
}

function requireKnown(name: string): void {
  if (mysqlFunctions.has(name.toUpperCase())) return;
  throw new Refusal("function_not_allowed", `No question may call ${name}()`);
}

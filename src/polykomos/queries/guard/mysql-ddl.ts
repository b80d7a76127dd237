import { type MysqlWalk, useMysqlTable, walkMysql } from "./mysql-walk.ts";
import { listOf, type Node, nodeOf } from "./tree.ts";
import { Refusal } from "./verdict.ts";

/**
 * Changes of MySQL's objects that a question may ask for. Answers what is lost by it, for a person
 * to say yes to, or null. MySQL makes each of them permanent by itself.
 */
export function readMysqlDdl(root: Node, walk: MysqlWalk): string | null {
  const what = `${String(root.type)} ${String(root.keyword ?? "")}`.trim();
  switch (what) {
    case "create table":
      return readCreateTable(root, walk);
    case "create view":
      return readCreateView(root, walk);
    case "create index":
      useMysqlTable(root.table, walk);
      walkMysql(root.index_columns, walk);
      walk.names.add(String(root.index).toUpperCase());
      return null;
    case "alter":
      return readAlterTable(root, walk);
    case "rename":
      for (const pair of listOf(root.table)) readRename(pair, walk);
      return null;
    case "drop table":
    case "drop view":
      for (const each of listOf(root.name)) useMysqlTable(each, walk);
      return "what is dropped is lost";
    case "drop index":
      useMysqlTable(root.table, walk);
      return "what is dropped is lost";
    case "truncate table":
      for (const each of listOf(root.name)) useMysqlTable(each, walk);
      return "every row is lost";
    case "grant priv":
      return readGrant(root, walk);
    default:
      throw new Refusal("not_allowed", `No question may ${what}`);
  }
}

/** The name of something that is about to be made, in this database. */
function makeName(value: unknown, field: "table" | "view", walk: MysqlWalk): void {
  const node = nodeOf(value);
  const name = node?.[field];
  if (typeof name !== "string" || node?.db !== null) {
    throw new Refusal("not_allowed", "What is made is named without its database");
  }
  walk.relations.define(name);
  walk.names.add(name.toUpperCase());
}

/** Engines with files or servers of their own are not for a question to choose. */
const tableOptions: ReadonlySet<string> = new Set([
  ...["charset", "default charset", "character set", "default character set", "collate"],
  ...["default collate", "comment", "auto_increment"],
]);

function checkTableOptions(options: unknown): void {
  for (const each of listOf(options)) {
    const { keyword, value } = nodeOf(each) ?? {};
    const isPlainEngine = keyword === "engine" && value === "INNODB";
    if (!isPlainEngine && !tableOptions.has(String(keyword))) {
      throw new Refusal("not_allowed", `No question may choose a table's ${String(keyword)}`);
    }
  }
}

function readCreateTable(root: Node, walk: MysqlWalk): string | null {
  if (root.temporary || root.ignore_replace) {
    throw new Refusal("not_allowed", "Only lasting tables of this database can be made");
  }
  checkTableOptions(root.table_options);
  makeName(listOf(root.table)[0], "table", walk);
  walkMysql(nodeOf(root.like)?.table, walk);
  walkMysql(root.create_definitions, walk);
  walkMysql(root.query_expr, walk);
  addKeyNames(root.create_definitions, walk);
  return null;
}

/** A key's name stands before its columns in parentheses, like a table's. */
function addKeyNames(definitions: unknown, walk: MysqlWalk): void {
  for (const each of listOf(definitions)) {
    const node = nodeOf(each);
    const inside = nodeOf(node?.create_definitions) ?? node;
    if (typeof inside?.index === "string") walk.names.add(inside.index.toUpperCase());
  }
}

function readCreateView(root: Node, walk: MysqlWalk): string | null {
  if (root.definer || root.sql_security || root.algorithm) {
    throw new Refusal("not_allowed", "A view is made as its owner's");
  }
  walkMysql(root.select, walk);
  makeName(root.view, "view", walk);
  return root.replace ? "the view that it replaces is lost" : null;
}

const harmlessActions: ReadonlySet<string> = new Set(["add", "rename"]);
const losingActions: ReadonlySet<string> = new Set(["drop", "modify", "change"]);
const alteredThings: ReadonlySet<string> = new Set([
  "column",
  "constraint",
  "index",
  "key",
  "table",
]);

function readAlterTable(root: Node, walk: MysqlWalk): string | null {
  for (const each of listOf(root.table)) useMysqlTable(each, walk);
  let loss: string | null = null;
  for (const each of listOf(root.expr)) {
    const node = nodeOf(each) ?? {};
    const [action, resource] = [String(node.action), String(node.resource)];
    const isKnown = harmlessActions.has(action) || losingActions.has(action);
    if (!isKnown || !alteredThings.has(resource)) {
      throw new Refusal("not_allowed", `No question may change a table's ${resource} like this`);
    }
    if (losingActions.has(action)) loss = `values may be lost: ${action} ${resource}`;
  }
  addKeyNames(root.expr, walk);
  walkMysql(root.expr, walk);
  return loss;
}

function readRename(value: unknown, walk: MysqlWalk): void {
  const [from, to] = listOf(value);
  useMysqlTable(from, walk);
  makeName(to, "table", walk);
}

/** Rights on one table. The login may not pass rights on, so the server has the last word. */
function readGrant(root: Node, walk: MysqlWalk): string {
  const levels = listOf(nodeOf(root.on)?.priv_level).map(nodeOf);
  const isTables = levels.every((each) => each?.prefix === null && each.name !== "*");
  if (levels.length === 0 || !isTables || root.with) {
    throw new Refusal("not_allowed", "Only rights on a table can be given");
  }
  for (const level of levels) useMysqlTable({ db: null, table: level?.name }, walk);
  return "it changes who may do what";
}

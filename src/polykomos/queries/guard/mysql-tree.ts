import { readMysqlDdl } from "./mysql-ddl.ts";
import { type MysqlWalk, walkMysql } from "./mysql-walk.ts";
import type { Relations } from "./relations.ts";
import { looksAtColumn, type Node, nodeOf } from "./tree.ts";
import { Refusal, type StatementClass } from "./verdict.ts";

/** What the tree of a statement tells. */
type MysqlReading = {
  class: StatementClass;
  confirm: string | null;
  /** In upper case: the tables and names of its own that it uses. */
  names: ReadonlySet<string>;
};

/** Checks the tree of one statement. Throws a Refusal. */
export function readMysqlTree(tree: unknown, relations: Relations): MysqlReading {
  const root = nodeOf(Array.isArray(tree) && tree.length === 1 ? tree[0] : tree);
  if (root === null) throw new Refusal("several_statements", "It is not one statement");
  const walk: MysqlWalk = { relations, names: new Set() };
  switch (root.type) {
    case "select":
      walkMysql(root, walk);
      return { class: "read", confirm: null, names: walk.names };
    case "insert":
    case "update":
    case "delete":
      return { class: "write", confirm: readChange(root, walk), names: walk.names };
    default:
      return { class: "ddl", confirm: readMysqlDdl(root, walk), names: walk.names };
  }
}

function readChange(root: Node, walk: MysqlWalk): string | null {
  const { type, ...inside } = root;
  walkMysql(inside, walk);
  const isBounded = looksAtColumn(root.where, (node) => node.type === "column_ref");
  if (type === "insert" || isBounded) return null;
  return `${String(type).toUpperCase()} of every row`;
}

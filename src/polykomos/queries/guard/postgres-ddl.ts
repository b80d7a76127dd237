import {
  kindName,
  queryKinds,
  refuseSystemSchema,
  textOf,
  useRelation,
  walkPostgres,
} from "./postgres-walk.ts";
import type { Relations } from "./relations.ts";
import { listOf, type Node, nodeOf } from "./tree.ts";
import { Refusal } from "./verdict.ts";

const definitionKinds: ReadonlySet<string> = new Set([
  ...queryKinds,
  ...["ColumnDef", "Constraint", "AlterTableCmd"],
]);

/** What is lost by a statement, for a person to say yes to, or null. Throws a Refusal. */
type Reader = (statement: Node, relations: Relations) => string | null;

/** By the grammar's name of the statement; what has no entry is refused. */
const readers: Record<string, Reader> = {
  CreateStmt: readCreateTable,
  CreateTableAsStmt: readCreateTableAs,
  ViewStmt: readCreateView,
  IndexStmt: readCreateIndex,
  CreateEnumStmt: readCreateEnum,
  AlterTableStmt: readAlterTable,
  RenameStmt: readRename,
  CommentStmt: readComment,
  DropStmt: readDrop,
  TruncateStmt: readTruncate,
  GrantStmt: readGrant,
};

/**
 * Checks a change of objects that a question may ask for. Answers what is lost by it, for a person to
 * say yes to, or null. Throws a Refusal.
 */
export function readPostgresDdl(
  kind: string,
  statement: Node,
  relations: Relations,
): string | null {
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (!read) throw new Refusal("not_allowed", `No question may ${kindName(kind)}`);
  return read(statement, relations);
}

function onlyFields(statement: Node, fields: readonly string[]): void {
  const other = Object.keys(statement).find((field) => !fields.includes(field));
  if (other !== undefined) throw new Refusal("not_allowed", `No question may use its ${other}`);
}

/** The name of something that is about to be made. */
function makeName(value: unknown, relations: Relations): void {
  const node = nodeOf(value);
  const schema = node?.schemaname;
  if (typeof schema === "string") refuseSystemSchema(schema);
  if (node?.catalogname !== undefined || node?.relpersistence !== "p") {
    throw new Refusal("not_allowed", "Only lasting tables of this database can be made");
  }
  relations.define(String(node.relname ?? ""));
}

function readCreateTable(statement: Node, relations: Relations): string | null {
  onlyFields(statement, ["relation", "tableElts", "oncommit", "if_not_exists"]);
  makeName(statement.relation, relations);
  walkPostgres(statement.tableElts, relations, definitionKinds);
  for (const each of listOf(statement.tableElts)) usePrimaryTables(each, relations);
  return null;
}

/** The tables that foreign keys name stand unwrapped in the tree. */
function usePrimaryTables(value: unknown, relations: Relations): void {
  if (Array.isArray(value)) {
    for (const each of value) usePrimaryTables(each, relations);
    return;
  }
  const node = nodeOf(value);
  if (node === null) return;
  for (const [field, inside] of Object.entries(node)) {
    if (field === "pktable") useRelation(nodeOf(inside), relations);
    else usePrimaryTables(inside, relations);
  }
}

function readCreateTableAs(statement: Node, relations: Relations): string | null {
  onlyFields(statement, ["query", "into", "objtype", "if_not_exists"]);
  const into = nodeOf(statement.into) ?? {};
  onlyFields(into, ["rel", "colNames", "onCommit"]);
  requireSelect(statement.query);
  walkPostgres(statement.query, relations);
  makeName(into.rel, relations);
  return null;
}

function requireSelect(value: unknown): void {
  if (nodeOf(nodeOf(value)?.SelectStmt) === null) {
    throw new Refusal("not_allowed", "It must be made from a SELECT");
  }
}

function readCreateView(statement: Node, relations: Relations): string | null {
  onlyFields(statement, ["view", "aliases", "query", "replace", "withCheckOption"]);
  requireSelect(statement.query);
  walkPostgres(statement.query, relations);
  makeName(statement.view, relations);
  return statement.replace === true ? "the view that it replaces is lost" : null;
}

function readCreateIndex(statement: Node, relations: Relations): string | null {
  const { relation, ...rest } = statement;
  onlyFields(rest, [
    ...["idxname", "accessMethod", "indexParams", "indexIncludingParams", "whereClause"],
    ...["unique", "if_not_exists", "nulls_not_distinct"],
  ]);
  useRelation(nodeOf(relation), relations);
  walkPostgres(rest, relations);
  return null;
}

function readCreateEnum(statement: Node): string | null {
  onlyFields(statement, ["typeName", "vals"]);
  const names = listOf(statement.typeName).map(textOf);
  if (names.length > 1) refuseSystemSchema(names[0] ?? "");
  return null;
}

/** Changes of a table that lose nothing, and those that lose what stands in a column. */
const alterations: Record<string, string | null> = {
  AT_AddColumn: null,
  AT_ColumnDefault: null,
  AT_SetNotNull: null,
  AT_DropNotNull: null,
  AT_AddConstraint: null,
  AT_DropConstraint: "the constraint is dropped",
  AT_AlterColumnType: "values that do not fit the new type are changed",
  AT_DropColumn: "the column is dropped with all its values",
};

function readAlterTable(statement: Node, relations: Relations): string | null {
  onlyFields(statement, ["relation", "cmds", "objtype", "missing_ok"]);
  if (statement.objtype !== "OBJECT_TABLE") throw new Refusal("not_allowed", "It is no table");
  useRelation(nodeOf(statement.relation), relations);
  const losses = listOf(statement.cmds).map((each) => {
    const subtype = String(nodeOf(nodeOf(each)?.AlterTableCmd)?.subtype);
    const loss = Object.hasOwn(alterations, subtype) ? alterations[subtype] : undefined;
    if (loss === undefined) {
      throw new Refusal("not_allowed", `No question may ${kindName(subtype.replace("AT_", ""))}`);
    }
    return loss;
  });
  walkPostgres(statement.cmds, relations, definitionKinds);
  usePrimaryTables(statement.cmds, relations);
  return losses.find((each) => each !== null) ?? null;
}

function readRename(statement: Node, relations: Relations): string | null {
  const kinds = ["OBJECT_COLUMN", "OBJECT_TABLE", "OBJECT_VIEW"];
  const types = ["OBJECT_TABLE", "OBJECT_VIEW", undefined];
  const isKnown =
    kinds.includes(String(statement.renameType)) &&
    types.some((each) => each === statement.relationType || statement.renameType !== kinds[0]);
  if (!isKnown) throw new Refusal("not_allowed", "Only tables, views and columns can be renamed");
  useRelation(nodeOf(statement.relation), relations);
  return null;
}

function readComment(statement: Node, relations: Relations): string | null {
  const names = listOf(nodeOf(nodeOf(statement.object)?.List)?.items).map(textOf);
  const isColumn = statement.objtype === "OBJECT_COLUMN";
  if (!isColumn && statement.objtype !== "OBJECT_TABLE") {
    throw new Refusal("not_allowed", "Only tables and columns can be commented");
  }
  useNames(isColumn ? names.slice(0, -1) : names, relations);
  return null;
}

function useNames(names: readonly string[], relations: Relations): void {
  const [name = "", schema, ...more] = [...names].reverse();
  if (more.length > 0) throw new Refusal("not_allowed", "No statement may name another database");
  useRelation(
    { relname: name, ...(schema === undefined ? {} : { schemaname: schema }) },
    relations,
  );
}

const droppable: readonly string[] = ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"];

function readDrop(statement: Node, relations: Relations): string | null {
  const type = String(statement.removeType);
  const isIndex = type === "OBJECT_INDEX";
  if (!isIndex && !droppable.includes(type)) {
    throw new Refusal("not_allowed", `No question may drop a ${kindName(type.slice(7))}`);
  }
  if (statement.concurrent === true) throw new Refusal("not_allowed", "It runs in a transaction");
  for (const each of listOf(statement.objects)) {
    const names = listOf(nodeOf(nodeOf(each)?.List)?.items).map(textOf);
    if (!isIndex) useNames(names, relations);
    else if (names.length > 1) refuseSystemSchema(names.at(-2) ?? "");
  }
  return "what is dropped is lost";
}

function readTruncate(statement: Node, relations: Relations): string | null {
  for (const each of listOf(statement.relations)) {
    useRelation(nodeOf(nodeOf(each)?.RangeVar), relations);
  }
  return "every row is lost";
}

/** Rights on tables alone. Roles, and rights to pass on, are the operator's. */
function readGrant(statement: Node, relations: Relations): string | null {
  const isTables =
    statement.targtype === "ACL_TARGET_OBJECT" && statement.objtype === "OBJECT_TABLE";
  if (!isTables || statement.grant_option === true || statement.grantor !== undefined) {
    throw new Refusal("not_allowed", "Only rights on tables can be given or taken");
  }
  for (const each of listOf(statement.objects)) {
    useRelation(nodeOf(nodeOf(each)?.RangeVar), relations);
  }
  return "it changes who may do what";
}

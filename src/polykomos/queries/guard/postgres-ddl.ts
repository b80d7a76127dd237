import type { Node } from "../../blueprints/sql/postgres-parser.ts";
import {
  asNode,
  kindName,
  listOf,
  queryKinds,
  refuseSystemSchema,
  textOf,
  useRelation,
  walkPostgres,
} from "./postgres-walk.ts";
import type { Relations } from "./relations.ts";
import { Refusal } from "./verdict.ts";

/** Changes of PostgreSQL's objects that a question may ask for; `confirm` says what is lost. */
export type DdlReading = { confirm: string | null };

const harmless: DdlReading = { confirm: null };
const definitionKinds: ReadonlySet<string> = new Set([
  ...queryKinds,
  ...["ColumnDef", "Constraint", "AlterTableCmd"],
]);

type Reader = (statement: Node, relations: Relations) => DdlReading;

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

/** Checks a statement that changes objects. Throws a Refusal. */
export function readPostgresDdl(kind: string, statement: Node, relations: Relations): DdlReading {
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
  const node = asNode(value);
  const schema = node?.schemaname;
  if (typeof schema === "string") refuseSystemSchema(schema);
  if (node?.catalogname !== undefined || node?.relpersistence !== "p") {
    throw new Refusal("not_allowed", "Only lasting tables of this database can be made");
  }
  relations.define(String(node.relname ?? ""));
}

function readCreateTable(statement: Node, relations: Relations): DdlReading {
  onlyFields(statement, ["relation", "tableElts", "oncommit", "if_not_exists"]);
  makeName(statement.relation, relations);
  walkPostgres(statement.tableElts, relations, definitionKinds);
  for (const each of listOf(statement.tableElts)) usePrimaryTables(each, relations);
  return harmless;
}

/** The tables that foreign keys name stand unwrapped in the tree. */
function usePrimaryTables(value: unknown, relations: Relations): void {
  if (Array.isArray(value)) {
    for (const each of value) usePrimaryTables(each, relations);
    return;
  }
  const node = asNode(value);
  if (node === null) return;
  for (const [field, inside] of Object.entries(node)) {
    if (field === "pktable") useRelation(asNode(inside), relations);
    else usePrimaryTables(inside, relations);
  }
}

function readCreateTableAs(statement: Node, relations: Relations): DdlReading {
  onlyFields(statement, ["query", "into", "objtype", "if_not_exists"]);
  const into = asNode(statement.into) ?? {};
  onlyFields(into, ["rel", "colNames", "onCommit"]);
  requireSelect(statement.query);
  walkPostgres(statement.query, relations);
  makeName(into.rel, relations);
  return harmless;
}

function requireSelect(value: unknown): void {
  if (asNode(asNode(value)?.SelectStmt) === null) {
    throw new Refusal("not_allowed", "It must be made from a SELECT");
  }
}

function readCreateView(statement: Node, relations: Relations): DdlReading {
  onlyFields(statement, ["view", "aliases", "query", "replace", "withCheckOption"]);
  requireSelect(statement.query);
  walkPostgres(statement.query, relations);
  makeName(statement.view, relations);
  return { confirm: statement.replace === true ? "the view that it replaces is lost" : null };
}

function readCreateIndex(statement: Node, relations: Relations): DdlReading {
  const { relation, ...rest } = statement;
  onlyFields(rest, [
    ...["idxname", "accessMethod", "indexParams", "indexIncludingParams", "whereClause"],
    ...["unique", "if_not_exists", "nulls_not_distinct"],
  ]);
  useRelation(asNode(relation), relations);
  walkPostgres(rest, relations);
  return harmless;
}

function readCreateEnum(statement: Node): DdlReading {
  onlyFields(statement, ["typeName", "vals"]);
  const names = listOf(statement.typeName).map(textOf);
  if (names.length > 1) refuseSystemSchema(names[0] ?? "");
  return harmless;
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

function readAlterTable(statement: Node, relations: Relations): DdlReading {
  onlyFields(statement, ["relation", "cmds", "objtype", "missing_ok"]);
  if (statement.objtype !== "OBJECT_TABLE") throw new Refusal("not_allowed", "It is no table");
  useRelation(asNode(statement.relation), relations);
  const losses = listOf(statement.cmds).map((each) => {
    const subtype = String(asNode(asNode(each)?.AlterTableCmd)?.subtype);
    const loss = Object.hasOwn(alterations, subtype) ? alterations[subtype] : undefined;
    if (loss === undefined) {
      throw new Refusal("not_allowed", `No question may ${kindName(subtype.replace("AT_", ""))}`);
    }
    return loss;
  });
  walkPostgres(statement.cmds, relations, definitionKinds);
  usePrimaryTables(statement.cmds, relations);
  return { confirm: losses.find((each) => each !== null) ?? null };
}

function readRename(statement: Node, relations: Relations): DdlReading {
  const kinds = ["OBJECT_COLUMN", "OBJECT_TABLE", "OBJECT_VIEW"];
  const types = ["OBJECT_TABLE", "OBJECT_VIEW", undefined];
  const isKnown =
    kinds.includes(String(statement.renameType)) &&
    types.some((each) => each === statement.relationType || statement.renameType !== kinds[0]);
  if (!isKnown) throw new Refusal("not_allowed", "Only tables, views and columns can be renamed");
  useRelation(asNode(statement.relation), relations);
  return harmless;
}

function readComment(statement: Node, relations: Relations): DdlReading {
  const names = listOf(asNode(asNode(statement.object)?.List)?.items).map(textOf);
  const isColumn = statement.objtype === "OBJECT_COLUMN";
  if (!isColumn && statement.objtype !== "OBJECT_TABLE") {
    throw new Refusal("not_allowed", "Only tables and columns can be commented");
  }
  useNames(isColumn ? names.slice(0, -1) : names, relations);
  return harmless;
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

function readDrop(statement: Node, relations: Relations): DdlReading {
  const type = String(statement.removeType);
  const isIndex = type === "OBJECT_INDEX";
  if (!isIndex && !droppable.includes(type)) {
    throw new Refusal("not_allowed", `No question may drop a ${kindName(type.slice(7))}`);
  }
  if (statement.concurrent === true) throw new Refusal("not_allowed", "It runs in a transaction");
  for (const each of listOf(statement.objects)) {
    const names = listOf(asNode(asNode(each)?.List)?.items).map(textOf);
    if (!isIndex) useNames(names, relations);
    else if (names.length > 1) refuseSystemSchema(names.at(-2) ?? "");
  }
  return { confirm: "what is dropped is lost" };
}

function readTruncate(statement: Node, relations: Relations): DdlReading {
  for (const each of listOf(statement.relations)) {
    useRelation(asNode(asNode(each)?.RangeVar), relations);
  }
  return { confirm: "every row is lost" };
}

/** Rights on tables alone. Roles, and rights to pass on, are the operator's. */
function readGrant(statement: Node, relations: Relations): DdlReading {
  const isTables =
    statement.targtype === "ACL_TARGET_OBJECT" && statement.objtype === "OBJECT_TABLE";
  if (!isTables || statement.grant_option === true || statement.grantor !== undefined) {
    throw new Refusal("not_allowed", "Only rights on tables can be given or taken");
  }
  for (const each of listOf(statement.objects)) {
    useRelation(asNode(asNode(each)?.RangeVar), relations);
  }
  return { confirm: "it changes who may do what" };
}

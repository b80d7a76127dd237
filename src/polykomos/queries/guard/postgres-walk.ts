import type { Node } from "../../blueprints/sql/postgres-parser.ts";
import { postgresFunctions, postgresSyntaxFunctions } from "./postgres-functions.ts";
import type { Relations } from "./relations.ts";
import { depthMax, padLengthMax, Refusal } from "./verdict.ts";

/**
 * Goes through PostgreSQL's own syntax tree. Every node must be of a kind that is listed here, so
 * what a later grammar adds is refused until somebody has thought about it.
 */
/** What a query is made of. */
export const queryKinds: ReadonlySet<string> = new Set([
  ...["SelectStmt", "ResTarget", "ColumnRef", "A_Star", "A_Const", "String", "Integer", "Float"],
  ...["Boolean", "BitString", "A_Expr", "BoolExpr", "NullTest", "BooleanTest", "FuncCall"],
  ...["TypeCast", "SubLink", "CaseExpr", "CaseWhen", "CoalesceExpr", "MinMaxExpr", "RangeVar"],
  ...["RangeSubselect", "JoinExpr", "RangeFunction", "List", "SortBy", "WindowDef"],
  ...["CommonTableExpr", "GroupingSet", "GroupingFunc", "A_ArrayExpr", "RowExpr"],
  ...["SQLValueFunction", "CollateClause", "A_Indirection", "A_Indices", "SetToDefault"],
  ...["MultiAssignRef", "IndexElem", "NamedArgExpr"],
]);

/** Fields that change what a SELECT does, wherever they stand. */
const refusedFields: ReadonlyMap<string, string> = new Map([
  ["intoClause", "INTO makes a table"],
  ["lockingClause", "FOR UPDATE and FOR SHARE lock rows"],
]);

/** Types whose reading looks names up in the system's catalogs. */
const lookupType = /^reg/;

export function asNode(value: unknown): Node | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Node)
    : null;
}

/** A name of the tree: `{String: {sval}}`. */
export function textOf(value: unknown): string {
  return String(asNode(asNode(value)?.String)?.sval ?? "");
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Goes through a wrapped node and all below it. */
export function walkPostgres(
  value: unknown,
  relations: Relations,
  kinds: ReadonlySet<string> = queryKinds,
  depth = 0,
): void {
  if (depth > depthMax) throw new Refusal("too_complex", "It is nested too deeply");
  if (Array.isArray(value)) {
    for (const each of value) walkPostgres(each, relations, kinds, depth + 1);
    return;
  }
  const node = asNode(value);
  if (node === null) return;
  // Names of a statement's own come before their uses, and may be used inside themselves.
  for (const each of listOf(asNode(node.withClause)?.ctes)) defineName(each, relations);
  for (const [field, inside] of Object.entries(node)) {
    const refused = refusedFields.get(field);
    if (refused !== undefined) throw new Refusal("not_allowed", refused);
    if (/^[A-Z]/.test(field)) checkNode(field, inside, relations, kinds);
    if (field === "relation" && typeof asNode(inside)?.relname === "string") {
      useRelation(asNode(inside), relations);
    }
    if (field === "typeName") checkType(asNode(inside));
    walkPostgres(inside, relations, kinds, depth + 1);
  }
}

function defineName(value: unknown, relations: Relations): void {
  const name = asNode(asNode(value)?.CommonTableExpr)?.ctename;
  if (typeof name === "string") relations.define(name);
}

function checkNode(
  kind: string,
  value: unknown,
  relations: Relations,
  kinds: ReadonlySet<string>,
): void {
  if (!kinds.has(kind)) {
    throw new Refusal("not_allowed", `No question may use ${kindName(kind)}`);
  }
  const node = asNode(value);
  if (kind === "FuncCall") checkCall(node);
  if (kind === "RangeVar") useRelation(node, relations);
  if (kind === "TypeCast") checkType(asNode(node?.typeName));
}

/** `CreateRoleStmt` → `create role`, for people. */
export function kindName(kind: string): string {
  return kind
    .replace(/Stmt$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

export function useRelation(node: Node | null, relations: Relations): void {
  if (node?.catalogname !== undefined) {
    throw new Refusal("not_allowed", "No statement may name another database");
  }
  const schema = typeof node?.schemaname === "string" ? node.schemaname : null;
  if (schema !== null) refuseSystemSchema(schema);
  relations.use(schema, String(node?.relname ?? ""));
}

export function refuseSystemSchema(schema: string): void {
  if (!/^(pg_|information_schema$)/.test(schema)) return;
  throw new Refusal("unknown_relation", "The system's own tables are not part of the database");
}

function checkCall(node: Node | null): void {
  const names = listOf(node?.funcname).map(textOf);
  const name = names.at(-1) ?? "";
  const schema = names.length > 1 ? names[0] : null;
  const isSyntax = node?.funcformat === "COERCE_SQL_SYNTAX";
  const isKnown =
    names.length <= 2 &&
    (schema === null || schema === "pg_catalog") &&
    (isSyntax
      ? postgresSyntaxFunctions.has(name)
      : postgresFunctions.has(name) || postgresSyntaxFunctions.has(name));
  if (!isKnown) {
    throw new Refusal("function_not_allowed", `No question may call ${names.join(".")}()`);
  }
  if (name === "lpad" || name === "rpad") checkPadding(listOf(node?.args)[1]);
}

function checkPadding(value: unknown): void {
  const length = asNode(asNode(asNode(value)?.A_Const)?.ival)?.ival;
  if (typeof length !== "number" || length > padLengthMax) {
    throw new Refusal("function_not_allowed", `Text is padded to at most ${padLengthMax} letters`);
  }
}

function checkType(node: Node | null): void {
  const names = listOf(node?.names).map(textOf);
  if (lookupType.test(names.at(-1) ?? "")) {
    throw new Refusal("not_allowed", `No question may use the type ${names.at(-1)}`);
  }
}

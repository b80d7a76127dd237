import { postgresFunctions, postgresSyntaxFunctions } from "./postgres-functions.ts";
import type { Relations } from "./relations.ts";
import { listOf, type Node, nodeOf } from "./tree.ts";
import { depthMax, padLengthMax, Refusal } from "./verdict.ts";

/**
 * The kinds of nodes of PostgreSQL's own syntax tree that a query may have. What is not listed, and
 * so what a later grammar adds, is refused until somebody has thought about it.
 */
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

/** A name of the tree: `{String: {sval}}`. */
export function textOf(value: unknown): string {
  return String(nodeOf(nodeOf(value)?.String)?.sval ?? "");
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
  const node = nodeOf(value);
  if (node === null) return;
  // Names of a statement's own come before their uses, and may be used inside themselves.
  for (const each of listOf(nodeOf(node.withClause)?.ctes)) defineName(each, relations);
  for (const [field, inside] of Object.entries(node)) {
    const refused = refusedFields.get(field);
    if (refused !== undefined) throw new Refusal("not_allowed", refused);
    if (/^[A-Z]/.test(field)) checkNode(field, inside, relations, kinds);
    if (field === "relation" && typeof nodeOf(inside)?.relname === "string") {
      useRelation(nodeOf(inside), relations);
    }
    if (field === "typeName") checkType(nodeOf(inside));
    walkPostgres(inside, relations, kinds, depth + 1);
  }
}

function defineName(value: unknown, relations: Relations): void {
  const name = nodeOf(nodeOf(value)?.CommonTableExpr)?.ctename;
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
  const node = nodeOf(value);
  if (kind === "FuncCall") checkCall(node);
  if (kind === "RangeVar") useRelation(node, relations);
  if (kind === "TypeCast") checkType(nodeOf(node?.typeName));
}

/** `CreateRoleStmt` → `create role`, for people. */
export function kindName(kind: string): string {
  return kind
    .replace(/Stmt$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

/** Checks that a table is one of the catalog. Throws a Refusal. */
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
  if (name === "format") checkFormat(listOf(node?.args)[0]);
}

function checkPadding(value: unknown): void {
  const length = nodeOf(nodeOf(nodeOf(value)?.A_Const)?.ival)?.ival;
  if (typeof length !== "number" || length > padLengthMax) refusePadding();
}

/** `%100000s` pads too, and `%*s` by an argument. */
function checkFormat(value: unknown): void {
  const text = nodeOf(nodeOf(nodeOf(value)?.A_Const)?.sval)?.sval;
  const widths = typeof text === "string" ? text.matchAll(/%(?:\d+\$)?-?(\*|\d+)/g) : [["", "*"]];
  for (const [, width] of widths) {
    if (width === "*" || Number(width) > padLengthMax) refusePadding();
  }
}

function refusePadding(): never {
  throw new Refusal("function_not_allowed", `Text is padded to at most ${padLengthMax} letters`);
}

function checkType(node: Node | null): void {
  const names = listOf(node?.names).map(textOf);
  if (lookupType.test(names.at(-1) ?? "")) {
    throw new Refusal("not_allowed", `No question may use the type ${names.at(-1)}`);
  }
}

import { postgresSpan } from "../../blueprints/sql/postgres-lexer.ts";
import type { Parsed, PostgresParser } from "../../blueprints/sql/postgres-parser.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { readPostgresDdl } from "./postgres-ddl.ts";
import { walkPostgres } from "./postgres-walk.ts";
import { relationsOf } from "./relations.ts";
import { looksAtColumn, type Node, nodeOf } from "./tree.ts";
import { Refusal, type Verdict } from "./verdict.ts";

/** The guard on PostgreSQL's own syntax tree. */

/** `sql` is the text that the tree was read from. */
function checkTree(root: Node, sql: string, catalog: Catalog): Verdict {
  const relations = relationsOf(catalog);
  const [kind = "", body] = Object.entries(root)[0] ?? [];
  const statement = nodeOf(body);
  if (statement === null) throw new Refusal("unreadable", "It is no statement");
  if (kind === "SelectStmt") {
    walkPostgres(root, relations);
    return { kind: "allowed", class: "read", sql, confirm: null };
  }
  if (kind === "InsertStmt" || kind === "UpdateStmt" || kind === "DeleteStmt") {
    walkPostgres(statement, relations);
    const isBounded = looksAtColumn(statement.whereClause, (node) => node.ColumnRef !== undefined);
    const isBare = kind !== "InsertStmt" && !isBounded;
    const confirm = isBare ? `${kind === "UpdateStmt" ? "UPDATE" : "DELETE"} of every row` : null;
    return { kind: "allowed", class: "write", sql, confirm };
  }
  const confirm = readPostgresDdl(kind, statement, relations);
  return { kind: "allowed", class: "ddl", sql, confirm };
}

/** Checks one statement. `onOverflow` is told when the parser is of no use any more. */
export function checkPostgres(
  parser: PostgresParser,
  text: string,
  catalog: Catalog,
  onOverflow: () => void,
): Verdict {
  const sql = stripPostgresComments(text);
  const tree = parseOne(parser, sql, onOverflow);
  return checkTree(tree, sql, catalog);
}

/** The text with each comment a space, and nothing after the statement. */
function stripPostgresComments(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const { kind, start, end } = postgresSpan(text, at);
    out += kind === "comment" ? " " : text.slice(start, end);
    at = end;
  }
  return out.trim().replace(/;$/, "").trim();
}

function parseOne(parser: PostgresParser, sql: string, onOverflow: () => void): Node {
  const parsed = parse(parser, sql, onOverflow);
  if (!parsed.ok) throw new Refusal("unreadable", parsed.message);
  const [only, ...more] = parsed.statements;
  if (!only) throw new Refusal("unreadable", "It is empty");
  if (more.length > 0) throw new Refusal("several_statements", "It is more than one statement");
  return only.node;
}

function parse(parser: PostgresParser, sql: string, onOverflow: () => void): Parsed {
  try {
    return parser.parse(sql);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A stack or the parser's memory came to its end; what state it is in now is unknown.
    onOverflow();
    throw new Refusal("too_complex", "It is nested too deeply");
  }
}

import { postgresSpan } from "./postgres-lexer.ts";
import type { PostgresParser } from "./postgres-parser.ts";
import type { Body } from "./postgres-rule.ts";
import { asList, asNode, asText, constantIn } from "./postgres-tree.ts";

/**
 * Takes a PL/pgSQL body apart into the SQL statements it runs, with PostgreSQL's own PL/pgSQL
 * parser. Null when that cannot read it.
 */
export function readBody(parser: PostgresParser, body: string): Body | null {
  // A dollar quote whose tag does not occur in the body cannot be ended by it.
  let tag = "$body$";
  for (let number = 0; body.includes(tag); number++) tag = `$body${number}$`;
  const tree = parser.plpgsql(`DO ${tag}${body}${tag}`);
  if (tree === null) return null;
  const found: Body = { statements: [], isDynamic: false, endsTransaction: false };
  collect(parser, tree, found);
  return found;
}

function collect(parser: PostgresParser, value: unknown, found: Body): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(parser, item, found);
    return;
  }
  for (const [key, inner] of Object.entries(asNode(value))) {
    if (key === "PLpgSQL_expr") {
      addQuery(parser, queryOf(inner), found);
    } else if (key === "PLpgSQL_stmt_assign") {
      addQuery(parser, assignedValue(queryIn(asNode(inner).expr)), found);
    } else if (/^PLpgSQL_stmt_dyn/.test(key)) {
      const literal = literalIn(parser, queryIn(asNode(inner).query));
      if (literal === null) found.isDynamic = true;
      else addQuery(parser, literal, found);
      collect(parser, inner, found);
    } else {
      if (/^PLpgSQL_stmt_(commit|rollback)$/.test(key)) found.endsTransaction = true;
      collect(parser, inner, found);
    }
  }
}

function queryOf(expression: unknown): string {
  return asText(asNode(expression).query);
}

function queryIn(value: unknown): string {
  return queryOf(asNode(value).PLpgSQL_expr);
}

/** Of `target[index] := value` the value: the first `=` outside brackets is the assignment's. */
function assignedValue(assignment: string): string {
  let depth = 0;
  for (let at = 0; at < assignment.length; ) {
    const { kind, start, end } = postgresSpan(assignment, at);
    const symbol = kind === "symbol" ? assignment[start] : "";
    if (symbol === "[" || symbol === "(") depth += 1;
    else if (symbol === "]" || symbol === ")") depth -= 1;
    else if (symbol === "=" && depth === 0) return assignment.slice(end);
    at = end;
  }
  return assignment;
}

/** A statement as it is; a bare expression as what a SELECT would make of it. */
function addQuery(parser: PostgresParser, query: string, found: Body): void {
  if (query.trim() === "") return;
  for (const text of [query, `SELECT ${query}`]) {
    const parsed = parser.parse(text);
    if (!parsed.ok) continue;
    found.statements.push(...parsed.statements.map(({ node }) => node));
    return;
  }
  found.isDynamic = true;
}

/** The text of `EXECUTE 'text'`, when it is a constant. */
function literalIn(parser: PostgresParser, query: string): string | null {
  const parsed = parser.parse(`SELECT ${query}`);
  if (!parsed.ok) return null;
  const [only] = asList(asNode(parsed.statements[0]?.node.SelectStmt).targetList);
  return constantIn(asNode(only?.ResTarget).val);
}

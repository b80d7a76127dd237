import type { Node, PostgresParser } from "./postgres-parser.ts";
import type { Body } from "./postgres-rules.ts";

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
  const found: Body = { statements: [], isDynamic: false };
  collect(parser, tree, found);
  return found;
}

function collect(parser: PostgresParser, value: unknown, found: Body): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(parser, item, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "PLpgSQL_expr") {
      found.statements.push(...statementsOf(parser, queryOf(inner)));
    } else if (/^PLpgSQL_stmt_dyn/.test(key)) {
      const literal = literalOf(parser, inner);
      const statements = literal === null ? [] : statementsOf(parser, literal);
      if (statements.length === 0) found.isDynamic = true;
      found.statements.push(...statements);
      collect(parser, inner, found);
    } else {
      collect(parser, inner, found);
    }
  }
}

function queryOf(expression: unknown): string {
  const { query } = expression as { query?: unknown };
  return typeof query === "string" ? query : "";
}

/** A statement as it is; a bare expression as what a SELECT would make of it. */
function statementsOf(parser: PostgresParser, query: string): Node[] {
  if (query.trim() === "") return [];
  for (const text of [query, `SELECT ${query}`]) {
    const parsed = parser.parse(text);
    if (parsed.ok) return parsed.statements.map((statement) => statement.node);
  }
  return [];
}

/** The text of `EXECUTE 'text'`, when it is a constant. */
function literalOf(parser: PostgresParser, statement: unknown): string | null {
  const { query } = statement as { query?: { PLpgSQL_expr?: unknown } };
  const parsed = parser.parse(`SELECT ${queryOf(query?.PLpgSQL_expr ?? {})}`);
  if (!parsed.ok) return null;
  const found = /"val":\{"A_Const":\{"sval":\{"sval":("(?:[^"\\]|\\.)*")\}/.exec(
    JSON.stringify(parsed.statements[0]?.node),
  )?.[1];
  return found === undefined ? null : String(JSON.parse(found));
}

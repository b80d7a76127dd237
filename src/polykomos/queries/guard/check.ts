import { loadMysqlGrammar } from "../../blueprints/sql/mysql-parser.ts";
import { loadPostgresParser, type PostgresParser } from "../../blueprints/sql/postgres-parser.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Dialect } from "../translator.ts";
import { checkMysql } from "./mysql.ts";
import { checkPostgres } from "./postgres.ts";
import { checkedText, type Verdict, verdictOf } from "./verdict.ts";

/**
 * The guard: what of a statement may reach a database, whoever wrote it. It fails closed: what the
 * grammar cannot read, or what stands on no list, is refused. The text that is answered is the text
 * that was checked, and nothing else may be run.
 */

/** The parser of this isolate; none before the first use, and after one has overflowed. */
let parser: PostgresParser | null = null;

/** Checks a statement for a dialect. The parsers are loaded at their first use. */
export async function checkStatement(
  dialect: Dialect,
  sql: string,
  catalog: Catalog,
): Promise<Verdict> {
  if (dialect === "mysql") {
    const grammar = await loadMysqlGrammar();
    return verdictOf(() => checkMysql(grammar, checkedText(sql), catalog));
  }
  // Not the promise is kept: a request may not wait on what another one began.
  parser ??= await loadPostgresParser();
  const shared = parser;
  return verdictOf(() => checkPostgres(shared, checkedText(sql), catalog, forgetParser));
}

function forgetParser(): void {
  parser = null;
}

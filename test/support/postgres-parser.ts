import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import type { Node, PostgresParser } from "../../src/polykomos/blueprints/sql/postgres-parser.ts";

/** The Worker's parser of PostgreSQL as it runs in Node: the same grammar, from the package's own entry. */
export async function nodePostgresParser(): Promise<PostgresParser> {
  await loadModule();
  return {
    parse(text) {
      try {
        const { stmts = [] } = parseSync(text);
        const statements = stmts.map(({ stmt }) => ({
          node: { ...stmt } as Node,
          byteStart: 0,
          byteEnd: null,
        }));
        return { ok: true, statements };
      } catch (error) {
        if (!hasSqlDetails(error) && !/empty/i.test(String(error))) throw error;
        return { ok: false, message: String(error), at: 0 };
      }
    },
    plpgsql: () => null,
  };
}

import type { ReaderSession } from "../../../fleet/questions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { introspectMysql, MYSQL_SCHEMA_HASH } from "../catalog/introspect-mysql.ts";
import { introspectPostgres, POSTGRES_SCHEMA_HASH } from "../catalog/introspect-postgres.ts";
import type { ReadRows } from "../catalog/port.ts";
import type { Dialect } from "../translator.ts";
import { isTimeout } from "./refusals.ts";

/**
 * Catalogs that this isolate has read, the least used forgotten first. Each question asks the
 * database for its schema's hash, so what anyone changed by whatever way is seen at once; the time
 * bounds how old the values of columns are.
 */
export type Catalogs = {
  of(session: ReaderSession, databaseId: number, dialect: Dialect): Promise<Catalog>;
  forget(databaseId: number): void;
};

type Kept = { hash: string; catalog: Catalog; untilMs: number };

const keptMs = 5 * 60_000;
const keptMax = 50;

export function createCatalogs(clock: () => number): Catalogs {
  const kept = new Map<number, Kept>();
  return {
    async of(session, databaseId, dialect) {
      const hashed = dialect === "postgres" ? POSTGRES_SCHEMA_HASH : MYSQL_SCHEMA_HASH;
      const [row] = await session.rows(hashed, []);
      const hash = String(row?.hash);
      const known = kept.get(databaseId);
      kept.delete(databaseId);
      if (known && known.hash === hash && clock() < known.untilMs) {
        kept.set(databaseId, known);
        return known.catalog;
      }
      const read = reading(session);
      const catalog =
        dialect === "postgres" ? await introspectPostgres(read) : await introspectMysql(read);
      kept.set(databaseId, { hash, catalog, untilMs: clock() + keptMs });
      for (const oldest of kept.keys()) {
        if (kept.size <= keptMax) break;
        kept.delete(oldest);
      }
      return catalog;
    },
    forget(databaseId) {
      kept.delete(databaseId);
    },
  };
}

/** Statements that tell of tables, columns and keys; those behind them tell of values. */
const structureStatements = 3;

/** Reads a catalog. The values of columns are a help, so what takes too long of them is left out. */
function reading(session: ReaderSession): ReadRows {
  let statements = 0;
  return async (sql, params) => {
    statements += 1;
    const isNeeded = statements <= structureStatements;
    try {
      return await session.rows(sql, params);
    } catch (error) {
      if (isNeeded || !isTimeout(error)) throw error;
      return [];
    }
  };
}

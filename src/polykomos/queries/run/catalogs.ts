import type { ReaderSession } from "../../../fleet/questions.ts";
import { minuteMs } from "../../../lib/clock.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { introspectMysql, mysqlSchemaHashSql } from "../catalog/introspect-mysql.ts";
import { introspectPostgres, postgresSchemaHashSql } from "../catalog/introspect-postgres.ts";
import type { ReadRows } from "../catalog/port.ts";
import type { Dialect } from "../translator.ts";
import { noneIfLate } from "./refusals.ts";

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

const keptMs = 5 * minuteMs;
const keptMax = 50;

export function createCatalogs(clock: () => number): Catalogs {
  const kept = new Map<number, Kept>();
  return {
    async of(session, databaseId, dialect) {
      const hashSql = dialect === "postgres" ? postgresSchemaHashSql : mysqlSchemaHashSql;
      const [row] = await session.rows(hashSql, []);
      const hash = String(row?.hash);
      const known = kept.get(databaseId);
      kept.delete(databaseId);
      if (known && known.hash === hash && clock() < known.untilMs) {
        kept.set(databaseId, known);
        return known.catalog;
      }
      const read: ReadRows = (sql, params) => session.rows(sql, params);
      const readValues: ReadRows = (sql, params) => noneIfLate(session.rows(sql, params));
      const introspect = dialect === "postgres" ? introspectPostgres : introspectMysql;
      const catalog = await introspect(read, readValues);
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

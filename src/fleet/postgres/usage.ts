import type { Usage } from "../fleet.ts";
import type { PostgresSession } from "./session.ts";
import { markPattern } from "./tenant-sql.ts";

/**
 * One statement a server, however many databases stand there. Those under their working names belong
 * to nobody yet and are left out, as are the operator's.
 */
const postgresUsage = `
  SELECT d.datname AS name, coalesce(pg_database_size(d.oid), 0)::text AS bytes,
    coalesce(s.sessions, 0)::int AS sessions
  FROM pg_database d
  LEFT JOIN (SELECT a.datid, count(*) AS sessions FROM pg_stat_activity a
    WHERE a.backend_type = 'client backend' AND a.usename ~ '^u[0-9]+' GROUP BY a.datid) s
    ON s.datid = d.oid
  WHERE d.datname !~ '^_p[0-9]+$' AND shobj_description(d.oid, 'pg_database') ~ '${markPattern}'`;

/**
 * Usage of the databases on a PostgreSQL server: `pg_database_size`, the bytes of their files, with
 * what every database has from the start (some 7.5 MB). Deleted rows count until VACUUM gives their
 * pages back, TRUNCATE and DROP at once.
 */
export async function measurePostgres(session: PostgresSession): Promise<Usage[]> {
  const rows = await session.query(postgresUsage);
  return rows.map((row) => ({
    dbName: String(row.name),
    storageBytes: Number(row.bytes),
    fileBytes: Number(row.bytes),
    connections: Number(row.sessions),
    hasOtherTables: false,
  }));
}

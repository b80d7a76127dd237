import type { Usage } from "../fleet.ts";
import { mysqlIdentifier as id, mysqlLiteral as literal } from "../identifiers.ts";
import type { MysqlSession } from "./session.ts";
import { flavourOf, registry } from "./tenant-sql.ts";

/** Engines whose tables take no lasting room. */
const roomless = "'InnoDB', 'MEMORY', 'BLACKHOLE', 'PERFORMANCE_SCHEMA'";

/**
 * What a look into one database adds to the size of its InnoDB files: less what is free in them, and
 * the tables of other engines. It opens every table there, so it is not done for all; with the name
 * as a literal, or the server would look into all databases.
 */
function detailOf(dbName: string): string {
  return `SELECT 'detail', ${literal(dbName)}, coalesce(sum(CASE engine WHEN 'InnoDB' THEN
      -CAST(data_free AS SIGNED) ELSE CAST(data_length + index_length AS SIGNED) END), 0)
    FROM information_schema.tables
    WHERE table_schema = ${literal(dbName)} AND table_type = 'BASE TABLE'`;
}

function mysqlUsage(isMariadb: boolean, inDetail: readonly string[]): string {
  const files = isMariadb ? "innodb_sys_tablespaces" : "innodb_tablespaces";
  return [
    `SELECT 'database' AS kind, t.db_name AS name, 0 AS amount FROM ${registry} t WHERE t.is_made`,
    `SELECT 'files', substring_index(f.name, '/', 1), sum(f.file_size)
     FROM information_schema.${id(files)} f WHERE f.name LIKE '%/%' GROUP BY 2`,
    `SELECT 'other', t.table_schema, count(*) FROM information_schema.tables t
     WHERE t.table_type = 'BASE TABLE' AND t.engine NOT IN (${roomless})
       AND t.table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')
     GROUP BY 2`,
    `SELECT 'sessions', t.db_name, count(*) FROM information_schema.processlist p
     JOIN ${registry} t ON p.user REGEXP concat('^u', t.database_id, '($|[^0-9])') GROUP BY 2`,
    ...inDetail.map(detailOf),
  ].join("\nUNION ALL\n");
}

/** How a table's file spells a name: `-` is `@002d`. Ours have no other letter that is spelt so. */
function readFileName(name: string): string {
  return name.replaceAll("@002d", "-");
}

/**
 * Usage of the databases on a MySQL server: the bytes of their InnoDB files, which are exact at any
 * moment. Of those in `inDetail` what is free inside the files is left out, so that there deleting
 * rows counts once the server has purged them, and tables of other engines are counted.
 */
export async function measureMysql(
  session: MysqlSession,
  inDetail: readonly string[],
): Promise<Usage[]> {
  const [[server] = []] = await session.query("SELECT version() AS version");
  const isMariadb = flavourOf(String(server?.version)) === "mariadb";
  const [rows = []] = await session.query(mysqlUsage(isMariadb, inDetail));
  const found = new Map<string, Record<string, number>>();
  for (const { kind, name, amount } of rows) {
    const place = kind === "files" ? readFileName(String(name)) : String(name);
    const amounts = found.get(place) ?? {};
    found.set(place, amounts);
    amounts[String(kind)] = (amounts[String(kind)] ?? 0) + Number(amount);
  }
  return [...found]
    .filter(([, amounts]) => "database" in amounts)
    .map(([dbName, { files = 0, detail = 0, other = 0, sessions = 0 }]) => ({
      dbName,
      storageBytes: Math.max(0, files + detail),
      fileBytes: files,
      connections: sessions,
      hasOtherTables: other > 0,
    }));
}

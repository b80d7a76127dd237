import { mysqlIdentifier as id, mysqlLiteral as literal } from "./identifiers.ts";
import type { MysqlSession, Rows } from "./mysql-session.ts";
import { createRegistry, flavourOf } from "./mysql-tenant.ts";

/** Older ones cannot lock an account. */
const oldestVersions = { mariadb: [10, 4, 2], mysql: [8, 0, 0] } as const;

/** Closes what a stock server leaves open to every login, and makes the registry of tenants. */
export async function prepareMysqlServer(session: MysqlSession): Promise<void> {
  await refuseOldVersion(session);
  for (const statement of createRegistry) await session.query(statement);
  await dropAnonymousLogins(session);
  await closeSharedDatabases(session);
}

/** Prepares the server again where something has been opened, or the registry is gone, since. */
export async function checkMysqlServer(session: MysqlSession): Promise<void> {
  const [row] = await rowsOf(
    session,
    `SELECT EXISTS (SELECT 1 FROM information_schema.tables
         WHERE table_schema = 'polypuma' AND table_name = 'tenants')
       AND NOT EXISTS (SELECT 1 FROM mysql.user WHERE user = '')
       AND NOT EXISTS (SELECT 1 FROM mysql.db WHERE user = '' OR user = 'PUBLIC') AS is_prepared`,
  );
  if (Number(row?.is_prepared) !== 1) await prepareMysqlServer(session);
}

async function rowsOf(session: MysqlSession, statement: string): Promise<Rows> {
  const [rows = []] = await session.query(statement);
  return rows;
}

async function refuseOldVersion(session: MysqlSession): Promise<void> {
  const [row] = await rowsOf(session, "SELECT version() AS version");
  const version = String(row?.version);
  const flavour = flavourOf(version);
  const parts = /(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, ""))?.slice(1) ?? [];
  const needed = oldestVersions[flavour];
  const differences = needed.map((part, index) => Number(parts[index] ?? 0) - part);
  if ((differences.find((difference) => difference !== 0) ?? 0) >= 0) return;
  throw new Error(`${version} is too old; ${flavour} ${needed.join(".")} or newer is needed`);
}

/** They would let anyone in, and stand before a customer's login of the same host. */
async function dropAnonymousLogins(session: MysqlSession): Promise<void> {
  for (const { host } of await rowsOf(
    session,
    "SELECT host AS host FROM mysql.user WHERE user = ''",
  )) {
    await session.query(`DROP USER IF EXISTS ''@${literal(String(host))}`);
  }
}

/** Rights on databases that a nameless grantee, and with it everyone, has: on `test` and `test_*`. */
async function closeSharedDatabases(session: MysqlSession): Promise<void> {
  const shared = "(user = '' OR user = 'PUBLIC')";
  const rows = await rowsOf(session, `SELECT db FROM mysql.db WHERE ${shared}`);
  if (rows.length > 0) {
    // No REVOKE takes a right from a login that does not exist.
    await session.query(`DELETE FROM mysql.db WHERE ${shared}`);
    await session.query("FLUSH PRIVILEGES");
  }
  const [left] = await rowsOf(
    session,
    `SELECT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = 'test')
       AND NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'test')
       AS is_empty`,
  );
  if (Number(left?.is_empty) === 1) await session.query(`DROP DATABASE ${id("test")}`);
}

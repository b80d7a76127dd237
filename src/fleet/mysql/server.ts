import { mysqlIdentifier as id, mysqlLiteral as literal } from "../identifiers.ts";
import type { MysqlSession } from "./session.ts";
import { createRegistry, flavourOf, registryDatabase } from "./tenant-sql.ts";

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
  const [[row] = []] = await session.query(
    `SELECT EXISTS (SELECT 1 FROM information_schema.tables
         WHERE table_schema = ${literal(registryDatabase)} AND table_name = 'tenants')
       AND NOT EXISTS (SELECT 1 FROM mysql.user WHERE user = '')
       AND NOT EXISTS (SELECT 1 FROM mysql.db WHERE user = '' OR user = 'PUBLIC') AS is_prepared`,
  );
  if (Number(row?.is_prepared) !== 1) await prepareMysqlServer(session);
}

async function refuseOldVersion(session: MysqlSession): Promise<void> {
  const [[row] = []] = await session.query("SELECT version() AS version");
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
  const [logins = []] = await session.query("SELECT host AS host FROM mysql.user WHERE user = ''");
  for (const { host } of logins) {
    await session.query(`DROP USER IF EXISTS ''@${literal(String(host))}`);
  }
}

/** Rights on databases that a nameless grantee, and with it everyone, has: on `test` and `test_*`. */
async function closeSharedDatabases(session: MysqlSession): Promise<void> {
  const shared = "(user = '' OR user = 'PUBLIC')";
  const [rows = []] = await session.query(`SELECT db FROM mysql.db WHERE ${shared}`);
  if (rows.length > 0) {
    // No REVOKE takes a right from a login that does not exist.
    await session.query(`DELETE FROM mysql.db WHERE ${shared}`);
    await session.query("FLUSH PRIVILEGES");
  }
  const [[left] = []] = await session.query(
    `SELECT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = 'test')
       AND NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'test')
       AS is_empty`,
  );
  if (Number(left?.is_empty) === 1) await session.query(`DROP DATABASE ${id("test")}`);
}

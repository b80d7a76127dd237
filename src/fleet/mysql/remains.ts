import {
  type Catalog,
  databaseIdOf,
  loginName,
  type Remains,
  readerName,
  twinName,
  workingName,
} from "../fleet.ts";
import { mysqlIdentifier as id, mysqlLiteral as literal } from "../identifiers.ts";
import type { MysqlSession } from "./session.ts";
import {
  createReaders,
  createTwins,
  listLogins,
  listTenants,
  readers,
  registry,
  registryDatabase,
  twins,
} from "./tenant-sql.ts";

/**
 * What of tenants stands on a MySQL server, and the removal of what belongs to nobody. Our registry
 * there says which logins and databases are ours, and which control plane the server belongs to.
 */
const owner = `${id(registryDatabase)}.${id("owner")}`;
const createOwner = `CREATE TABLE IF NOT EXISTS ${owner} (
    is_only TINYINT UNSIGNED NOT NULL PRIMARY KEY, installation CHAR(36) NOT NULL
  ) ENGINE=InnoDB`;

/** Reads all that is, or looks like, a tenant's, in one round trip. */
export async function readMysqlCatalog(session: MysqlSession): Promise<Catalog> {
  const [owners = [], tenants = [], second = [], reading = [], logins = []] = await session.query(
    `${createOwner}; ${createTwins}; ${createReaders}; SELECT installation FROM ${owner};
     ${listTenants}; SELECT database_id FROM ${twins}; SELECT database_id FROM ${readers};
     ${listLogins}`,
  );
  const ours = new Set([
    ...tenants.map((row) => loginName(Number(row.database_id))),
    ...second.map((row) => twinName(Number(row.database_id))),
    ...reading.map((row) => readerName(Number(row.database_id))),
  ]);
  return {
    owner: owners[0] ? String(owners[0].installation) : null,
    remains: [
      ...logins.map((row) => ({
        kind: "login" as const,
        name: String(row.name),
        databaseId: databaseIdOf(String(row.name)),
        isMarked: ours.has(String(row.name)),
      })),
      // Until its database is made, a tenant's row stands for it; afterwards it must be there.
      ...tenants
        .filter((row) => Number(row.is_made) === 0 || Number(row.stands) === 1)
        .map((row) => ({
          kind: "database" as const,
          name: String(row.db_name ?? workingName(Number(row.database_id))),
          databaseId: Number(row.database_id),
          isMarked: true,
        })),
    ],
  };
}

/** Puts the name of a control plane on a server that bears none. */
export async function claimMysqlServer(session: MysqlSession, installation: string): Promise<void> {
  await session.query(
    `${createOwner}; INSERT IGNORE INTO ${owner} VALUES (1, ${literal(installation)})`,
  );
}

/** Drops a registered database or login; anything else is left alone. */
export async function removeMysqlRemains(session: MysqlSession, remains: Remains): Promise<void> {
  const { kind, name, databaseId } = remains;
  if (databaseId === null) return;
  const key = Math.trunc(databaseId);
  const [[tenant] = []] = await session.query(
    `SELECT db_name, is_made FROM ${registry} WHERE database_id = ${key}`,
  );
  if (kind === "login") {
    // A login is in the list that it was written down in before it was made.
    const list = name === twinName(databaseId) ? twins : readers;
    const isFirst = name === loginName(databaseId);
    const [[listed] = []] = isFirst
      ? [[tenant]]
      : await session.query(`SELECT database_id FROM ${list} WHERE database_id = ${key}`);
    if (!listed) return;
    await session.query(`DROP USER IF EXISTS ${literal(name)}@'%'`);
    if (!isFirst) await session.query(`DELETE FROM ${list} WHERE database_id = ${key}`);
    return;
  }
  if (!tenant) return;
  if (Number(tenant.is_made) === 1 && tenant.db_name !== null) {
    await session.query(`DROP DATABASE IF EXISTS ${id(String(tenant.db_name))}`);
  }
  await session.query(`DROP USER IF EXISTS ${literal(loginName(databaseId))}@'%'`);
  await session.query(`DELETE FROM ${registry} WHERE database_id = ${key}`);
}

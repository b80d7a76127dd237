import { createHash } from "node:crypto";
import {
  type FleetServer,
  loginName,
  otherLogin,
  readerName,
  type Tenant,
  twinName,
} from "../fleet.ts";
import {
  mysqlIdentifier as id,
  mysqlLiteral as literal,
  mysqlGrantedDatabase,
} from "../identifiers.ts";

/**
 * The SQL of one MySQL tenant. Neither logins nor databases can bear a mark on every kind of MySQL,
 * so a table of the operator's says which are ours: a row is written before what it stands for is
 * made, and only where nothing of that name stood.
 */
export const registryDatabase = "polypuma";
export const registry = `${id(registryDatabase)}.${id("tenants")}`;
/** The databases whose second login we made. */
export const twins = `${id(registryDatabase)}.${id("twins")}`;
export const createTwins = `CREATE TABLE IF NOT EXISTS ${twins} (
    database_id BIGINT UNSIGNED NOT NULL PRIMARY KEY
  ) ENGINE=InnoDB`;

/** The databases whose reader we made. */
export const readers = `${id(registryDatabase)}.${id("readers")}`;
export const createReaders = `CREATE TABLE IF NOT EXISTS ${readers} (
    database_id BIGINT UNSIGNED NOT NULL PRIMARY KEY
  ) ENGINE=InnoDB`;

export const createRegistry = [
  `CREATE DATABASE IF NOT EXISTS ${id(registryDatabase)}`,
  `CREATE TABLE IF NOT EXISTS ${registry} (
    database_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    mark CHAR(32) NOT NULL,
    db_name VARCHAR(64) UNIQUE,
    is_made BOOLEAN NOT NULL DEFAULT FALSE
  ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  createTwins,
  createReaders,
] as const;

/** Every tenant of the server: its database's name once it has one, and whether that stands. */
export const listTenants = `SELECT t.database_id, t.db_name, t.is_made,
    s.schema_name IS NOT NULL AS stands
  FROM ${registry} t LEFT JOIN information_schema.schemata s
    ON convert(s.schema_name USING utf8mb4) COLLATE utf8mb4_bin = t.db_name`;

export const listLogins =
  "SELECT DISTINCT user AS name FROM mysql.user WHERE user REGEXP '^(u[0-9]+b?|q[0-9]+_ro)$'";

/** All that a customer may do in a database. EVENT is missing: events outlive a locked login. */
export const rights = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "CREATE",
  "DROP",
  "REFERENCES",
  "INDEX",
  "ALTER",
  "CREATE TEMPORARY TABLES",
  "LOCK TABLES",
  "CREATE VIEW",
  "SHOW VIEW",
  "CREATE ROUTINE",
  "ALTER ROUTINE",
  "EXECUTE",
  "TRIGGER",
].join(", ");

/** What is left of them over the storage limit: to read, and to make room. */
const keptRights = [
  "SELECT",
  "DELETE",
  "DROP",
  "LOCK TABLES",
  "SHOW VIEW",
  "ALTER ROUTINE",
  "EXECUTE",
].join(", ");

/** The others: all that can make a database grow. */
export const growingRights = rights
  .split(", ")
  .filter((right) => !keptRights.split(", ").includes(right))
  .join(", ");

/** How long a statement waits for what another session holds. */
const lockWaitSeconds = 5;
/** How long the session of a runner that died is waited for. */
const takeOverSeconds = 5;

/** MariaDB names itself in its version. */
export type Flavour = "mysql" | "mariadb";

/** What a server says of a tenant. */
export type TenantFacts = {
  flavour: Flavour;
  registered: "ours" | "another's" | "not";
  hasLogin: boolean;
  /** Whether its database has been given its name, and whether that was seen to be done. */
  isNamed: boolean;
  isMade: boolean;
  /** A database of that name stands there, whoever made it. */
  hasDatabase: boolean;
};

function markOf(uuid: string): string {
  return createHash("sha256").update(uuid).digest("hex").slice(0, 32);
}

/** What `mysql_native_password` stores for a password: not the password. */
function nativeHash(password: string): string {
  const once = createHash("sha1").update(password).digest();
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`;
}

/**
 * How an account gets its password. MariaDB takes the hash, so no log ever holds the password.
 * MySQL has no such form without the cost of 5,000 rounds here; it writes no password to its logs.
 */
export function identifiedBy(flavour: Flavour, password: string): string {
  return flavour === "mariadb"
    ? `IDENTIFIED BY PASSWORD ${literal(nativeHash(password))}`
    : `IDENTIFIED WITH caching_sha2_password BY ${literal(password)}`;
}

export function mysqlTenantSql(server: FleetServer, tenant: Tenant) {
  const user = loginName(tenant.databaseId);
  const login = `${literal(user)}@'%'`;
  const twin = `${literal(twinName(tenant.databaseId))}@'%'`;
  const current = `${literal(tenant.login)}@'%'`;
  const reader = `${literal(readerName(tenant.databaseId))}@'%'`;
  const users = [user, twinName(tenant.databaseId), readerName(tenant.databaseId)]
    .map(literal)
    .join(", ");
  const limit = `WITH MAX_USER_CONNECTIONS ${Math.max(1, Math.trunc(tenant.connectionLimit))}`;
  const key = Math.trunc(tenant.databaseId);
  const mark = literal(markOf(tenant.uuid));
  // Locks have one space of names for all logins, so theirs must not be known to customers.
  const lock = literal(markOf(`${server.adminPassword} ${tenant.uuid}`));
  const dbName = literal(tenant.dbName);

  return {
    login: user,
    facts: `
      SELECT version() AS version, t.mark = ${mark} AS is_ours, t.db_name, t.is_made,
        EXISTS (SELECT 1 FROM mysql.user WHERE user = ${literal(user)} AND host = '%') AS has_login,
        EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = ${dbName})
          AS has_database
      FROM (SELECT 1) one LEFT JOIN ${registry} t ON t.database_id = ${key}`,
    /** With the name as a literal, or the server would look into all databases. */
    isEmpty: `SELECT NOT EXISTS (SELECT 1 FROM information_schema.tables
      WHERE table_schema = ${dbName}) AS is_empty`,
    /** Quotes mean quotes whatever the server's mode; nothing waits for ever. */
    settle: `SET SESSION sql_mode = 'STRICT_ALL_TABLES', lock_wait_timeout = ${lockWaitSeconds},
      innodb_lock_wait_timeout = ${lockWaitSeconds}`,
    /** One session at a time works on a tenant. */
    takeLock: `SELECT GET_LOCK(${lock}, 0) AS taken, IS_USED_LOCK(${lock}) AS holder`,
    awaitLock: `SELECT GET_LOCK(${lock}, ${takeOverSeconds}) AS taken`,

    register: `INSERT INTO ${registry} (database_id, mark) VALUES (${key}, ${mark})`,
    putLogin(flavour: Flavour): string[] {
      const password = identifiedBy(flavour, tenant.password);
      return [
        `CREATE USER IF NOT EXISTS ${current} ${password} ${limit}`,
        `ALTER USER ${current} ${password} ${limit} ACCOUNT UNLOCK`,
      ];
    },

    claimName: `UPDATE ${registry} SET db_name = ${dbName} WHERE database_id = ${key}`,
    createDatabase: `CREATE DATABASE ${id(tenant.dbName)} CHARACTER SET utf8mb4`,
    markMade: `UPDATE ${registry} SET is_made = TRUE WHERE database_id = ${key}`,
    grant: `GRANT ${tenant.areWritesStopped ? keptRights : rights} ON ${mysqlGrantedDatabase(tenant.dbName)}.* TO ${current}`,

    setConnectionLimit: `ALTER USER ${login} ${limit}`,
    setTwinLimit: `ALTER USER ${twin} ${limit}`,
    dropDatabase: `DROP DATABASE IF EXISTS ${id(tenant.dbName)}`,
    refuseLogins: `ALTER USER ${login} ACCOUNT LOCK`,
    refuseTwin: `ALTER USER ${twin} ACCOUNT LOCK`,
    /** Whether the second login stands, and whether we made it. */
    twinFacts: `${createTwins}; SELECT
      EXISTS (SELECT 1 FROM mysql.user WHERE user = ${literal(twinName(tenant.databaseId))}
        AND host = '%') AS stands,
      EXISTS (SELECT 1 FROM ${twins} WHERE database_id = ${key}) AS is_ours`,
    /** Whether the login that answers questions is one that we made. */
    readerFacts: `${createReaders}; SELECT
      EXISTS (SELECT 1 FROM ${readers} WHERE database_id = ${key}) AS is_ours`,
    refuseReader: `ALTER USER IF EXISTS ${reader} ACCOUNT LOCK`,
    dropReader: `DROP USER IF EXISTS ${reader}; DELETE FROM ${readers} WHERE database_id = ${key}`,
    registerTwin: `INSERT IGNORE INTO ${twins} (database_id) VALUES (${key})`,
    dropTwin: `DROP USER IF EXISTS ${twin}; DELETE FROM ${twins} WHERE database_id = ${key}`,
    /** Locked and kept: views, routines and triggers go on with the rights of who defined them. */
    endLogin(which: "own" | "other"): { refuse: string; sessions: string } {
      const name = which === "own" ? tenant.login : otherLogin(tenant.databaseId, tenant.login);
      return {
        refuse: `ALTER USER IF EXISTS ${literal(name)}@'%' ACCOUNT LOCK`,
        sessions: `SELECT id AS id FROM information_schema.processlist
          WHERE user = ${literal(name)}`,
      };
    },
    listSessions: `SELECT id AS id FROM information_schema.processlist
      WHERE user IN (${users})`,

    dropLogin: `DROP USER IF EXISTS ${login}`,
    unregister: `DELETE FROM ${registry} WHERE database_id = ${key}`,
  };
}

/** Prepared XA transactions of all sessions, gone ones too. The plain form loses bytes on MySQL. */
export const listPrepared: Record<Flavour, string> = {
  mariadb: "XA RECOVER",
  mysql: "XA RECOVER CONVERT XID",
};

/** Rolls back a row of `listPrepared`. Its name is a customer's choice, so it goes as digits. */
export function rollBackPrepared(row: Record<string, unknown>): string {
  const { data, gtrid_length: length, formatID: format } = row;
  const digits = Buffer.isBuffer(data) ? data.toString("hex") : String(data).replace(/^0x/, "");
  if (!/^[0-9A-Fa-f]*$/.test(digits)) throw new Error("Not the name of a transaction");
  const end = 2 * Number(length);
  const parts = [`X'${digits.slice(0, end)}'`, `X'${digits.slice(end)}'`];
  return `XA ROLLBACK ${parts.join(", ")}, ${Math.trunc(Number(format))}`;
}

/** Reads the row of `facts`. */
export function readFacts(row: Record<string, unknown> = {}): TenantFacts {
  return {
    flavour: flavourOf(String(row.version)),
    registered: row.is_ours === null ? "not" : Number(row.is_ours) === 1 ? "ours" : "another's",
    hasLogin: Number(row.has_login) === 1,
    isNamed: row.db_name !== null,
    isMade: Number(row.is_made) === 1,
    hasDatabase: Number(row.has_database) === 1,
  };
}

export function flavourOf(version: string): Flavour {
  return /mariadb/i.test(version) ? "mariadb" : "mysql";
}

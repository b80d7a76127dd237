import { createHash } from "node:crypto";
import { loginName, type Tenant, workingName } from "./fleet.ts";
import {
  postgresIdentifier as id,
  postgresBlock as inBlock,
  postgresLiteral as literal,
} from "./identifiers.ts";
import { scramVerifier } from "./scram.ts";

/**
 * The SQL of one PostgreSQL tenant. Role and database carry a mark as their comment; what has the
 * tenant's name but not its mark is somebody else's and is neither changed nor dropped.
 */
export type PostgresTenantSql = Record<
  | "keepOthersOut"
  | "putLogin"
  | "findDatabase"
  | "createDatabase"
  | "openDatabase"
  | "nameDatabase"
  | "setConnectionLimit"
  | "refuseLogins"
  | "endSessions"
  | "listDatabases"
  | "dropLogin",
  string
>;

/** What every mark matches, as a regular expression of PostgreSQL. */
export const markPattern = "^polykomos [0-9a-f]{32}$";

/** Against sorts that fill the disk. Only a superuser may set it, so a customer cannot raise it. */
const tempFileLimitKb = 1024 * 1024;
/** How long sessions that were told to end are waited for. */
const endWaitMs = 1_000;

/** Comments on roles and databases can be read by every login, so the mark does not tell the uuid. */
function markOf(uuid: string): string {
  return `polykomos ${createHash("sha256").update(uuid).digest("hex").slice(0, 32)}`;
}

export function postgresTenantSql(tenant: Tenant): PostgresTenantSql {
  const loginText = loginName(tenant.databaseId);
  const login = id(loginText);
  const working = id(workingName(tenant.databaseId));
  const mark = literal(markOf(tenant.uuid));
  const limit = `CONNECTION LIMIT ${Math.trunc(tenant.connectionLimit)}`;

  const ourRole = `EXISTS (SELECT 1 FROM pg_roles WHERE rolname = ${literal(loginText)}
    AND shobj_description(oid, 'pg_authid') = ${mark})`;
  // Right after CREATE DATABASE a crash may leave the working name without a mark.
  const isWorking = `d.datname = ${literal(workingName(tenant.databaseId))}
    AND coalesce(shobj_description(d.oid, 'pg_database'), ${mark}) = ${mark}`;
  const isNamed = `d.datname = ${literal(tenant.dbName)}
    AND shobj_description(d.oid, 'pg_database') = ${mark}`;
  const ourDatabases = `SELECT d.oid, d.datname FROM pg_database d
    WHERE (${isWorking}) OR (${isNamed})`;

  return {
    /**
     * One session at a time works on a tenant. Whoever holds the lease is in the right, so it ends
     * the session of a runner that died or lost the lease while the server was still at its work.
     */
    keepOthersOut: inBlock(`
      DECLARE
        tenant bigint := hashtextextended(${mark}, 0);
        here oid := (SELECT oid FROM pg_database WHERE datname = current_database());
      BEGIN
        IF NOT pg_try_advisory_lock(tenant) THEN
          PERFORM pg_terminate_backend(pid, ${endWaitMs}) FROM pg_locks
          WHERE locktype = 'advisory' AND database = here AND objsubid = 1 AND granted
            AND classid::bigint = (tenant >> 32) & 4294967295
            AND objid::bigint = tenant & 4294967295;
          PERFORM pg_advisory_lock(tenant);
        END IF;
      END`),

    get putLogin() {
      const password = `PASSWORD ${literal(scramVerifier(tenant.password))}`;
      return inBlock(`
      BEGIN
        IF ${ourRole} THEN
          ALTER ROLE ${login} LOGIN ${limit} ${password};
        ELSE
          CREATE ROLE ${login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
            ${limit} ${password};
          COMMENT ON ROLE ${login} IS ${mark};
        END IF;
        IF current_setting('is_superuser') = 'on' THEN
          ALTER ROLE ${login} SET temp_file_limit = ${tempFileLimitKb};
        END IF;
      END`);
    },

    findDatabase: `
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM pg_database d WHERE ${isNamed}) THEN 'named'
        WHEN EXISTS (SELECT 1 FROM pg_database d WHERE ${isWorking}) THEN 'working'
        WHEN EXISTS (SELECT 1 FROM pg_database d
          WHERE d.datname = ${literal(workingName(tenant.databaseId))}) THEN 'foreign'
        ELSE 'absent' END AS state`,

    // Closed from its first moment: a new database lets PUBLIC connect until told otherwise.
    createDatabase: `CREATE DATABASE ${working} TEMPLATE template0 ALLOW_CONNECTIONS false`,

    openDatabase: [
      `COMMENT ON DATABASE ${working} IS ${mark}`,
      `REVOKE ALL ON DATABASE ${working} FROM PUBLIC`,
      `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${working} TO ${login}`,
      `ALTER DATABASE ${working} ALLOW_CONNECTIONS true`,
    ].join(";\n"),

    nameDatabase: inBlock(`
      BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_database d WHERE ${isNamed}) THEN
          ALTER DATABASE ${working} RENAME TO ${id(tenant.dbName)};
        END IF;
      END`),

    setConnectionLimit: `ALTER ROLE ${login} ${limit}`,

    refuseLogins: inBlock(`
      DECLARE ours record;
      BEGIN
        IF ${ourRole} THEN ALTER ROLE ${login} NOLOGIN; END IF;
        FOR ours IN ${ourDatabases} LOOP
          EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', ours.datname);
        END LOOP;
      END`),

    /**
     * To be run after `refuseLogins` has committed: a login that was let in before is either seen as
     * a session or, still on its way in, by the lock it holds on its database.
     */
    endSessions: inBlock(`
      DECLARE pids int[];
      BEGIN
        SELECT array_agg(DISTINCT pid) INTO pids FROM (
          SELECT a.pid FROM pg_stat_activity a JOIN (${ourDatabases}) ours ON a.datid = ours.oid
          UNION ALL
          SELECT a.pid FROM pg_stat_activity a WHERE a.usename = ${literal(loginText)}
          UNION ALL
          SELECT l.pid FROM pg_locks l JOIN (${ourDatabases}) ours ON l.objid = ours.oid
          WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass
        ) found WHERE pid <> pg_backend_pid();
        PERFORM pg_terminate_backend(pid) FROM unnest(pids) pid;
        PERFORM pg_terminate_backend(pid, ${endWaitMs}) FROM unnest(pids) pid;
      END`),

    listDatabases: `SELECT datname AS name FROM (${ourDatabases}) ours`,

    dropLogin: inBlock(`
      BEGIN
        IF ${ourRole} THEN DROP ROLE ${login}; END IF;
      END`),
  };
}

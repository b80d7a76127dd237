import { createHash } from "node:crypto";
import { loginName, otherLogin, readerName, type Tenant, twinName, workingName } from "../fleet.ts";
import {
  postgresIdentifier as id,
  postgresBlock as inBlock,
  postgresLiteral as literal,
} from "../identifiers.ts";
import { scramVerifier } from "./scram-verifier.ts";

/**
 * The SQL of one PostgreSQL tenant. Role and database carry a mark as their comment; what has the
 * tenant's name but not its mark is somebody else's and is neither changed nor dropped.
 */
export type PostgresTenantSql = Record<
  | "keepOthersOut"
  | "putLogin"
  | "putTwin"
  | "findDatabase"
  | "createDatabase"
  | "openDatabase"
  | "nameDatabase"
  | "setConnectionLimit"
  | "refuseLogins"
  | "endSessions"
  | "shareConnections"
  | "unshareConnections"
  | "returnObjects"
  | "listDatabases"
  | "dropLogin",
  string
> & {
  /** Two statements, each to be committed before the next: refuse a login, then end its sessions. */
  endLogin(which: "own" | "other"): [refuse: string, end: string];
};

/** What every mark matches, as a regular expression of PostgreSQL. */
export const markPattern = "^polykomos [0-9a-f]{32}$";

/** Against sorts that fill the disk. Only a superuser may set it, so a customer cannot raise it. */
export const tempFileLimitKb = 1024 * 1024;
/** How long sessions that were told to end are waited for. */
const endWaitMs = 1_000;

/** Comments on roles and databases can be read by every login, so the mark does not tell the uuid. */
export function markOf(uuid: string): string {
  return `polykomos ${createHash("sha256").update(uuid).digest("hex").slice(0, 32)}`;
}

export function postgresTenantSql(tenant: Tenant): PostgresTenantSql {
  const loginText = loginName(tenant.databaseId);
  const login = id(loginText);
  const twinText = twinName(tenant.databaseId);
  const twin = id(twinText);
  const readerText = readerName(tenant.databaseId);
  const reader = id(readerText);
  const working = id(workingName(tenant.databaseId));
  const mark = literal(markOf(tenant.uuid));
  const limit = `CONNECTION LIMIT ${Math.trunc(tenant.connectionLimit)}`;

  const isOurs = (role: string) => `EXISTS (SELECT 1 FROM pg_roles WHERE rolname = ${literal(role)}
    AND shobj_description(oid, 'pg_authid') = ${mark})`;
  const ourRole = isOurs(loginText);
  const ourTwin = isOurs(twinText);
  const ourReader = isOurs(readerText);
  // Right after CREATE DATABASE a crash may leave the working name without a mark.
  const isWorking = `d.datname = ${literal(workingName(tenant.databaseId))}
    AND coalesce(shobj_description(d.oid, 'pg_database'), ${mark}) = ${mark}`;
  const isNamed = `d.datname = ${literal(tenant.dbName)}
    AND shobj_description(d.oid, 'pg_database') = ${mark}`;
  const ourDatabases = `SELECT d.oid, d.datname FROM pg_database d
    WHERE (${isWorking}) OR (${isNamed})`;
  const limitOurDatabases = (connectionLimit: string) =>
    inBlock(`
      DECLARE ours record;
      BEGIN
        FOR ours IN ${ourDatabases} LOOP
          EXECUTE format('ALTER DATABASE %I ${connectionLimit}', ours.datname);
        END LOOP;
      END`);

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

    /**
     * The twin has no rights of its own. It becomes the first login as it comes in, and without that
     * can make nothing, so all objects have one owner, whichever of the two made them.
     */
    get putTwin() {
      const password = `PASSWORD ${literal(scramVerifier(tenant.password))}`;
      return inBlock(`
      DECLARE ours record;
      BEGIN
        IF NOT ${ourRole} THEN
          CREATE ROLE ${login} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
            NOBYPASSRLS ${limit};
          COMMENT ON ROLE ${login} IS ${mark};
        END IF;
        IF ${ourTwin} THEN
          ALTER ROLE ${twin} LOGIN NOINHERIT ${limit} ${password};
        ELSE
          CREATE ROLE ${twin} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
            NOBYPASSRLS ${limit} ${password};
          COMMENT ON ROLE ${twin} IS ${mark};
        END IF;
        GRANT ${login} TO ${twin};
        ALTER ROLE ${twin} SET role = ${literal(loginText)};
        IF current_setting('is_superuser') = 'on' THEN
          ALTER ROLE ${twin} SET temp_file_limit = ${tempFileLimitKb};
        END IF;
        FOR ours IN ${ourDatabases} LOOP
          EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', ours.datname, ${literal(twinText)});
        END LOOP;
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
      ...(tenant.login === loginText ? [] : [`GRANT CONNECT ON DATABASE ${working} TO ${twin}`]),
      `ALTER DATABASE ${working} ALLOW_CONNECTIONS true`,
    ].join(";\n"),

    nameDatabase: inBlock(`
      BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_database d WHERE ${isNamed}) THEN
          ALTER DATABASE ${working} RENAME TO ${id(tenant.dbName)};
        END IF;
      END`),

    /** Where both logins may be in, the database's own limit holds for both together. */
    setConnectionLimit: inBlock(`
      DECLARE ours record;
      BEGIN
        ALTER ROLE ${login} ${limit};
        IF ${ourTwin} THEN ALTER ROLE ${twin} ${limit}; END IF;
        FOR ours IN SELECT o.datname FROM (${ourDatabases}) o JOIN pg_database b USING (oid)
            WHERE b.datconnlimit <> -1 LOOP
          EXECUTE format('ALTER DATABASE %I ${limit}', ours.datname);
        END LOOP;
      END`),

    shareConnections: limitOurDatabases(limit),
    unshareConnections: limitOurDatabases("CONNECTION LIMIT -1"),

    endLogin(which) {
      const name = which === "own" ? tenant.login : otherLogin(tenant.databaseId, tenant.login);
      const sessions = `SELECT pid FROM pg_stat_activity WHERE usename = ${literal(name)}`;
      return [
        inBlock(`
        BEGIN
          IF ${isOurs(name)} THEN ALTER ROLE ${id(name)} NOLOGIN PASSWORD NULL; END IF;
        END`),
        // Looked for again, for a login that was let in before may still have been on its way.
        inBlock(`
        BEGIN
          IF ${isOurs(name)} THEN
            PERFORM pg_terminate_backend(pid) FROM (${sessions}) each;
            PERFORM pg_sleep(0.05);
            PERFORM pg_stat_clear_snapshot();
            PERFORM pg_terminate_backend(pid, ${endWaitMs}) FROM (${sessions}) each;
          END IF;
        END`),
      ];
    },

    /** To be run inside the database: what the twin may have made without becoming the first login. */
    returnObjects: inBlock(`
      BEGIN
        IF ${ourTwin} THEN REASSIGN OWNED BY ${twin} TO ${login}; END IF;
      END`),

    refuseLogins: inBlock(`
      DECLARE ours record;
      BEGIN
        IF ${ourRole} THEN ALTER ROLE ${login} NOLOGIN; END IF;
        IF ${ourTwin} THEN ALTER ROLE ${twin} NOLOGIN; END IF;
        IF ${ourReader} THEN ALTER ROLE ${reader} NOLOGIN; END IF;
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
          SELECT a.pid FROM pg_stat_activity a 
          WHERE a.usename IN (${literal(loginText)}, ${literal(twinText)}, ${literal(readerText)})
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
        IF ${ourReader} THEN DROP ROLE ${reader}; END IF;
        IF ${ourTwin} THEN DROP ROLE ${twin}; END IF;
        IF ${ourRole} THEN DROP ROLE ${login}; END IF;
      END`),
  };
}

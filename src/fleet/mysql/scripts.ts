import { randomPassword } from "../../lib/secrets.ts";
import type { FleetServer, Tenant } from "../fleet.ts";
import {
  mysqlIdentifier as id,
  mysqlLiteral as literal,
  mysqlGrantedDatabase,
} from "../identifiers.ts";
import {
  lockTimeoutMs,
  type ScriptRunner,
  type ScriptSession,
  type ScriptStatement,
  scriptStatementTimeoutMs,
} from "../scripts.ts";
import { readySession, withSession } from "../with-session.ts";
import { endSessions } from "./end-sessions.ts";
import { adminTarget, type MysqlConnect, type MysqlSession, targetOn } from "./session.ts";
import { copyStructure } from "./structure.ts";
import { flavourOf, identifiedBy, mysqlTenantSql, rights } from "./tenant-sql.ts";

/**
 * Scripts on MySQL and MariaDB: each statement is permanent when it is done. Changes of rows that go
 * to the server together are one transaction, which changes nothing of that: where one fails, those
 * before it are committed.
 */
const deadlock = "40001";
const deadlockTriesMax = 3;

/** Quotes mean quotes and backslashes escape, whatever the server's mode; times are UTC. */
const ourSettings = `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  time_zone = '+00:00', lock_wait_timeout = ${lockTimeoutMs / 1_000},
  innodb_lock_wait_timeout = ${lockTimeoutMs / 1_000}, autocommit = 1`;

/** Where a script is rehearsed, and the login that can do it: both are dropped afterwards. */
function scratchName(tenant: Tenant): string {
  return `_s${tenant.databaseId}`;
}

/** Scripts on MySQL: statement by statement; rehearsed in a scratch schema. */
export function mysqlScripts(connect: MysqlConnect): ScriptRunner {
  async function open(
    server: FleetServer,
    login: { user: string; password: string; database: string },
  ): Promise<MysqlSession> {
    const statementTimeoutMs = scriptStatementTimeoutMs;
    const opening = connect(targetOn(server, { ...login, statementTimeoutMs }));
    return await readySession(opening, (session) => session.query(ourSettings));
  }

  async function asCustomer(
    server: FleetServer,
    { login: user, password, dbName: database }: Tenant,
  ): Promise<MysqlSession> {
    return await open(server, { user, password, database });
  }

  function asAdmin(
    server: FleetServer,
    use: (session: MysqlSession) => Promise<void>,
  ): Promise<void> {
    return withSession(connect(adminTarget(server, scriptStatementTimeoutMs)), use);
  }

  async function dropScratch(server: FleetServer, tenant: Tenant): Promise<void> {
    const scratch = scratchName(tenant);
    await asAdmin(server, async (session) => {
      await session.query(`DROP DATABASE IF EXISTS ${id(scratch)}`);
      await session.query(`DROP USER IF EXISTS ${literal(scratch)}@'%'`);
    });
  }

  /**
   * Makes a database anew that is still being created: the creation alone has written to it. Rights
   * are on its name, so they stay.
   */
  async function emptyDatabase(server: FleetServer, tenant: Tenant): Promise<void> {
    const sql = mysqlTenantSql(server, tenant);
    await asAdmin(server, async (session) => {
      // A statement that still runs would go on in the new one.
      await endSessions(session, sql.endLogin("own").sessions);
      await session.query(sql.dropDatabase);
      await session.query(sql.createDatabase);
    });
  }

  /** The scratch schema has a login that can reach nothing else, whatever a script or trigger names. */
  async function makeScratch(server: FleetServer, tenant: Tenant): Promise<MysqlSession> {
    const scratch = scratchName(tenant);
    const login = `${literal(scratch)}@'%'`;
    const password = randomPassword();
    await dropScratch(server, tenant);
    await asAdmin(server, async (session) => {
      const [[row] = []] = await session.query("SELECT version() AS version");
      const identified = identifiedBy(flavourOf(String(row?.version)), password);
      await session.query(`CREATE DATABASE ${id(scratch)} CHARACTER SET utf8mb4`);
      await session.query(`CREATE USER ${login} ${identified} WITH MAX_USER_CONNECTIONS 1`);
      await session.query(`GRANT ${rights} ON ${mysqlGrantedDatabase(scratch)}.* TO ${login}`);
    });
    const opening = open(server, { user: scratch, password, database: scratch });
    return await readySession(opening, async (session) => {
      await withSession(asCustomer(server, tenant), (reader) =>
        copyStructure(reader, session, tenant.dbName),
      );
      // What was copied came with settings of its own.
      await session.query(ourSettings);
    });
  }

  return {
    async open(server, tenant, isRehearsal) {
      if (!isRehearsal) return scriptSession(await asCustomer(server, tenant));
      try {
        const session = scriptSession(await makeScratch(server, tenant));
        return {
          ...session,
          async close() {
            await session.close();
            await dropScratch(server, tenant);
          },
        };
      } catch (error) {
        await dropScratch(server, tenant);
        throw error;
      }
    },

    async settle(server, tenant, _checkpoint, { isRehearsal, isForCreation }) {
      if (!isRehearsal && !isForCreation) return "unknown";
      if (isRehearsal) await dropScratch(server, tenant);
      else await emptyDatabase(server, tenant);
      return "undone";
    },
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}

function scriptSession(session: MysqlSession): ScriptSession {
  async function runAlone(statements: readonly ScriptStatement[], onDone: () => void) {
    for (const { text } of statements) {
      await session.query(text);
      onDone();
    }
  }

  /** Several in one transaction; told of when they are permanent. */
  async function runTogether(statements: readonly ScriptStatement[], onDone: () => void) {
    let done = 0;
    await session.query("START TRANSACTION");
    try {
      for (const { text } of statements) {
        await session.query(text);
        done += 1;
      }
    } catch (error) {
      // Without an SQLSTATE there is no session left; after a deadlock nothing of the transaction.
      if (codeOf(error) === null || codeOf(error) === deadlock) throw error;
      await session.query("COMMIT");
      for (let told = 0; told < done; told++) onDone();
      throw error;
    }
    await session.query("COMMIT");
    for (const _ of statements) onDone();
  }

  return {
    isTransaction: false,
    begin: async () => null,
    async run(statements, onDone) {
      const tell = () => onDone(null);
      if (statements.length < 2) return await runAlone(statements, tell);
      for (let attempt = 1; attempt <= deadlockTriesMax; attempt++) {
        try {
          return await runTogether(statements, tell);
        } catch (error) {
          if (codeOf(error) !== deadlock) throw error;
        }
      }
      await runAlone(statements, tell);
    },
    // Everything is permanent, or in a schema that goes with the session.
    commit: async () => {},
    rollback: async () => {},
    close: () => session.close(),
  };
}

import { type FleetServer, loginName, type Tenant } from "./fleet.ts";
import {
  mysqlIdentifier as id,
  mysqlLiteral as literal,
  mysqlGrantedDatabase,
} from "./identifiers.ts";
import type { MysqlConnect, MysqlSession } from "./mysql-session.ts";
import { rights } from "./mysql-tenant.ts";
import {
  lockTimeoutMs,
  type ScriptRunner,
  type ScriptSession,
  type ScriptStatement,
  scriptStatementTimeoutMs,
} from "./scripts.ts";

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

/** Where a script is rehearsed: it has the database's structure, and is dropped afterwards. */
function scratchName(tenant: Tenant): string {
  return `_s${tenant.databaseId}`;
}

export function mysqlScripts(connect: MysqlConnect): ScriptRunner {
  async function asCustomer(
    server: FleetServer,
    tenant: Tenant,
    database: string,
  ): Promise<MysqlSession> {
    const session = await connect({
      host: server.host,
      port: server.port,
      tls: server.tls,
      user: loginName(tenant.databaseId),
      password: tenant.password,
      database,
      statementTimeoutMs: scriptStatementTimeoutMs,
    });
    await session.query(ourSettings);
    return session;
  }

  async function asAdmin(server: FleetServer, statements: readonly string[]): Promise<void> {
    const session = await connect({
      host: server.host,
      port: server.port,
      tls: server.tls,
      user: server.adminUser,
      password: server.adminPassword,
      database: null,
      statementTimeoutMs: scriptStatementTimeoutMs,
    });
    try {
      for (const statement of statements) await session.query(statement);
    } finally {
      await session.close();
    }
  }

  async function dropScratch(server: FleetServer, tenant: Tenant): Promise<void> {
    const login = `${literal(loginName(tenant.databaseId))}@'%'`;
    const scratch = scratchName(tenant);
    const grant = `GRANT ${rights} ON ${mysqlGrantedDatabase(scratch)}.* TO ${login}`;
    // A right that was never given cannot be taken away.
    const revoke = `REVOKE ${rights} ON ${mysqlGrantedDatabase(scratch)}.* FROM ${login}`;
    await asAdmin(server, [`DROP DATABASE IF EXISTS ${id(scratch)}`, grant, revoke]);
  }

  async function makeScratch(server: FleetServer, tenant: Tenant): Promise<MysqlSession> {
    const scratch = scratchName(tenant);
    const login = `${literal(loginName(tenant.databaseId))}@'%'`;
    await asAdmin(server, [
      `DROP DATABASE IF EXISTS ${id(scratch)}`,
      `CREATE DATABASE ${id(scratch)} CHARACTER SET utf8mb4`,
      `GRANT ${rights} ON ${mysqlGrantedDatabase(scratch)}.* TO ${login}`,
    ]);
    const session = await asCustomer(server, tenant, scratch);
    await copyStructure(session, tenant.dbName, scratch);
    return session;
  }

  return {
    async open(server, tenant, isRehearsal) {
      if (!isRehearsal) return scriptSession(await asCustomer(server, tenant, tenant.dbName));
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

    async settle(server, tenant, _checkpoint, isRehearsal) {
      if (!isRehearsal) return "unknown";
      await dropScratch(server, tenant);
      return "undone";
    },
  };
}

/** Makes the tables and views of one database in another, without their rows. */
async function copyStructure(session: MysqlSession, from: string, to: string): Promise<void> {
  const [tables = []] = await session.query(`SELECT table_name AS name, table_type AS type
    FROM information_schema.tables WHERE table_schema = ${literal(from)}
    ORDER BY table_type, table_name`);
  await session.query("SET SESSION foreign_key_checks = 0");
  for (const { name, type } of tables) {
    const isView = type === "VIEW";
    const what = isView ? "VIEW" : "TABLE";
    const [[row] = []] = await session.query(`SHOW CREATE ${what} ${id(from)}.${id(String(name))}`);
    const statement = String(row?.[isView ? "Create View" : "Create Table"]);
    // A view names its tables with their database.
    await session.query(isView ? statement.replaceAll(`${id(from)}.`, `${id(to)}.`) : statement);
  }
  await session.query("SET SESSION foreign_key_checks = 1");
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

import type { FleetServer, NameStage, Tenant, TenantWork } from "../fleet.ts";
import { readySession, withSession } from "../with-session.ts";
import { endSession, endSessions } from "./end-sessions.ts";
import {
  adminTarget,
  isRefusal,
  type MysqlConnect,
  type MysqlSession,
  type Rows,
  targetOn,
} from "./session.ts";
import {
  listPrepared,
  mysqlTenantSql,
  readFacts,
  rollBackPrepared,
  type TenantFacts,
} from "./tenant-sql.ts";
import { allowMysqlWrites, stopMysqlWrites } from "./write-stop.ts";

/**
 * MySQL and MariaDB tenants: one login and one database each. A database there cannot be renamed
 * and costs next to nothing to make, so one from the pool is a login alone, and its database is made
 * under the customer's name when it is claimed.
 */
export const adminStatementTimeoutMs = 60_000;
const customerStatementTimeoutMs = 5_000;
/** ER_LOCK_WAIT_TIMEOUT. */
const lockWaitTimeout = 1205;

export function mysqlWork(connect: MysqlConnect, server: FleetServer, tenant: Tenant): TenantWork {
  const sql = mysqlTenantSql(server, tenant);
  let admin: MysqlSession | null = null;

  async function open(): Promise<MysqlSession> {
    return await readySession(connect(adminTarget(server, adminStatementTimeoutMs)), takeLock);
  }

  /** Ends the session of a runner that died or lost the lease while its server was at work. */
  async function takeLock(session: MysqlSession): Promise<void> {
    const [[lock] = []] = await session.query(`${sql.settle}; ${sql.takeLock}`);
    if (Number(lock?.taken) === 1) return;
    if (lock?.holder) await endSession(session, lock.holder);
    const [[awaited] = []] = await session.query(sql.awaitLock);
    if (Number(awaited?.taken) !== 1) throw new Error("Another session works on this database");
  }

  /** Runs statements as the operator, one after the other in one round trip. */
  async function run(...statements: string[]): Promise<Rows[]> {
    admin ??= await open();
    return await admin.query(statements.join(";\n"));
  }

  async function look(): Promise<TenantFacts> {
    const [rows] = await run(sql.facts);
    const facts = readFacts(rows?.[0]);
    if (facts.registered === "another's") throw new Error(`${sql.login} is another operator's`);
    return facts;
  }

  /** A database that stands unmarked is ours only if we were about to make it and nobody used it. */
  async function isOurDatabase(facts: TenantFacts): Promise<boolean> {
    if (!facts.hasDatabase || !facts.isNamed) return false;
    if (facts.isMade) return true;
    const [rows] = await run(sql.isEmpty);
    return Number(rows?.[0]?.is_empty) === 1;
  }

  /** A second login that stands and is not in our list is somebody else's. */
  async function lookAtTwin(): Promise<{ isOurs: boolean; stands: boolean }> {
    const [[twin] = []] = await run(sql.twinFacts);
    return { isOurs: Number(twin?.is_ours) === 1, stands: Number(twin?.stands) === 1 };
  }

  /** A statement on the second login, where there is one of ours. */
  async function onTwin(statement: string): Promise<string[]> {
    const { isOurs, stands } = await lookAtTwin();
    return isOurs && stands ? [statement] : [];
  }

  async function isReaderOurs(): Promise<boolean> {
    const [[reader] = []] = await run(sql.readerFacts);
    return Number(reader?.is_ours) === 1;
  }

  async function putLogin(): Promise<void> {
    const facts = await look();
    if (facts.registered === "not" && facts.hasLogin) {
      throw new Error(`${sql.login} belongs to something else`);
    }
    const register = facts.registered === "not" ? [sql.register] : [];
    if (tenant.login !== sql.login) {
      const { isOurs, stands } = await lookAtTwin();
      if (stands && !isOurs) {
        throw new Error(`${tenant.login} belongs to something else`);
      }
      register.push(sql.registerTwin);
    }
    await run(...register, ...sql.putLogin(facts.flavour));
  }

  /** Makes the database under its customer's name, with other statements before and after. */
  async function makeDatabase(before: string[], after: string[]): Promise<void> {
    const facts = await look();
    if (facts.registered === "not") throw new Error(`${sql.login} is not registered`);
    if (facts.isMade && facts.hasDatabase) {
      if (before.length + after.length > 0) await run(...before, ...after);
      return;
    }
    if (facts.hasDatabase && !(await isOurDatabase(facts))) {
      throw new Error(`${tenant.dbName} belongs to something else`);
    }
    const make = facts.hasDatabase ? [] : [sql.claimName, sql.createDatabase];
    // Marked before anyone has a right in it: what holds tables and no mark is somebody else's.
    await run(...before, ...make, sql.markMade, ...after);
  }

  async function endAll(list: string): Promise<void> {
    admin ??= await open();
    await endSessions(admin, list);
  }

  /**
   * A customer can leave a prepared XA transaction behind that holds a table for good, and no one can
   * tell whose it is. So where one stands in the way, all whose sessions have gone are rolled back.
   */
  async function dropDatabase(facts: TenantFacts): Promise<void> {
    try {
      await run(sql.dropDatabase);
    } catch (error) {
      if (!isRefusal(error, lockWaitTimeout)) throw error;
      const [prepared = []] = await run(listPrepared[facts.flavour]);
      for (const row of prepared) {
        // Refused where its session still lives.
        await run(rollBackPrepared(row)).catch((refusal: unknown) => {
          if (!isRefusal(refusal)) throw refusal;
        });
      }
      await run(sql.dropDatabase);
    }
  }

  return {
    async createLogin() {
      await putLogin();
    },

    async admitLogin() {
      await putLogin();
      await run(sql.grant);
    },

    async endLogin(which) {
      const facts = await look();
      if (facts.registered === "not") return;
      const isTwin = (which === "own") === (tenant.login !== sql.login);
      const { refuse, sessions } = sql.endLogin(which);
      const statements = isTwin ? await onTwin(refuse) : [refuse];
      if (statements.length === 0) return;
      await run(...statements);
      await endAll(sessions);
    },

    // A database is made with its name, and has none yet: the tenant's row stands for it.
    async createDatabase() {},

    async secure(stage) {
      if (stage === "customer") await run(sql.grant);
    },

    async nameDatabase() {
      await makeDatabase([], []);
    },

    async adopt() {
      await makeDatabase([sql.setConnectionLimit], [sql.grant]);
    },

    async checkLogin(stage: NameStage) {
      const target = targetOn(server, {
        user: tenant.login,
        password: tenant.password,
        database: stage === "working" ? null : tenant.dbName,
        statementTimeoutMs: customerStatementTimeoutMs,
      });
      const opening = connect({ ...target, host: tenant.advertisedHost });
      await withSession(opening, (session) => session.query("SELECT 1"));
    },

    async setConnectionLimit() {
      await look();
      await run(sql.setConnectionLimit, ...(await onTwin(sql.setTwinLimit)));
    },

    async settleWrites() {
      await look();
      admin ??= await open();
      if (tenant.areWritesStopped) await stopMysqlWrites(admin, tenant.dbName);
      else await allowMysqlWrites(admin, tenant.dbName);
    },

    async lockOut() {
      const facts = await look();
      if (facts.registered === "not" || !facts.hasLogin) return;
      const reader = (await isReaderOurs()) ? [sql.refuseReader] : [];
      await run(sql.refuseLogins, ...(await onTwin(sql.refuseTwin)), ...reader);
      await endAll(sql.listSessions);
    },

    async destroy() {
      const facts = await look();
      if (facts.registered === "not") return;
      if (await isOurDatabase(facts)) await dropDatabase(facts);
      const twin = (await lookAtTwin()).isOurs ? [sql.dropTwin] : [];
      const reader = (await isReaderOurs()) ? [sql.dropReader] : [];
      await run(sql.dropLogin, ...twin, ...reader, sql.unregister);
    },

    async close() {
      await admin?.close();
      admin = null;
    },
  };
}

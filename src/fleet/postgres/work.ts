import {
  type FleetServer,
  loginName,
  type NameStage,
  type Tenant,
  type TenantWork,
  workingName,
} from "../fleet.ts";
import { postgresIdentifier as id } from "../identifiers.ts";
import { withSession } from "../with-session.ts";
import { setSafePath } from "./safe-path.ts";
import { adminTarget, type PostgresConnect, type PostgresSession, targetOn } from "./session.ts";
import { postgresTenantSql } from "./tenant-sql.ts";
import { allowPostgresWrites, stopPostgresWrites, writeStopSettings } from "./write-stop.ts";

/**
 * PostgreSQL tenants: one role and one database each. The database belongs to the operator, so the
 * customer can neither drop it nor open it to others; the role owns the schema `public` and may
 * create schemas and trusted extensions.
 */
export const maintenanceDatabase = "postgres";
/** CREATE and DROP DATABASE copy and delete files, and wait for checkpoints. */
export const adminStatementTimeoutMs = 120_000;
const customerStatementTimeoutMs = 5_000;

export function postgresWork(
  connect: PostgresConnect,
  server: FleetServer,
  tenant: Tenant,
): TenantWork {
  const sql = postgresTenantSql(tenant);
  const owner = loginName(tenant.databaseId);
  const isTwin = tenant.login !== owner;
  const working = workingName(tenant.databaseId);
  const nameAt = (stage: NameStage) => (stage === "working" ? working : tenant.dbName);
  let admin: PostgresSession | null = null;

  /**
   * Runs statements as the operator: in one transaction and one round trip, the first of them
   * behind the statement that ends what a dead runner left and keeps others out.
   */
  async function asAdmin(...statements: string[]): Promise<Record<string, unknown>[]> {
    if (admin) return await admin.query(statements.join(";\n"));
    admin = await connect(adminTarget(server, maintenanceDatabase, adminStatementTimeoutMs));
    return await admin.query([sql.keepOthersOut, ...statements].join(";\n"));
  }

  /** Runs statements as the operator, in one transaction, inside the customer's database. */
  async function inside(
    database: string,
    statements: string,
    use: (session: PostgresSession) => Promise<void> = async () => {},
  ): Promise<void> {
    const target = adminTarget(server, database, adminStatementTimeoutMs);
    await withSession(connect(target), async (session) => {
      await session.query(`${setSafePath};\n${statements}`);
      await use(session);
    });
  }

  return {
    async createLogin() {
      await asAdmin(isTwin ? sql.putTwin : sql.putLogin);
    },

    async admitLogin() {
      await asAdmin(isTwin ? sql.putTwin : sql.putLogin, sql.shareConnections);
    },

    async endLogin(which) {
      for (const statement of sql.endLogin(which)) await asAdmin(statement);
      const [found] = await asAdmin(sql.unshareConnections, sql.findDatabase);
      if (found?.state !== "named") return;
      await inside(tenant.dbName, sql.returnObjects);
    },

    async createDatabase() {
      const [found] = await asAdmin(sql.findDatabase);
      if (found?.state === "named") return;
      if (found?.state === "foreign") throw new Error(`${working} belongs to something else`);
      if (found?.state === "absent") await asAdmin(sql.createDatabase);
      await asAdmin(sql.openDatabase);
    },

    async secure(stage) {
      await inside(nameAt(stage), `ALTER SCHEMA public OWNER TO ${id(owner)}`);
    },

    async nameDatabase() {
      await asAdmin(sql.nameDatabase);
    },

    async adopt() {
      await asAdmin(sql.setConnectionLimit, sql.nameDatabase);
    },

    async checkLogin(stage) {
      const target = targetOn(server, {
        user: tenant.login,
        password: tenant.password,
        database: nameAt(stage),
        statementTimeoutMs: customerStatementTimeoutMs,
      });
      const opening = connect({ ...target, host: tenant.advertisedHost });
      await withSession(opening, (session) => session.query("SELECT 1"));
    },

    async setConnectionLimit() {
      await asAdmin(sql.setConnectionLimit);
    },

    async settleWrites() {
      await inside(tenant.dbName, writeStopSettings, async (session) => {
        await session.query(sql.keepOthersOut);
        if (tenant.areWritesStopped) await stopPostgresWrites(session);
        else await allowPostgresWrites(session);
      });
    },

    async lockOut() {
      await asAdmin(sql.refuseLogins);
      await asAdmin(sql.endSessions);
    },

    async destroy() {
      const databases = await asAdmin(sql.listDatabases);
      for (const { name } of databases) {
        await asAdmin(`DROP DATABASE IF EXISTS ${id(String(name))} WITH (FORCE)`);
      }
      await asAdmin(sql.dropLogin);
    },

    async close() {
      await admin?.close();
      admin = null;
    },
  };
}

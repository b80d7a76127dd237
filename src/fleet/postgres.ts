import {
  databaseIdOf,
  type Engine,
  type FleetServer,
  loginName,
  type NameStage,
  type Tenant,
  type TenantWork,
  workingName,
} from "./fleet.ts";
import { postgresIdentifier as id } from "./identifiers.ts";
import { markPattern, postgresTenantSql } from "./postgres-tenant.ts";

/**
 * PostgreSQL tenants: one role and one database each. The database belongs to the operator, so the
 * customer can neither drop it nor open it to others; the role owns the schema `public` and may
 * create schemas and trusted extensions.
 */
export type Session = {
  /** Runs one statement, or without values several in one transaction; the rows of the last. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Runs several statements in one round trip and throws away their rows. `onDone` is told of each
   * as it is done, by the server's words for it; the first that fails ends all and is thrown.
   */
  script(text: string, onDone: (tag: string) => void): Promise<void>;
  close(): Promise<void>;
};

export type SessionTarget = {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: string;
  /** The server ends a statement that takes longer. */
  statementTimeoutMs: number;
};

/** Opens a session, with time-outs; the transport is the caller's choice. */
export type Connect = (target: SessionTarget) => Promise<Session>;

const maintenanceDatabase = "postgres";
/** CREATE and DROP DATABASE copy and delete files, and wait for checkpoints. */
const adminStatementTimeoutMs = 120_000;
const customerStatementTimeoutMs = 5_000;

function adminTarget(server: FleetServer, database: string): SessionTarget {
  const { host, port, tls, adminUser: user, adminPassword: password } = server;
  return { host, port, tls, user, password, database, statementTimeoutMs: adminStatementTimeoutMs };
}

/** PostgreSQL adapter over the given transport. */
export function postgresEngine(connect: Connect): Engine {
  async function asAdmin<Value>(
    server: FleetServer,
    use: (session: Session) => Promise<Value>,
  ): Promise<Value> {
    const session = await connect(adminTarget(server, maintenanceDatabase));
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  }

  return {
    async prepareServer(server) {
      await asAdmin(server, async (session) => {
        const open = await session.query(
          `SELECT d.datname FROM pg_database d
           WHERE has_database_privilege('public', d.oid, 'CONNECT')
              OR has_database_privilege('public', d.oid, 'TEMPORARY')`,
        );
        for (const { datname } of open) {
          await session.query(`REVOKE ALL ON DATABASE ${id(String(datname))} FROM PUBLIC`);
        }
      });
    },

    workOn(server, tenant) {
      return postgresWork(connect, server, tenant);
    },

    async listRemains(server) {
      const rows = await asAdmin(server, (session) =>
        session.query(
          `SELECT 'login' AS kind, rolname AS name, NULL AS granted FROM pg_roles
           WHERE rolname ~ '^u[0-9]+$' OR shobj_description(oid, 'pg_authid') ~ '${markPattern}'
           UNION ALL
           SELECT 'database', datname, (SELECT r.rolname FROM aclexplode(datacl) a
             JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname ~ '^u[0-9]+$' LIMIT 1)
           FROM pg_database WHERE datname ~ '^_p[0-9]+$'
             OR shobj_description(oid, 'pg_database') ~ '${markPattern}'`,
        ),
      );
      return rows.map(({ kind, name, granted }) => ({
        kind: kind === "login" ? "login" : "database",
        name: String(name),
        databaseId: databaseIdOf(String(granted ?? name)),
      }));
    },
  };
}

function postgresWork(connect: Connect, server: FleetServer, tenant: Tenant): TenantWork {
  const sql = postgresTenantSql(tenant);
  const login = loginName(tenant.databaseId);
  const working = workingName(tenant.databaseId);
  const nameAt = (stage: NameStage) => (stage === "working" ? working : tenant.dbName);
  let admin: Session | null = null;

  /**
   * Runs statements as the operator: in one transaction and one round trip, the first of them
   * behind the statement that ends what a dead runner left and keeps others out.
   */
  async function asAdmin(...statements: string[]): Promise<Record<string, unknown>[]> {
    if (admin) return await admin.query(statements.join(";\n"));
    admin = await connect(adminTarget(server, maintenanceDatabase));
    return await admin.query([sql.keepOthersOut, ...statements].join(";\n"));
  }

  return {
    async createLogin() {
      await asAdmin(sql.putLogin);
    },

    async createDatabase() {
      const [found] = await asAdmin(sql.findDatabase);
      if (found?.state === "named") return;
      if (found?.state === "foreign") throw new Error(`${working} belongs to something else`);
      if (found?.state === "absent") await asAdmin(sql.createDatabase);
      await asAdmin(sql.openDatabase);
    },

    async secure(stage) {
      const inside = await connect(adminTarget(server, nameAt(stage)));
      try {
        await inside.query(`ALTER SCHEMA public OWNER TO ${id(login)}`);
      } finally {
        await inside.close();
      }
    },

    async nameDatabase() {
      await asAdmin(sql.nameDatabase);
    },

    async adopt() {
      await asAdmin(sql.setConnectionLimit, sql.nameDatabase);
    },

    async checkLogin(stage) {
      const session = await connect({
        host: tenant.advertisedHost,
        port: server.port,
        tls: server.tls,
        user: login,
        password: tenant.password,
        database: nameAt(stage),
        statementTimeoutMs: customerStatementTimeoutMs,
      });
      try {
        await session.query("SELECT 1");
      } finally {
        // Awaited, for the login may have a limit of one session and is the customer's from now on.
        await session.close();
      }
    },

    async setConnectionLimit() {
      await asAdmin(sql.setConnectionLimit);
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

import {
  type Engine,
  type FleetServer,
  loginName,
  type NameStage,
  type Tenant,
  type TenantWork,
  type Transport,
  workingName,
} from "./fleet.ts";
import { postgresIdentifier as id } from "./identifiers.ts";
import {
  claimPostgresServer,
  readPostgresCatalog,
  removePostgresRemains,
} from "./postgres-remains.ts";
import { setSafePath } from "./postgres-safe-path.ts";
import { postgresTenantSql } from "./postgres-tenant.ts";
import {
  allowPostgresWrites,
  stopPostgresWrites,
  writeStopSettings,
} from "./postgres-write-stop.ts";
import { measurePostgres } from "./usage.ts";

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
  /** Runs one statement by the extended protocol, which takes no second, and hands over its rows. */
  each(text: string, take: TakeRows): Promise<EachAnswer>;
  close(): Promise<void>;
};

/** What becomes of rows as they come in: as the server's text, one at a time. */
export type TakeRows = {
  onRow(values: (string | null)[]): void;
  /** An answer of more bytes ends the session and is an `AnswerTooBig`. */
  bytesMax: number;
};

export type EachAnswer = {
  fields: { name: string; typeId: number }[];
  /** The server's words for what it did: `SELECT 5`. */
  tag: string;
};

type SessionTarget = {
  transport: Transport;
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: string;
  /** The server ends a statement that takes longer. */
  statementTimeoutMs: number;
};

/** Opens a session, with time-outs. */
export type Connect = (target: SessionTarget) => Promise<Session>;

/** Opens a session by the target's transport. */
export function connectBy(connects: Record<Transport, Connect>): Connect {
  return (target) => connects[target.transport](target);
}

const maintenanceDatabase = "postgres";
/** SQLSTATE. */
const noSuchDatabase = "3D000";
/** CREATE and DROP DATABASE copy and delete files, and wait for checkpoints. */
const adminStatementTimeoutMs = 120_000;
const customerStatementTimeoutMs = 5_000;

function adminTarget(server: FleetServer, database: string): SessionTarget {
  const { transport, host, port, tls, adminUser: user, adminPassword: password } = server;
  const statementTimeoutMs = adminStatementTimeoutMs;
  return { transport, host, port, tls, user, password, database, statementTimeoutMs };
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
    prepareServer: (server) => asAdmin(server, closeDatabases),
    checkServer: (server) => asAdmin(server, closeDatabases),

    measure: (server) => asAdmin(server, measurePostgres),

    workOn(server, tenant) {
      return postgresWork(connect, server, tenant);
    },

    readCatalog: (server) => asAdmin(server, readPostgresCatalog),
    claimServer: (server, installation) =>
      asAdmin(server, (session) => claimPostgresServer(session, installation)),
    removeRemains: (server, remains) =>
      asAdmin(server, (session) => removePostgresRemains(session, remains)),
  };
}

/**
 * Takes PUBLIC's rights on databases away. Our own under their working names are left out: whoever
 * makes one closes it, and two who change the same row at once get in each other's way.
 */
async function closeDatabases(session: Session): Promise<void> {
  const open = await session.query(
    `SELECT d.datname FROM pg_database d
     WHERE (has_database_privilege('public', d.oid, 'CONNECT')
        OR has_database_privilege('public', d.oid, 'TEMPORARY')) AND d.datname !~ '^_p[0-9]+$'`,
  );
  for (const { datname } of open) {
    try {
      await session.query(`REVOKE ALL ON DATABASE ${id(String(datname))} FROM PUBLIC`);
    } catch (error) {
      // It has been dropped meanwhile.
      if (!(error instanceof Error && "code" in error && error.code === noSuchDatabase))
        throw error;
    }
  }
}

function postgresWork(connect: Connect, server: FleetServer, tenant: Tenant): TenantWork {
  const sql = postgresTenantSql(tenant);
  const owner = loginName(tenant.databaseId);
  const isTwin = tenant.login !== owner;
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

  /** A session of the operator in the customer's database, its first statements run already. */
  async function inside(database: string, ...statements: string[]): Promise<Session> {
    const session = await connect(adminTarget(server, database));
    try {
      await session.query([setSafePath, ...statements].join(";\n"));
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
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
      await (await inside(tenant.dbName, sql.returnObjects)).close();
    },

    async createDatabase() {
      const [found] = await asAdmin(sql.findDatabase);
      if (found?.state === "named") return;
      if (found?.state === "foreign") throw new Error(`${working} belongs to something else`);
      if (found?.state === "absent") await asAdmin(sql.createDatabase);
      await asAdmin(sql.openDatabase);
    },

    async secure(stage) {
      const give = `ALTER SCHEMA public OWNER TO ${id(owner)}`;
      await (await inside(nameAt(stage), give)).close();
    },

    async nameDatabase() {
      await asAdmin(sql.nameDatabase);
    },

    async adopt() {
      await asAdmin(sql.setConnectionLimit, sql.nameDatabase);
    },

    async checkLogin(stage) {
      const session = await connect({
        transport: server.transport,
        host: tenant.advertisedHost,
        port: server.port,
        tls: server.tls,
        user: tenant.login,
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

    async settleWrites() {
      const session = await inside(tenant.dbName, writeStopSettings);
      try {
        await session.query(sql.keepOthersOut);
        if (tenant.areWritesStopped) await stopPostgresWrites(session);
        else await allowPostgresWrites(session);
      } finally {
        await session.close();
      }
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

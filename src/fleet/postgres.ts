import {
  databaseIdOf,
  type Engine,
  type FleetServer,
  loginName,
  type Tenant,
  type TenantWork,
  workingName,
} from "./fleet.ts";
import { postgresIdentifier as id, postgresLiteral as literal } from "./identifiers.ts";
import { scramVerifier } from "./scram.ts";

/**
 * PostgreSQL tenants: one role and one database each. The database belongs to the operator, so the
 * customer can neither drop it nor open it to others; the role owns the schema `public` and may
 * create schemas and trusted extensions.
 */
export type Session = {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

export type SessionTarget = {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: string;
};

/** Opens a session, with time-outs; the transport is the caller's choice. */
export type Connect = (target: SessionTarget) => Promise<Session>;

const maintenanceDatabase = "postgres";
/** Against sorts that fill the disk. Only a superuser may set it, so a customer cannot raise it. */
const tempFileLimitKb = 1024 * 1024;

function adminTarget(server: FleetServer, database: string): SessionTarget {
  const { host, port, tls, adminUser: user, adminPassword: password } = server;
  return { host, port, tls, user, password, database };
}

async function exists(session: Session, catalog: "role" | "database", name: string) {
  const query =
    catalog === "role"
      ? "SELECT 1 AS found FROM pg_roles WHERE rolname = $1"
      : "SELECT 1 AS found FROM pg_database WHERE datname = $1";
  return (await session.query(query, [name])).length > 0;
}

/** PostgreSQL adapter over the given transport. */
export function postgresEngine(connect: Connect): Engine {
  return {
    async prepareServer(server) {
      const session = await connect(adminTarget(server, maintenanceDatabase));
      try {
        const open = await session.query(
          `SELECT d.datname FROM pg_database d
           WHERE has_database_privilege('public', d.oid, 'CONNECT')
              OR has_database_privilege('public', d.oid, 'TEMPORARY')`,
        );
        for (const { datname } of open) {
          await session.query(`REVOKE ALL ON DATABASE ${id(String(datname))} FROM PUBLIC`);
        }
      } finally {
        await session.close();
      }
    },

    workOn(server, tenant) {
      return postgresWork(connect, server, tenant);
    },

    async listRemains(server) {
      const session = await connect(adminTarget(server, maintenanceDatabase));
      try {
        const rows = await session.query(
          `SELECT 'login' AS kind, rolname AS name, NULL AS granted FROM pg_roles
           WHERE rolname ~ '^u[0-9]+$'
           UNION ALL
           SELECT 'database', datname, (SELECT r.rolname FROM aclexplode(datacl) a
             JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname ~ '^u[0-9]+$' LIMIT 1)
           FROM pg_database WHERE datname ~ '^_p[0-9]+$'
             OR shobj_description(oid, 'pg_database') ~ '^[0-9a-f-]{36}$'`,
        );
        return rows.map(({ kind, name, granted }) => ({
          kind: kind === "login" ? "login" : "database",
          name: String(name),
          databaseId: databaseIdOf(String(granted ?? name)),
        }));
      } finally {
        await session.close();
      }
    },
  };
}

function postgresWork(connect: Connect, server: FleetServer, tenant: Tenant): TenantWork {
  const login = loginName(tenant.databaseId);
  const working = workingName(tenant.databaseId);
  let admin: Promise<Session> | null = null;

  function asAdmin(): Promise<Session> {
    admin ??= connect(adminTarget(server, maintenanceDatabase));
    return admin;
  }

  /** The name the database has now, or `null` when it does not exist. */
  async function currentName(session: Session): Promise<string | null> {
    if (await exists(session, "database", working)) return working;
    const owned = await session.query(
      `SELECT d.datname FROM pg_database d
       WHERE d.datname = $1 AND shobj_description(d.oid, 'pg_database') = $2`,
      [tenant.dbName, tenant.uuid],
    );
    return owned.length > 0 ? tenant.dbName : null;
  }

  return {
    async createLogin() {
      const session = await asAdmin();
      const verb = (await exists(session, "role", login)) ? "ALTER" : "CREATE";
      await session.query(
        `${verb} ROLE ${id(login)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
         NOBYPASSRLS CONNECTION LIMIT ${tenant.connectionLimit}
         PASSWORD ${literal(scramVerifier(tenant.password))}`,
      );
      const [facts] = await session.query("SELECT current_setting('is_superuser') AS superuser");
      if (facts?.superuser === "on") {
        await session.query(`ALTER ROLE ${id(login)} SET temp_file_limit = ${tempFileLimitKb}`);
      }
    },

    async createDatabase() {
      const session = await asAdmin();
      if ((await currentName(session)) === tenant.dbName) return;
      if (!(await exists(session, "database", working))) {
        // Closed from its first moment: a new database lets PUBLIC connect until told otherwise.
        await session.query(
          `CREATE DATABASE ${id(working)} TEMPLATE template0 ALLOW_CONNECTIONS false`,
        );
      }
      await session.query(`COMMENT ON DATABASE ${id(working)} IS ${literal(tenant.uuid)}`);
      await session.query(`REVOKE ALL ON DATABASE ${id(working)} FROM PUBLIC`);
      await session.query(
        `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${id(working)} TO ${id(login)}`,
      );
      await session.query(`ALTER DATABASE ${id(working)} ALLOW_CONNECTIONS true`);
    },

    async secure() {
      const name = await currentName(await asAdmin());
      if (name === null) throw new Error(`Database ${working} is gone before it was secured`);
      const inside = await connect(adminTarget(server, name));
      try {
        await inside.query(`ALTER SCHEMA public OWNER TO ${id(login)}`);
      } finally {
        await inside.close();
      }
    },

    async nameDatabase() {
      const session = await asAdmin();
      if ((await currentName(session)) === tenant.dbName) return;
      await session.query(`ALTER DATABASE ${id(working)} RENAME TO ${id(tenant.dbName)}`);
    },

    async checkLogin(name) {
      const session = await connect({
        host: tenant.advertisedHost,
        port: server.port,
        tls: server.tls,
        user: login,
        password: tenant.password,
        database: name === "working" ? working : tenant.dbName,
      });
      try {
        await session.query("SELECT 1");
      } finally {
        await session.close();
      }
    },

    async setConnectionLimit() {
      const session = await asAdmin();
      await session.query(`ALTER ROLE ${id(login)} CONNECTION LIMIT ${tenant.connectionLimit}`);
    },

    async lockOut() {
      const session = await asAdmin();
      if (await exists(session, "role", login)) {
        await session.query(`ALTER ROLE ${id(login)} NOLOGIN`);
      }
      const name = await currentName(session);
      if (name !== null) {
        await session.query(`ALTER DATABASE ${id(name)} ALLOW_CONNECTIONS false`);
      }
      await session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
        [login],
      );
    },

    async destroy() {
      const session = await asAdmin();
      const name = await currentName(session);
      if (name !== null) await session.query(`DROP DATABASE IF EXISTS ${id(name)} WITH (FORCE)`);
      await session.query(`DROP ROLE IF EXISTS ${id(login)}`);
    },

    async close() {
      const session = await admin?.catch(() => null);
      await session?.close();
    },
  };
}

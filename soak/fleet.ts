import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startMariadbIfThere } from "../dev/mariadb.ts";
import { startPostgres } from "../dev/postgres.ts";
import type { RunningServer, ServerLogin } from "../dev/server.ts";
import { type Link, startLink } from "../test/faults/link.ts";
import { mountSmallDisk, type SmallDisk } from "./full-disk.ts";
import { mysqlRows, postgresRows } from "./logins.ts";
import type { Catalog } from "./server-audit.ts";

/** The customers' servers of a run, each behind a link that can be broken, one on a small disk. */
export type Member = {
  name: string;
  engine: "postgres" | "mysql";
  transport: "neon" | "tcp";
  /** Its operator's login, at the link. */
  login: ServerLogin;
  link: Link;
  /** Each statement on the link waits so long. */
  slow(ms: number): void;
  disk: SmallDisk | null;
  /** Starts it again where it has ended by itself, as a service manager would. */
  revive(): Promise<boolean>;
  /** What stands there, asked past the link. */
  catalog(): Promise<Catalog>;
  stop(): Promise<void>;
};

const smallDiskMb = 900;

/** What was acknowledged outlives the server's process, though not the machine. */
const postgresSettings = { synchronous_commit: "on", max_wal_size: "96MB", min_wal_size: "32MB" };
const mariadbFlags = ["--innodb-flush-log-at-trx-commit=2"];

/** Two PostgreSQL, the second on a small disk, and two MariaDB where there is one. */
export async function startFleet(folder: string, say: (line: string) => void): Promise<Member[]> {
  const disk = await mountSmallDisk(smallDiskMb);
  if (!disk) say("No full disk in this run: only root can mount a small one.");
  const wanted = [
    startMember("pg-a", "postgres", "neon", null, () => startPg(join(folder, "pg-a"))),
    startMember("pg-b", "postgres", "tcp", disk, () => startPg(disk?.home ?? join(folder, "pg-b"))),
    ...["my-a", "my-b"].map((name) =>
      startMember(name, "mysql", "tcp", null, () => startMy(join(folder, name), say)),
    ),
  ];
  const members = await Promise.all(wanted);
  return members.filter((member) => member !== null);
}

function startPg(folder: string): Promise<RunningServer> {
  return startPostgres({ folder, fast: true, settings: postgresSettings });
}

function startMy(folder: string, say: (line: string) => void): Promise<RunningServer | null> {
  return startMariadbIfThere({ folder, fast: true, flags: mariadbFlags }, say);
}

async function startMember(
  name: string,
  engine: Member["engine"],
  transport: Member["transport"],
  disk: SmallDisk | null,
  start: () => Promise<RunningServer | null>,
): Promise<Member | null> {
  const first = await start();
  if (!first) return null;
  let server: RunningServer = first;
  let hasEnded = false;
  const watch = (running: RunningServer) => {
    running.ended.then(() => {
      if (running === server) hasEnded = true;
    });
  };
  watch(server);
  let slowMs = 0;
  const wait = () => (slowMs > 0 ? pause(slowMs) : undefined);
  const link = await startLink(server, wait, engine);
  const { host, user, password } = server;
  return {
    name,
    engine,
    transport,
    login: { host, port: link.port, user, password },
    link,
    disk,
    slow(ms) {
      slowMs = ms;
    },
    async revive() {
      if (!hasEnded) return false;
      await server.stop().catch(() => {});
      const next = await start();
      if (!next || next.port !== server.port) throw new Error(`${name} did not come back`);
      server = next;
      hasEnded = false;
      watch(server);
      return true;
    },
    catalog: () => (engine === "postgres" ? postgresCatalog(server) : mysqlCatalog(server)),
    async stop() {
      await link.stop();
      await server.stop();
      disk?.remove();
    },
  };
}

async function postgresCatalog({ host, port, user, password }: RunningServer): Promise<Catalog> {
  const rows = await postgresRows(
    `postgresql://${user}:${password}@${host}:${port}/postgres`,
    `SELECT 'database' AS kind, datname AS name FROM pg_database
       WHERE datname NOT IN ('postgres', 'template0', 'template1')
     UNION ALL SELECT 'login', rolname FROM pg_roles WHERE rolname ~ '^(u[0-9]+b?|q[0-9]+_ro)$'`,
  );
  return catalogOf(rows);
}

async function mysqlCatalog({ host, port, user, password }: RunningServer): Promise<Catalog> {
  const rows = await mysqlRows(
    `mysql://${user}:${password}@${host}:${port}/mysql`,
    `SELECT 'database' AS kind, schema_name AS name FROM information_schema.schemata
       WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'polypuma')
     UNION ALL SELECT 'login', user FROM mysql.user
       WHERE user REGEXP '^(u[0-9]+b?|q[0-9]+_ro)$'`,
  );
  return catalogOf(rows);
}

function catalogOf(rows: readonly Record<string, unknown>[]): Catalog {
  const of = (kind: string) =>
    rows.filter((row) => row.kind === kind).map((row) => String(row.name));
  return { databases: of("database"), logins: of("login") };
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import { admin } from "../support/api.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb, startOwnPostgres } from "../support/servers.ts";
import { sql } from "../support/sql.ts";
import { type Link, startLink } from "./link.ts";
import type { World } from "./world.ts";

/** Two servers of one engine, each behind a link that a test may cut. Nothing else works on them. */
export type Pair = { servers: [Breakable, Breakable]; stop(): Promise<void> };

type Breakable = {
  id: number;
  link: Link;
  /** Ends the server's process as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data, behind the same link. */
  start(): Promise<void>;
  /** The names of all customers' databases that stand there. */
  databases(): Promise<string[]>;
};

type Running = {
  host: string;
  port: number;
  user: string;
  password: string;
  pid: number;
  ended: Promise<string>;
  stop(): Promise<void>;
};

type PairEngine = {
  start(folder: string): Promise<Running>;
  databases(server: Running): Promise<string[]>;
};

const own = "('postgres', 'template0', 'template1', 'polypuma')";
const system = "('mysql', 'sys', 'information_schema', 'performance_schema', 'polypuma')";

const engines: Record<"postgres" | "mysql", PairEngine> = {
  postgres: {
    // What has been committed survives the process, though not the machine.
    start: (folder) => startOwnPostgres(folder, { synchronous_commit: "on" }),
    async databases({ host, port, user, password }) {
      const url = `postgresql://${user}:${password}@${host}:${port}/postgres`;
      const rows = await sql(
        url,
        `SELECT datname AS name FROM pg_database WHERE datname NOT IN ${own}`,
      );
      return rows.map((row) => String(row.name));
    },
  },
  mysql: {
    async start(folder) {
      const server = await startOwnMariadb(folder, ["--innodb-flush-log-at-trx-commit=2"]);
      if (!server) throw new Error("There is no MariaDB");
      return server;
    },
    async databases({ host, port, user, password }) {
      const url = `mysql://${user}:${password}@${host}:${port}/mysql`;
      const rows = await mysqlQuery(
        url,
        `SELECT schema_name AS name FROM information_schema.schemata
         WHERE schema_name NOT IN ${system}`,
      );
      return rows.map((row) => String(row.name));
    },
  },
};

/** Starts two servers and registers them in a region of their own. */
export async function startPair(
  world: World,
  engine: "postgres" | "mysql",
  region: string,
): Promise<Pair> {
  const folder = serverFolder("polypuma-pair-");
  const stops: (() => Promise<void>)[] = [];

  async function startOne(number: number): Promise<Breakable> {
    const { start, databases } = engines[engine];
    const home = join(folder, String(number));
    let server = await start(home);
    const link = await startLink({
      host: server.host,
      // It may be another one after a restart.
      get port() {
        return server.port;
      },
    });
    stops.push(async () => {
      await link.stop();
      await server.stop();
    });
    const made = await admin("POST", "/servers", {
      url: world.url,
      body: {
        ...{ name: `${region}-${number}`, engine, transport: "tcp", region, tls: false },
        ...{ host: server.host, port: link.port, max_databases: 1_000 },
        ...{ admin_user: server.user, admin_password: server.password },
      },
    });
    if (made.status !== 201) throw new Error(`Not registered: ${JSON.stringify(made.body)}`);
    return {
      id: made.body.data.id,
      link,
      async kill() {
        process.kill(server.pid, "SIGKILL");
        await server.ended;
        await server.stop();
      },
      async start() {
        server = await start(home);
      },
      databases: () => databases(server),
    };
  }

  const servers: [Breakable, Breakable] = [await startOne(1), await startOne(2)];
  return {
    servers,
    async stop() {
      for (const stop of stops) await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { inject } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import { type Link, type OnWireStatement, startLink } from "../faults/link.ts";
import { startWorld, type Watch, type World } from "../faults/world.ts";
import { mysqlQuery } from "./mysql.ts";
import { serverFolder } from "./server-folder.ts";
import { startOwnMariadb } from "./servers.ts";
import { sql } from "./sql.ts";
import { registerServer } from "./suite.ts";

/** A control plane of a test's own with a server of each engine that there is. */
export type TwoEngines = {
  world: World;
  mariadb: RunningMariadb | null;
  /** Between the Worker and MariaDB. */
  mysqlLink: Link | null;
  stop(): Promise<void>;
};

/** A customer's session that stays open. */
type OpenSession = {
  isOver: Promise<void>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
};

type Rows = Record<string, unknown>[];

/** What differs between the engines for a test of both. */
export type EngineCase = {
  engine: "postgres" | "mysql";
  query(url: string, text: string): Promise<Rows>;
  open(url: string): Promise<OpenSession>;
  /** Runs SQL on the server as its operator. */
  asOperator(of: TwoEngines, text: string): Promise<Rows>;
  /** What a login that has ended is told. */
  refused: RegExp;
  /** What one session too many is told. */
  tooMany: RegExp;
};

const hasMysql = inject("suite").mysql !== null;

export async function startTwoEngines(
  vars: Record<string, string> = {},
  watch: Watch = {},
): Promise<TwoEngines> {
  const folder = serverFolder("polypuma-two-engines-");
  const [world, mariadb] = await Promise.all([
    startWorld(vars, watch),
    startOwnMariadb(join(folder, "mariadb")),
  ]);
  const onStatement: OnWireStatement = (...told) => watch.onFleetStatement?.(...told);
  const mysqlLink = mariadb && (await startLink(mariadb, onStatement, "mysql"));
  if (mariadb && mysqlLink) {
    await registerServer(world.url, { ...mariadb, port: mysqlLink.port }, "mysql");
  }
  return {
    world,
    mariadb,
    mysqlLink,
    async stop() {
      await world.stop();
      await mysqlLink?.stop();
      await mariadb?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const postgres: EngineCase = {
  engine: "postgres",
  query: sql,
  async open(url) {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    const isOver = new Promise<void>((resolve) => client.once("end", () => resolve()));
    await client.connect();
    return { isOver, query: (text) => client.query(text), end: () => client.end() };
  },
  asOperator: ({ world }, text) => world.fleet(text),
  refused: /not permitted to log in|password authentication failed/,
  tooMany: /too many connections/,
};

const mysql: EngineCase = {
  engine: "mysql",
  query: mysqlQuery,
  async open(url) {
    const connection = await createConnection(url);
    const isOver = new Promise<void>((resolve) => connection.once("error", () => resolve()));
    return {
      isOver,
      query: (text) => connection.query(text),
      end: () => connection.end().catch(() => connection.destroy()),
    };
  },
  async asOperator({ mariadb }, text) {
    if (!mariadb) throw new Error("There is no MariaDB");
    const { host, port, user, password } = mariadb;
    return await mysqlQuery(`mysql://${user}:${password}@${host}:${port}/mysql`, text);
  },
  refused: /account is locked|Access denied/,
  tooMany: /max_user_connections/,
};

/** The engines that there are. */
export const engineCases: readonly EngineCase[] = hasMysql ? [postgres, mysql] : [postgres];

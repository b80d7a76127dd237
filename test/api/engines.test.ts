import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb } from "../support/servers.ts";
import { sql } from "../support/sql.ts";
import { registerServer } from "../support/suite.ts";

/**
 * A database's whole life, the same for every engine and every way to its server, on a control plane
 * with a pool of one.
 */
const destroyDelaySeconds = 900;

/** Two control planes and three servers, on a machine that may be busy. */
const startMs = 180_000;

/** A control plane for each way to PostgreSQL; the first one has the MySQL server as well. */
type Place = { world: World; tenant: Tenant };
let throughNeon: Place;
let overTcp: Place;
let mariadb: RunningMariadb | null;
const hasMysql = inject("suite").mysql !== null;
const folder = serverFolder("polypuma-engines-");

beforeAll(async () => {
  [throughNeon, overTcp, mariadb] = await Promise.all([
    startPlace("neon"),
    startPlace("tcp"),
    startOwnMariadb(join(folder, "mariadb")),
  ]);
  if (mariadb) await registerServer(throughNeon.world.url, mariadb, "mysql");
}, startMs);

async function startPlace(transport: "neon" | "tcp"): Promise<Place> {
  const vars = { POOL_TARGET: "1", DESTROY_DELAY_SECONDS: `${destroyDelaySeconds}` };
  const world = await startWorld(vars, {}, { transport });
  return { world, tenant: await newTenant({ url: world.url }) };
}

afterAll(async () => {
  await throughNeon.world.stop();
  await overTcp.world.stop();
  await mariadb?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A customer's session that stays open. */
type Session = { isOver: Promise<void>; end(): Promise<void> };

type EngineCase = {
  engine: "postgres" | "mysql";
  way: string;
  place(): Place;
  scheme: string;
  query(url: string, text: string): Promise<Record<string, unknown>[]>;
  open(url: string): Promise<Session>;
  /** What a deleted database's login is told, and one with too many sessions. */
  lockedOut: RegExp;
  tooMany: RegExp;
  /** What stands on the server under these names. */
  standing(login: string, database: string): Promise<unknown[]>;
};

const postgresCase: EngineCase = {
  engine: "postgres",
  way: "through Neon's proxy",
  place: () => throughNeon,
  scheme: "postgresql:",
  query: sql,
  async open(url) {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    const isOver = new Promise<void>((resolve) => client.once("end", () => resolve()));
    await client.connect();
    return { isOver, end: () => client.end() };
  },
  lockedOut: /not permitted to log in|not currently accepting/,
  tooMany: /too many connections for role/,
  standing: (login, database) => standingOn(throughNeon.world, login, database),
};

function standingOn(world: World, login: string, database: string) {
  return world.fleet(
    `SELECT rolname AS name FROM pg_roles WHERE rolname = $1
     UNION ALL SELECT datname FROM pg_database WHERE datname = $2`,
    [login, database],
  );
}

const cases: EngineCase[] = [
  postgresCase,
  {
    ...postgresCase,
    way: "over TCP",
    place: () => overTcp,
    standing: (login, database) => standingOn(overTcp.world, login, database),
  },
  {
    engine: "mysql",
    way: "over TCP",
    place: () => throughNeon,
    scheme: "mysql:",
    query: mysqlQuery,
    async open(url) {
      const connection = await createConnection(url);
      const isOver = new Promise<void>((resolve) => connection.once("error", () => resolve()));
      return { isOver, end: () => connection.end() };
    },
    lockedOut: /account is locked/,
    tooMany: /max_user_connections/,
    async standing(login, database) {
      if (!mariadb) throw new Error("There is no MariaDB");
      const { host, port, user, password } = mariadb;
      return await mysqlQuery(
        `mysql://${user}:${password}@${host}:${port}/mysql`,
        `SELECT user AS name FROM mysql.user WHERE user = '${login}'
         UNION ALL SELECT schema_name FROM information_schema.schemata
           WHERE schema_name = '${database}'
         UNION ALL SELECT db FROM mysql.db WHERE user = '${login}'
         UNION ALL SELECT mark FROM polypuma.tenants WHERE CONCAT('u', database_id) = '${login}'`,
      );
    },
  },
];

type Database = {
  uuid: string;
  host: string;
  port: number;
  db_type: string;
  db_name: string;
  db_username: string;
  db_password: string;
  connection_string: string;
};

async function create({ engine, place }: EngineCase): Promise<Database> {
  const { tenant } = place();
  const name = `app-${randomUUID().slice(0, 8)}`;
  const body = { name, db_type: engine };
  const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body.data).toMatchObject({ db_name: name, db_type: engine, status: "active" });
  return made.body.data;
}

async function poolIsFull({ engine, place }: EngineCase): Promise<void> {
  const { world } = place();
  await until(
    async () => {
      await world.sweep();
      return await world.store("SELECT 1 FROM databases WHERE engine = $1 AND status = 'pooled'", [
        engine,
      ]);
    },
    (rows) => rows.length > 0,
  );
}

async function isFromPool({ place }: EngineCase, { uuid }: Database): Promise<boolean> {
  const [row] = await place().world.store("SELECT pooled_at FROM databases WHERE uuid = $1", [
    uuid,
  ]);
  return row?.pooled_at !== null;
}

describe.for(cases)("a database of type $engine, reached $way", (each) => {
  const { engine, query, open } = each;
  let world: World;
  let tenant: Tenant;
  beforeAll(() => {
    ({ world, tenant } = each.place());
  });
  const engineTest = test.skipIf(engine === "mysql" && !hasMysql);

  engineTest("is offered", async () => {
    const { data } = (await tenant.call("GET", "/api/v1/database_types")).body;
    const type = data.find((found: { value: string }) => found.value === engine);
    expect(type).toMatchObject({ is_available: true, is_provisionable: true });
    expect(type.regions).toEqual([{ code: "local", label: "local", is_available: true }]);
  });

  engineTest("lives from its creation to its destruction, from the pool and without", async () => {
    await poolIsFull(each);
    // The pool has one, so one of the two is built while its customer waits.
    const both = await Promise.all([create(each), create(each)]);
    const fromPool = await Promise.all(both.map((made) => isFromPool(each, made)));
    expect(fromPool.sort()).toEqual([false, true]);
    await Promise.all(both.map((database) => live(database)));
    await world.moveClock((destroyDelaySeconds + 1) * 1_000);
    await world.settle();
    for (const { db_username: login, db_name: name } of both) {
      expect(await each.standing(login, name)).toEqual([]);
    }
    await poolIsFull(each);
    expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
  });

  async function live(database: Database): Promise<void> {
    await use(database);
    await rename(database);
    await limitSessions(database);
    await remove(database);
  }

  async function use(database: Database): Promise<void> {
    const { connection_string: url, uuid } = database;
    const parts = new URL(url);
    expect(parts.protocol).toBe(each.scheme);
    expect(parts.pathname).toBe(`/${database.db_name}`);
    expect([parts.username, parts.password]).toEqual([database.db_username, database.db_password]);
    await query(url, "CREATE TABLE notes (id int PRIMARY KEY, text varchar(200))");
    await query(url, "INSERT INTO notes VALUES (1, 'Grüße, 🐘 und 🐬')");
    await query(url, "CREATE VIEW short AS SELECT id FROM notes");
    expect(await query(url, "SELECT text FROM notes JOIN short ON short.id = notes.id")).toEqual([
      { text: "Grüße, 🐘 und 🐬" },
    ]);
    const read = await tenant.call("GET", `/api/v1/databases/${uuid}`);
    expect(read.body.data).toEqual(database);
  }

  async function rename({ uuid, connection_string: url }: Database): Promise<void> {
    const name = `new-${randomUUID().slice(0, 8)}`;
    const path = `/api/v1/databases/${uuid}`;
    const renamed = await tenant.call("PATCH", path, { body: { name } });
    expect(renamed.body.data.name).toBe(name);
    const read = await tenant.call("GET", path);
    expect(read.body.data.connection_string).toBe(url);
    expect(await query(url, "SELECT id FROM notes")).toEqual([{ id: 1 }]);
  }

  async function limitSessions({ uuid, connection_string: url }: Database): Promise<void> {
    await limit(uuid, 2);
    const sessions = [await open(url), await open(url)];
    await expect(open(url)).rejects.toThrow(each.tooMany);
    await limit(uuid, 3);
    sessions.push(await open(url));
    await expect(open(url)).rejects.toThrow(each.tooMany);
    for (const session of sessions) await session.end();
    await limit(uuid, null);
  }

  /** Sets the limit and waits until it holds, where that takes longer than the answer. */
  async function limit(uuid: string, sessions: number | null): Promise<void> {
    const path = `/api/v1/databases/${uuid}/quotas`;
    const limited = await tenant.call("PATCH", path, { body: { connection_hard_limit: sessions } });
    expect(limited.status).toBe(200);
    await world.settle();
  }

  async function remove(database: Database): Promise<void> {
    const { uuid, connection_string: url } = database;
    const session = await open(url);
    const deleted = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    expect(deleted.body.data).toMatchObject({ deleted: true, has_remote_resources: true });
    await session.isOver;
    await expect(query(url, "SELECT 1")).rejects.toThrow(each.lockedOut);
    expect(await each.standing(database.db_username, database.db_name)).not.toEqual([]);
  }

  engineTest("gets a suffix where the server has one of that name, and not its data", async () => {
    const name = `twin-${randomUUID().slice(0, 8)}`;
    const other = await newTenant({ url: world.url });
    const [first, second] = [
      await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", {
        body: { name, db_type: engine },
      }),
      await other.call("POST", "/api/v1/databases?wait=true&timeout=120", {
        body: { name, db_type: engine },
      }),
    ].map((answer) => answer.body.data);
    expect(first.db_name).toBe(name);
    expect(second.db_name).toMatch(new RegExp(`^${name}-\\w{6}$`));
    await query(first.connection_string, "CREATE TABLE mine (id int)");
    await expect(query(second.connection_string, "SELECT * FROM mine")).rejects.toThrow(
      /does not exist|doesn't exist/,
    );
  });

  engineTest.each(["mysql", "postgres", "test", "sys"])("may be called %s", async (name) => {
    const body = { name, db_type: engine };
    const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
    expect(made.body.data.db_name).toMatch(new RegExp(`^${name}-\\w{6}$`));
    await query(made.body.data.connection_string, "CREATE TABLE mine (id int)");
    await tenant.call("DELETE", `/api/v1/databases/${made.body.data.uuid}`);
  });

  engineTest("lets its one session in right after the login check", async () => {
    for (let round = 0; round < 5; round++) {
      const body = { name: `one-${round}`, db_type: engine, connection_hard_limit: 1 };
      const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
      const url = made.body.data.connection_string;
      const session = await open(url);
      await expect(open(url)).rejects.toThrow(each.tooMany);
      await session.end();
      await tenant.call("DELETE", `/api/v1/databases/${made.body.data.uuid}`);
    }
  });
});

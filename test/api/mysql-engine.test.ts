import { rmSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import type { Engine, FleetServer, Tenant, TenantWork } from "../../src/fleet/fleet.ts";
import { mysqlEngine } from "../../src/fleet/mysql/engine.ts";
import { mysqlScripts } from "../../src/fleet/mysql/scripts.ts";
import { type MysqlConnect, mysqlConnect } from "../../src/fleet/mysql/session.ts";
import { mysqlTenantSql } from "../../src/fleet/mysql/tenant-sql.ts";
import { dialFromNode, mysqlQuery } from "../support/mysql.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb } from "../support/servers.ts";

/** The MySQL adapter against a server of its own, which no control plane works on. */
const hasMysql = inject("suite").mysql !== null;
const engineTest = test.skipIf(!hasMysql);
const folder = serverFolder("polypuma-mysql-");

let mariadb: RunningMariadb | null = null;
let server: FleetServer;
let tenant: Tenant;
let tenants = 0;

/** The adapter's own sessions, each statement of which a test may see and stop. */
let onStatement: (text: string) => void = () => {};
const realConnect = mysqlConnect(dialFromNode);
const connect: MysqlConnect = async (target) => {
  const session = await realConnect(target);
  return {
    async query(text) {
      onStatement(text);
      return await session.query(text);
    },
    each: (text, take) => session.each(text, take),
    close: () => session.close(),
  };
};
const engine: Engine = mysqlEngine(connect);

beforeAll(async () => {
  if (!hasMysql) return;
  mariadb = await startOwnMariadb(join(folder, "server"));
  if (!mariadb) return;
  const { host, port, user: adminUser, password: adminPassword } = mariadb;
  server = {
    name: "own",
    engine: "mysql",
    transport: "tcp",
    host,
    port,
    tls: false,
    adminUser,
    adminPassword,
  };
  await engine.prepareServer(server);
});

afterAll(async () => {
  await mariadb?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  tenants += 1;
  tenant = {
    databaseId: tenants,
    uuid: `00000000-0000-4000-8000-${String(tenants).padStart(12, "0")}`,
    dbName: `app-${tenants}`,
    login: `u${tenants}`,
    password: `Secret${tenants}`,
    connectionLimit: 3,
    advertisedHost: "127.0.0.1",
  };
  onStatement = () => {};
});

function adminUrl(database = "mysql"): string {
  const { host, port, adminUser, adminPassword } = server;
  return `mysql://${adminUser}:${adminPassword}@${host}:${port}/${database}`;
}

async function asAdmin(text: string) {
  return await mysqlQuery(adminUrl(), text);
}

function customerUrl(database = tenant.dbName): string {
  return `mysql://u${tenant.databaseId}:${tenant.password}@${server.host}:${server.port}/${database}`;
}

async function withWork(use: (work: TenantWork) => Promise<void>): Promise<void> {
  const work = engine.workOn(server, tenant);
  try {
    await use(work);
  } finally {
    await work.close();
  }
}

type Steps = ((work: TenantWork) => Promise<void>)[];

const cold: Steps = [
  (work) => work.createLogin(),
  (work) => work.createDatabase(),
  (work) => work.nameDatabase(),
  (work) => work.secure("customer"),
  (work) => work.checkLogin("customer"),
];
const pooled: Steps = [
  (work) => work.createLogin(),
  (work) => work.createDatabase(),
  (work) => work.secure("working"),
  (work) => work.checkLogin("working"),
];
const claim: Steps = [(work) => work.adopt(), (work) => work.checkLogin("customer")];
const end: Steps = [(work) => work.lockOut(), (work) => work.destroy()];

async function run(...sagas: Steps[]): Promise<void> {
  await withWork(async (work) => {
    for (const step of sagas.flat()) await step(work);
  });
}

async function remains(): Promise<unknown[]> {
  const all = (await engine.readCatalog(server)).remains;
  return all.filter((each) => each.databaseId === tenant.databaseId);
}

function twice(steps: Steps): Steps {
  return steps.flatMap((step) => [step, step]);
}

describe("every step may run again", () => {
  engineTest.each([
    ["a cold creation", [cold]],
    ["a pooled one and its claim", [pooled, claim]],
  ])("after %s", async (_, sagas) => {
    await run(...sagas.map(twice), sagas.flat());
    await mysqlQuery(customerUrl(), "CREATE TABLE kept (id int)");
    await run(...sagas.map(twice));
    expect(await mysqlQuery(customerUrl(), "SHOW TABLES")).toHaveLength(1);
    await run(twice(end), end);
    expect(await remains()).toEqual([]);
  });

  engineTest("and what was never begun is destroyed without harm", async () => {
    await asAdmin(`CREATE DATABASE \`${tenant.dbName}\``);
    await asAdmin(`CREATE USER 'u${tenant.databaseId}'@'%' IDENTIFIED BY 'x'`);
    await run(end);
    expect(await asAdmin(`SHOW DATABASES LIKE '${tenant.dbName}'`)).toHaveLength(1);
    expect(await asAdmin(`SHOW GRANTS FOR 'u${tenant.databaseId}'@'%'`)).toHaveLength(1);
  });
});

/** Runs a saga again and again, cut off one statement later each time, until it goes through. */
async function surviveEveryCut(steps: Steps): Promise<number> {
  for (let cuts = 0; ; cuts++) {
    let left = cuts;
    let statements: string[] = [];
    // A text of several statements is cut after each of them.
    onStatement = (text) => {
      statements = text.split(";\n");
      if (left < statements.length) throw new Error("cut");
      left -= statements.length;
    };
    const error = await run(steps).catch((caught: unknown) => caught);
    onStatement = () => {};
    if (error === undefined) return cuts;
    if (!(error instanceof Error && error.message === "cut")) throw error;
    const begun = statements.slice(0, left).join(";\n");
    if (begun !== "") await runAsAdapter(begun);
    await run(steps);
    await expectWhole();
  }
}

/** The part of a text that the server still ran when the one who sent it died. */
async function runAsAdapter(text: string): Promise<void> {
  const { host, port, adminUser: user, adminPassword: password } = server;
  const target = { host, port, tls: false, user, password, database: null };
  const session = await realConnect({ ...target, statementTimeoutMs: 5_000 });
  await session.query(text);
  await session.close();
}

async function expectWhole(): Promise<void> {
  const { databaseId } = tenant;
  expect(await mysqlQuery(customerUrl(), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(await remains()).toEqual([
    { kind: "login", name: `u${databaseId}`, databaseId, isMarked: true },
    { kind: "database", name: tenant.dbName, databaseId, isMarked: true },
  ]);
  await run(end);
  expect(await remains()).toEqual([]);
}

describe("a runner that dies between two statements leaves nothing that its successor cannot finish", () => {
  engineTest("in a cold creation", async () => {
    expect(await surviveEveryCut(cold)).toBeGreaterThan(10);
    await run(end);
  });

  engineTest("in a pooled one and its claim", async () => {
    expect(await surviveEveryCut([...pooled, ...claim])).toBeGreaterThan(10);
    await run(end);
  });

  engineTest("in the end of a database", async () => {
    for (let cuts = 0, isThrough = false; !isThrough; cuts++) {
      await run(cold);
      await mysqlQuery(customerUrl(), "CREATE TABLE full (id int)");
      let left = cuts;
      onStatement = () => {
        if (left === 0) throw new Error("cut");
        left -= 1;
      };
      isThrough = await run(end).then(
        () => true,
        () => false,
      );
      onStatement = () => {};
      await run(end);
      expect(await remains()).toEqual([]);
      expect(await asAdmin(`SHOW DATABASES LIKE '${tenant.dbName}'`)).toEqual([]);
    }
  });

  engineTest("and one that hangs is ended by it", async () => {
    await run(cold);
    const hanging = engine.workOn(server, tenant);
    await hanging.setConnectionLimit();
    await run(end);
    await expect(hanging.setConnectionLimit()).rejects.toMatchObject({
      code: "server_unreachable",
    });
    await hanging.close();
  });
});

describe("what is not ours is neither taken nor changed", () => {
  engineTest("a login of the same name", async () => {
    await asAdmin(`CREATE USER 'u${tenant.databaseId}'@'%' IDENTIFIED BY 'theirs'`);
    await expect(run(cold)).rejects.toThrow("belongs to something else");
    await run(end);
    const url = customerUrl("information_schema").replace(tenant.password, "theirs");
    expect(await mysqlQuery(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  engineTest.each([
    ["with a table in it", "CREATE TABLE %.theirs (id int)"],
    ["with nothing in it", "DO 1"],
  ])("a database of the same name %s", async (_, statement) => {
    await asAdmin(`CREATE DATABASE \`${tenant.dbName}\``);
    await asAdmin(statement.replace("%", `\`${tenant.dbName}\``));
    await expect(run(cold)).rejects.toThrow("belongs to something else");
    await run(end);
    expect(await asAdmin(`SHOW DATABASES LIKE '${tenant.dbName}'`)).toHaveLength(1);
  });

  engineTest("a tenant of the same number of another control plane", async () => {
    await run(cold);
    const theirs = tenant;
    tenant = { ...theirs, uuid: "another", dbName: "another", password: "another" };
    for (const steps of [cold, claim, end]) {
      await expect(run(steps)).rejects.toThrow("another operator's");
    }
    tenant = theirs;
    await expectWhole();
  });
});

engineTest("a locked-out customer's sessions end, and none comes back", async () => {
  await run(cold);
  const session = await createConnection(customerUrl());
  session.on("error", () => {});
  const sleeping = session.query("SELECT SLEEP(30)").catch((error: unknown) => error);
  await run([(work) => work.lockOut()]);
  expect(await sleeping).toMatchObject({ code: expect.any(String) });
  await expect(createConnection(customerUrl())).rejects.toMatchObject({ errno: 4151 });
  await run(end);
});

engineTest(
  "a prepared transaction that a customer left behind does not save its database",
  async () => {
    await run(cold);
    await mysqlQuery(customerUrl(), "CREATE TABLE held (id int PRIMARY KEY)");
    const session = await createConnection(customerUrl());
    const name = "X'61273b', X'00ff', 7";
    for (const statement of [
      `XA START ${name}`,
      "INSERT INTO held VALUES (1)",
      `XA END ${name}`,
      `XA PREPARE ${name}`,
    ]) {
      await session.query(statement);
    }
    session.destroy();
    await run(end);
    expect(await asAdmin("XA RECOVER")).toEqual([]);
    expect(await asAdmin(`SHOW DATABASES LIKE '${tenant.dbName}'`)).toEqual([]);
  },
);

engineTest("a customer who holds many named locks stops no work of the operator's", async () => {
  await run(cold);
  const session = await createConnection(customerUrl());
  const seen: string[] = [];
  onStatement = (text) => void seen.push(text);
  await run([(work) => work.setConnectionLimit()]);
  const [, name] = /GET_LOCK\('(\w+)'/.exec(seen.join()) ?? [];
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  // Even one who knew the name would only lose the session.
  const [taken] = await session.query(`SELECT GET_LOCK('${name}', 60) AS taken`);
  expect(taken).toEqual([{ taken: 1 }]);
  session.on("error", () => {});
  await run([(work) => work.setConnectionLimit()]);
  await expect(session.query("SELECT 1")).rejects.toThrow();
  await run(end);
});

engineTest("a database that its customer dropped and made again is still theirs", async () => {
  await run(cold);
  await mysqlQuery(customerUrl(), `DROP DATABASE \`${tenant.dbName}\``);
  expect(await remains()).toEqual([expect.objectContaining({ kind: "login" })]);
  await mysqlQuery(customerUrl(""), `CREATE DATABASE \`${tenant.dbName}\``);
  await mysqlQuery(customerUrl(), "CREATE TABLE again (id int)");
  await expectWhole();
});

describe("a script that was cut off", () => {
  const scripts = mysqlScripts(connect);
  const settle = (isForCreation: boolean) =>
    scripts.settle(server, tenant, "1", { isRehearsal: false, isForCreation });

  engineTest("while its database was being created leaves it empty, for another try", async () => {
    await run(cold);
    await mysqlQuery(customerUrl(), "CREATE TABLE half (id int)");
    const left = await createConnection(customerUrl());
    left.on("error", () => {});
    const isCutOff = expect(left.query("SELECT SLEEP(30)")).rejects.toThrow();
    expect(await settle(true)).toBe("undone");
    await isCutOff;
    expect(await mysqlQuery(customerUrl(), "SHOW TABLES")).toEqual([]);
    await mysqlQuery(customerUrl(), "CREATE TABLE half (id int)");
    await expectWhole();
  });

  engineTest("on a database that is in use leaves all of it as it is", async () => {
    await run(cold);
    await mysqlQuery(customerUrl(), "CREATE TABLE half (id int)");
    expect(await settle(false)).toBe("unknown");
    expect(await mysqlQuery(customerUrl(), "SHOW TABLES")).toHaveLength(1);
  });
});

engineTest("no statement holds a password", async () => {
  const seen: string[] = [];
  onStatement = (text) => void seen.push(text);
  await run(cold, end);
  expect(seen.join()).toContain("IDENTIFIED BY PASSWORD '*");
  expect(seen.join()).not.toContain(tenant.password);
});

engineTest("a refused statement is told without its text", async () => {
  tenant = { ...tenant, advertisedHost: "127.0.0.1", password: "Wrong" };
  const failing = realConnect({
    ...{ host: server.host, port: server.port, tls: false, database: null },
    ...{ user: server.adminUser, password: server.adminPassword, statementTimeoutMs: 1_000 },
  });
  const session = await failing;
  const error = await session.query("SELEC 'a secret'").catch((caught: Error) => caught);
  expect(error).toMatchObject({ code: "42000", errno: 1064 });
  expect(JSON.stringify(error) + String(error)).not.toContain("secret");
  await expect(session.query("SELECT SLEEP(5)")).rejects.toMatchObject({
    code: "server_unreachable",
  });
  await session.close();
});

engineTest("a server that is not there is unreachable, one that refuses says so", async () => {
  const nobody = { ...server, port: 9 };
  await expect(engine.readCatalog(nobody)).rejects.toMatchObject({ code: "server_unreachable" });
  const stranger = { ...server, adminPassword: "wrong" };
  await expect(engine.readCatalog(stranger)).rejects.toMatchObject({ code: "28000" });
});

engineTest(
  "a stock server is closed to strangers when it is registered, as often as one likes",
  async () => {
    await asAdmin("CREATE DATABASE test");
    await asAdmin("INSERT INTO mysql.global_priv (host, user) VALUES ('localhost', ''), ('%', '')");
    const columns = "Host, Db, User, Select_priv, Insert_priv, Create_priv, Drop_priv";
    for (const name of ["test", "test\\\\_%"]) {
      for (const user of ["", "PUBLIC"]) {
        await asAdmin(
          `INSERT INTO mysql.db (${columns}) VALUES ('%', '${name}', '${user}', 'Y', 'Y', 'Y', 'Y')`,
        );
      }
    }
    await asAdmin("FLUSH PRIVILEGES");
    await run(cold);
    // So much for the test: it is as open as a stock server.
    await mysqlQuery(customerUrl("test"), "CREATE TABLE anyone (id int)");
    await mysqlQuery(customerUrl("test"), "DROP TABLE anyone");
    await mysqlQuery(`mysql://nobody@${server.host}:${server.port}/test`, "SELECT 1");

    await engine.prepareServer(server);
    await engine.prepareServer(server);
    await expect(mysqlQuery(customerUrl("test"), "SELECT 1")).rejects.toThrow(/denied/);
    const nobody = mysqlQuery(`mysql://nobody@${server.host}:${server.port}/`, "SELECT 1");
    await expect(nobody).rejects.toThrow(/denied/);
    const own = mysqlQuery(customerUrl(), "CREATE DATABASE test_mine");
    await expect(own).rejects.toThrow(/denied/);
    expect(await asAdmin("SHOW DATABASES LIKE 'test'")).toEqual([]);
    await expectWhole();
  },
);

test("MySQL 8 gets its own way of passwords, and both the same rights", () => {
  const login = {
    name: "s",
    engine: "mysql",
    transport: "tcp",
    host: "h",
    port: 1,
    tls: true,
  } as const;
  const sql = mysqlTenantSql(
    { ...login, adminUser: "a", adminPassword: "b" },
    { ...tenant, databaseId: 7, login: "u7", password: "pw", dbName: "a_b%c" },
  );
  expect(sql.putLogin("mysql")).toEqual([
    "CREATE USER IF NOT EXISTS 'u7'@'%' IDENTIFIED WITH caching_sha2_password BY 'pw' WITH MAX_USER_CONNECTIONS 3",
    "ALTER USER 'u7'@'%' IDENTIFIED WITH caching_sha2_password BY 'pw' WITH MAX_USER_CONNECTIONS 3 ACCOUNT UNLOCK",
  ]);
  // SELECT PASSWORD('pw')
  expect(sql.putLogin("mariadb")[0]).toContain(
    "IDENTIFIED BY PASSWORD '*D821809F681A40A6E379B50D0463EFAE20BDD122' WITH",
  );
  expect(sql.grant).toMatch(/ON `a\\_b\\%c`\.\* TO 'u7'@'%'$/);
});

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { newDatabase, newTenant, type Tenant, until } from "../support/api.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { quotaCases } from "../support/quota-cases.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb } from "../support/servers.ts";
import { registerServer } from "../support/suite.ts";
import { startLink } from "./link.ts";
import { startWorld, type World } from "./world.ts";

/** A crash at any statement that stops or lets through writes on MySQL is made good by the sweep. */
const hasMysql = inject("suite").mysql !== null;
const mysqlCase = test.skipIf(!hasMysql);
const grow = quotaCases.find(({ engine }) => engine === "mysql")?.grow ?? "";
const folder = serverFolder("polypuma-storage-limit-");

let world: World;
let tenant: Tenant;
let stop = async () => {};
let killBefore: RegExp | null = null;

beforeAll(async () => {
  world = await startWorld({ STORAGE_CHECK_SECONDS: "0" });
  tenant = await newTenant({ url: world.url });
  if (!hasMysql) return;
  const mariadb = await startOwnMariadb(join(folder, "mariadb"));
  if (!mariadb) return;
  const onStatement = (text: string) => {
    if (!killBefore?.test(text)) return;
    killBefore = null;
    world.kill();
    throw new Error("The one who asked is dead");
  };
  const link = await startLink(mariadb, onStatement, "mysql");
  stop = async () => {
    await link.stop();
    await mariadb.stop();
  };
  const { host, user, password } = mariadb;
  await registerServer(world.url, { host, user, password, port: link.port }, "mysql");
}, 180_000);

afterAll(async () => {
  await world.stop();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const here = () => ({ url: world.url });

async function filled() {
  const call: Tenant["call"] = (method, path, more) =>
    tenant.call(method, path, { ...more, ...here() });
  const made = await newDatabase(
    { ...tenant, call },
    {
      db_type: "mysql",
      storage_hard_limit_gb: 0.01,
    },
  );
  await mysqlQuery(
    made.connection_string,
    "CREATE TABLE filled (id int AUTO_INCREMENT PRIMARY KEY, filler varchar(2000))",
  );
  for (let megabyte = 0; megabyte < 14; megabyte++) {
    await mysqlQuery(made.connection_string, grow);
  }
  return made;
}

async function crashAt(statement: string, begin: () => Promise<unknown>): Promise<void> {
  killBefore = new RegExp(statement);
  await begin().catch(() => {});
  await until(
    async () => killBefore,
    (left) => left === null,
  );
  await world.restart(60_000);
  await world.settle();
}

mysqlCase.each(["REVOKE INSERT", "SHOW GLOBAL STATUS", "KILL CONNECTION"])(
  "a crash before %s: writes are refused in the end, in open sessions too",
  async (statement) => {
    const database = await filled();
    const session = await quotaCases[1]?.open(database.connection_string);
    await world.moveClock(1_000);
    await crashAt(statement, () => world.sweep());
    await expect(mysqlQuery(database.connection_string, grow)).rejects.toThrow(/denied/);
    await expect(session?.run(grow)).rejects.toThrow();
    await session?.end();
  },
);

mysqlCase("a crash before GRANT: writes are let through in the end", async () => {
  const database = await filled();
  await world.moveClock(1_000);
  await world.settle();
  await expect(mysqlQuery(database.connection_string, grow)).rejects.toThrow(/denied/);
  await crashAt("GRANT SELECT", () =>
    tenant.call("PATCH", `/api/v1/databases/${database.uuid}/quotas`, {
      ...here(),
      body: { storage_hard_limit_gb: 1 },
    }),
  );
  await mysqlQuery(database.connection_string, grow);
});

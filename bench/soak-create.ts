import { rmSync } from "node:fs";
import { join } from "node:path";
import { withMysql } from "../dev/database-session.ts";
import { startMariadbIfThere } from "../dev/mariadb.ts";
import type { ServerLogin } from "../dev/server.ts";
import { buildWorker } from "../test/support/build.ts";
import { serverFolder } from "../test/support/server-folder.ts";
import { logIn } from "./create-rounds.ts";
import { poolReady } from "./pool.ts";
import { type Rig, withRig } from "./rig.ts";
import { quantile, type Row, withBar } from "./rows.ts";
import { asOperator, furnish, newTenant, registerServer, sweep, type Tenant } from "./tenant.ts";

/**
 * Many creates on both engines, several at once, each logged into with the official client the
 * moment it is answered: a first login that fails is a broken promise. Then MySQL's times from the
 * call to the login, from the pool and without one.
 */
const suite = "soak-create";
const createsOfEach = 200;
const togetherCount = 4;
const poolTarget = 3;
const pooledCount = 40;
const coldCount = 20;
const mysqlP95AtMostMs = 300;

type Engine = "postgres" | "mysql";

async function logInTo(engine: Engine, url: string): Promise<void> {
  if (engine === "postgres") await logIn(url);
  else await withMysql(url, (connection) => connection.query("SELECT 1"));
}

/** Creates a database; milliseconds to a login, or why it failed. */
async function createOne(tenant: Tenant, engine: Engine, name: string): Promise<number | string> {
  const startedAt = performance.now();
  const path = "/api/v1/databases?wait=true&timeout=120";
  const { status, body } = await tenant.send("POST", path, { name, db_type: engine });
  if (status !== 201) return `${name}: ${status}`;
  try {
    await logInTo(engine, body.data.connection_string);
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : error}`;
  }
  return performance.now() - startedAt;
}

async function soak(tenant: Tenant, engine: Engine): Promise<Row[]> {
  const outcomes: (number | string)[] = [];
  let next = 0;
  async function lane(): Promise<void> {
    while (next < createsOfEach) {
      outcomes.push(await createOne(tenant, engine, `soak-${engine}-${next++}`));
    }
  }
  await Promise.all(Array.from({ length: togetherCount }, lane));
  const failed = outcomes.filter((each) => typeof each === "string");
  for (const reason of failed.slice(0, 5)) console.error(reason);
  const times = outcomes.filter((each) => typeof each === "number");
  const name = `${createsOfEach} creates on ${engine}, ${togetherCount} at once`;
  const head = { suite, name: `${name}: failed first logins`, value: failed.length, unit: "" };
  return [
    withBar(head, { of: "value", atMost: 0 }),
    { suite, name: `${name}: p50 to login`, value: quantile(times, 0.5), unit: "ms" },
    { suite, name: `${name}: p95 to login`, value: quantile(times, 0.95), unit: "ms" },
  ];
}

async function timesOf(
  tenant: Tenant,
  label: string,
  count: number,
  before: () => Promise<void>,
): Promise<Row[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    await before();
    const time = await createOne(tenant, "mysql", `${label}-${index}`);
    if (typeof time === "string") throw new Error(time);
    times.push(time);
  }
  const head = { suite, unit: "ms" };
  const p95 = {
    ...head,
    name: `${label} create to login on mysql, p95`,
    value: quantile(times, 0.95),
  };
  return [
    { ...head, name: `${label} create to login on mysql, p50`, value: quantile(times, 0.5) },
    withBar(p95, { of: "value", atMost: mysqlP95AtMostMs }),
  ];
}

async function measure(rig: Rig, mariadb: ServerLogin | null): Promise<Row[]> {
  const script = await buildWorker("src/index.ts", "bench-soak");
  const pools = { POOL_TARGET: `${poolTarget}`, POOL_MAX: `${poolTarget}` };
  const pooled = await rig.start(script, pools);
  const tenant = await furnish(rig, pooled.url);
  const rows = await soak(tenant, "postgres");
  if (!mariadb) return rows;
  await registerServer(pooled.url, "mysql", mariadb);
  rows.push(...(await soak(tenant, "mysql")));
  // One pool, so that its filling can be waited for.
  await asOperator(pooled.url, "POST", "/servers/1/drain");
  await rig.storeSql("DELETE FROM pool_claims");
  await rig.storeSql(
    "UPDATE databases SET status = 'deleted' WHERE status = 'pooled' AND engine = 'postgres'",
  );
  const full = async () => {
    await sweep(pooled.url);
    await poolReady(rig, poolTarget);
  };
  rows.push(...(await timesOf(tenant, "pooled", pooledCount, full)));
  const cold = await rig.start(script, { POOL_TARGET: "0" });
  await rig.storeSql("UPDATE databases SET status = 'deleted' WHERE status = 'pooled'");
  const other = await newTenant(cold.url);
  rows.push(...(await timesOf(other, "cold", coldCount, async () => {})));
  return rows;
}

export async function run(): Promise<Row[]> {
  const folder = serverFolder("polypuma-bench-");
  const mariadb = await startMariadbIfThere({ folder: join(folder, "mariadb") }, console.warn);
  try {
    return await withRig((rig) => measure(rig, mariadb));
  } finally {
    await mariadb?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

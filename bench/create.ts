import { Client } from "pg";
import { buildWorker } from "../test/support/build.ts";
import { type PlainServer, plainServer } from "./plain.ts";
import { poolReady, sweep } from "./pool.ts";
import { furnish, newTenant, type Rig, type Tenant, withRig } from "./rig.ts";
import { comparedRow, quantile, type Row, withBar } from "./rows.ts";

/**
 * From the call that creates a database to a login with what it answered, on a PostgreSQL that
 * waits for the disk. The floor is the same steps by a plain client on the same server, in turns
 * with ours. Nothing else is being built while one is timed.
 */
const suite = "create";
const pooledCount = 40;
const coldCount = 20;
const poolTarget = 3;
const pooledP95AtMostMs = 300;
const coldP95AtMostMs = 1_000;

type Pair = { ours: number; floor: number };

async function logIn(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
}

/** Creates through the API and logs in. */
export async function createAndLogIn(
  tenant: Tenant,
  name: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const { status, body } = await tenant.send("POST", "/api/v1/databases?wait=true", {
    name,
    ...fields,
  });
  const { connection_string: connectionString } = body.data as { connection_string: string };
  if (status !== 201) throw new Error(`${name} was not ready: ${JSON.stringify(body)}`);
  await logIn(connectionString);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Runs both sides in turns, the first one of a pair changing each time. */
export async function pairs(
  count: number,
  ours: (index: number) => Promise<number>,
  floor: (index: number) => Promise<number>,
): Promise<Pair[]> {
  const found: Pair[] = [];
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) found.push({ ours: await ours(index), floor: await floor(index) });
    else {
      const first = await floor(index);
      found.push({ ours: await ours(index), floor: first });
    }
  }
  return found;
}

export function rowsOf(
  suite: string,
  name: string,
  found: readonly Pair[],
  p95AtMostMs: number,
): Row[] {
  const ours = found.map((pair) => pair.ours);
  const [p95, floorP95] = [ours, found.map((pair) => pair.floor)].map((v) => quantile(v, 0.95));
  if (p95 === undefined || floorP95 === undefined) throw new Error("Nothing was measured");
  const tail = { suite, name: `${name}, p95 of ${found.length}`, value: p95, unit: "ms" };
  return [
    comparedRow({ suite, name: `${name}, p50 of ${found.length}`, unit: "ms" }, found),
    withBar(
      { ...tail, floor: floorP95, ratio: p95 / floorP95 },
      { of: "value", atMost: p95AtMostMs },
    ),
  ];
}

async function measureCold(rig: Rig, script: string, plain: PlainServer): Promise<Row[]> {
  const { url } = await rig.start(script);
  const tenant = await furnish(rig, url);
  await createAndLogIn(tenant, "warm-up");
  const found = await pairs(
    coldCount,
    (index) => timed(() => createAndLogIn(tenant, `cold-${index}`)),
    (index) =>
      timed(async () => {
        const built = await plain.build(`plain_cold_${index}`);
        await logIn(await plain.adopt(built, `plain-cold-${index}`));
      }),
  );
  return rowsOf(suite, "cold create to login", found, coldP95AtMostMs);
}

async function measurePooled(rig: Rig, script: string, plain: PlainServer): Promise<Row[]> {
  const { url } = await rig.start(script, {
    POOL_TARGET: String(poolTarget),
    POOL_MAX: String(poolTarget),
  });
  const tenant = await newTenant(url);
  await sweep(url);
  await poolReady(rig, poolTarget);
  await createAndLogIn(tenant, "pooled-warm-up");
  const found = await pairs(
    pooledCount,
    async (index) => {
      await poolReady(rig, poolTarget);
      return await timed(() => createAndLogIn(tenant, `pooled-${index}`));
    },
    async (index) => {
      const built = await plain.build(`plain_pooled_${index}`);
      await poolReady(rig, poolTarget);
      return await timed(async () => logIn(await plain.adopt(built, `plain-pooled-${index}`)));
    },
  );
  return rowsOf(suite, "pooled create to login", found, pooledP95AtMostMs);
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-product");
    const plain = plainServer(rig.postgres);
    // Cold first: a Worker that refills would leave it a pool to claim from.
    const cold = await measureCold(rig, script, plain);
    return [...(await measurePooled(rig, script, plain)), ...cold];
  });
}

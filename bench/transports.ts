import { buildWorker } from "../test/support/build.ts";
import { createAndLogIn, pairs, rowsOf, timed } from "./create-rounds.ts";
import { poolReady } from "./pool.ts";
import { type Rig, withRig } from "./rig.ts";
import type { Row } from "./rows.ts";
import { newTenant, registerServer, sweep, type Tenant } from "./tenant.ts";

/**
 * Create to login on PostgreSQL reached over TCP. The floor is the same on the same server through
 * Neon's proxy, in turns: the server stands under two names in two regions.
 */
const suite = "transports";
const pooledCount = 30;
const coldCount = 20;
const poolTarget = 2;
const pooledP95AtMostMs = 300;
const coldP95AtMostMs = 1_000;
const ways = ["tcp", "neon"] as const;

async function furnish(rig: Rig, url: string): Promise<Tenant> {
  for (const way of ways) {
    const fields = { name: way, region: way, transport: way };
    await registerServer(url, "postgres", rig.postgres, fields);
  }
  return await newTenant(url);
}

function timedOn(tenant: Tenant, region: string, name: string): Promise<number> {
  return timed(() => createAndLogIn(tenant, `${name}-${region}`, { region }));
}

async function measureCold(rig: Rig, script: string): Promise<Row[]> {
  const { url } = await rig.start(script);
  const tenant = await furnish(rig, url);
  for (const way of ways) await timedOn(tenant, way, "warm-up");
  const found = await pairs(
    coldCount,
    (index) => timedOn(tenant, "tcp", `cold-${index}`),
    (index) => timedOn(tenant, "neon", `cold-${index}`),
  );
  return rowsOf(suite, "cold, over TCP beside Neon's proxy", found, coldP95AtMostMs);
}

async function measurePooled(rig: Rig, script: string): Promise<Row[]> {
  const target = String(poolTarget);
  const { url } = await rig.start(script, { POOL_TARGET: target, POOL_MAX: target });
  const tenant = await newTenant(url);
  // A refill begins no more than one pool's worth.
  for (const [index] of ways.entries()) {
    await sweep(url);
    await poolReady(rig, poolTarget * (index + 1));
  }
  const full = () => poolReady(rig, poolTarget * ways.length);
  for (const way of ways) await timedOn(tenant, way, "pooled-warm-up");
  async function one(region: string, index: number): Promise<number> {
    await full();
    return await timedOn(tenant, region, `pooled-${index}`);
  }
  const found = await pairs(
    pooledCount,
    (index) => one("tcp", index),
    (index) => one("neon", index),
  );
  return rowsOf(suite, "pooled, over TCP beside Neon's proxy", found, pooledP95AtMostMs);
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-product");
    const cold = await measureCold(rig, script);
    return [...(await measurePooled(rig, script)), ...cold];
  });
}

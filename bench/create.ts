import { buildWorker } from "../test/support/build.ts";
import { createAndLogIn, logIn, pairs, rowsOf, timed } from "./create-rounds.ts";
import { type PlainServer, plainServer } from "./plain.ts";
import { poolReady } from "./pool.ts";
import { type Rig, withRig } from "./rig.ts";
import type { Row } from "./rows.ts";
import { furnish, newTenant, sweep } from "./tenant.ts";

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

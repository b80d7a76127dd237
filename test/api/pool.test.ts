import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";

/** How full the pool is kept: by what is asked for, between a floor and a ceiling. */
const floor = 1;
const ceiling = 4;
const buildsPerServer = 2;

let world: World;
let tenant: Tenant;
/** While set, no login is made on the fleet server: whatever is built waits. */
let halt: Promise<void> | null = null;

beforeAll(async () => {
  world = await startWorld(
    {
      POOL_TARGET: `${floor}`,
      POOL_MAX: `${ceiling}`,
      POOL_BUILDS_PER_SERVER: `${buildsPerServer}`,
    },
    {
      async onFleetStatement(text) {
        if (text.includes("CREATE ROLE")) await halt;
      },
    },
  );
  tenant = await newTenant({ url: world.url });
}, 180_000);

afterAll(async () => {
  await world.stop();
});

async function pool() {
  return (await admin("GET", "/pool", { url: world.url })).body.data[0];
}

async function create(query = "?wait=true") {
  const body = { name: `db-${randomUUID().slice(0, 8)}` };
  return await tenant.call("POST", `/api/v1/databases${query}`, { body });
}

/** So many within a moment, however slow the machine is. */
async function createTogether(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => create("")));
}

/** Sweeps until the pool is as full as it ought to be; what it is then. */
async function filled() {
  return await until(
    async () => {
      await world.sweep();
      return await pool();
    },
    (now) => now.ready >= now.target && now.building === 0,
  );
}

test("a create that finds a ready database is a hit, one that does not is a miss", async () => {
  const before = await filled();
  expect(before).toMatchObject({
    object: "pool",
    engine: "postgres",
    region: "local",
    target: floor,
  });
  expect(before.oldest_ready_seconds).toBeGreaterThanOrEqual(0);
  expect((await create()).status).toBe(201);
  expect(await pool()).toMatchObject({ hits: before.hits + 1, misses: before.misses });
  await filled();
  // One more than the pool ever holds.
  const answers = await Promise.all(Array.from({ length: ceiling + 1 }, () => create()));
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
  const after = await pool();
  expect(after.hits + after.misses).toBe(before.hits + before.misses + ceiling + 2);
  expect(after.misses).toBeGreaterThan(before.misses);
});

test("the target follows what is asked for, up to the ceiling, and comes back down", async () => {
  await createTogether(12);
  const busy = await filled();
  expect(busy.target).toBeGreaterThan(floor);
  expect(busy.creations_per_minute).toBeGreaterThan(0);
  await createTogether(24);
  const atCeiling = await filled();
  expect([atCeiling.target, atCeiling.ready]).toEqual([ceiling, ceiling]);
  await world.moveClock(3_600_000);
  const quiet = await pool();
  expect([quiet.target, quiet.creations_per_minute]).toEqual([floor, 0]);
  expect(quiet.oldest_ready_seconds).toBeGreaterThanOrEqual(3_600);
}, 180_000);

test("a refill begins no more on a server than it may build at once, and nothing before customers' work", async () => {
  await world.store("UPDATE databases SET status = 'deleted' WHERE status = 'pooled'");
  await world.store(
    `INSERT INTO pools (engine, region, rate_per_second, counted_at)
     VALUES ('postgres', 'local', 1, $1)
     ON CONFLICT (engine, region) DO UPDATE SET rate_per_second = 1, counted_at = $1`,
    [new Date(world.now())],
  );
  let letGo = () => {};
  halt = new Promise((resolve) => {
    letGo = resolve;
  });
  const sweepNow = async () => (await admin("POST", "/sweep", { url: world.url })).body.data;
  expect((await sweepNow()).pool_started).toBe(buildsPerServer);
  expect((await sweepNow()).pool_started).toBe(0);
  letGo();
  halt = null;
  await filled();

  await world.store("UPDATE databases SET status = 'deleted' WHERE status = 'pooled'");
  halt = new Promise((resolve) => {
    letGo = resolve;
  });
  const waiting = await Promise.all(Array.from({ length: buildsPerServer }, () => create("")));
  expect(waiting.map((answer) => answer.status)).toEqual([202, 202]);
  expect((await sweepNow()).pool_started).toBe(0);
  expect((await pool()).ready).toBe(0);
  letGo();
  halt = null;
  expect((await filled()).ready).toBe(ceiling);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { type Answer, admin, newTenant, type Tenant, until } from "../support/api.ts";

/**
 * Where databases are placed. Each test has a region of its own, whose servers are one real server
 * under several names; the store tells which of them a database was given to.
 */
const startMs = 180_000;
let world: World;
let tenant: Tenant;
/** Statements to the store that fail, as if it had gone away. */
let failing: RegExp | null = null;

beforeAll(async () => {
  // What one of the names has is nobody's to the others.
  world = await startWorld(
    { POOL_TARGET: "0", ORPHAN_GRACE_SECONDS: "1000000000" },
    {
      onStoreStatement(text) {
        if (failing?.test(text)) throw new Error("The store has gone away");
      },
    },
  );
  tenant = await newTenant({ url: world.url });
}, startMs);
afterAll(async () => {
  await world.stop();
});

function newRegion(): string {
  return `region-${randomUUID().slice(0, 8)}`;
}

/** Registers a server in a region; its id. */
async function addServer(region: string, fields: Record<string, unknown> = {}): Promise<number> {
  const { host, port, user, password } = world.server();
  const made = await admin("POST", "/servers", {
    url: world.url,
    body: {
      name: `server-${randomUUID().slice(0, 8)}`,
      engine: "postgres",
      transport: "tcp",
      ...{ region, host, port, tls: false, admin_user: user, admin_password: password },
      ...fields,
    },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.data.id;
}

async function create(region: string, fields: Record<string, unknown> = {}): Promise<Answer> {
  const name = `db-${randomUUID().slice(0, 8)}`;
  return await tenant.call("POST", "/api/v1/databases", { body: { name, region, ...fields } });
}

async function createMany(count: number, region: string): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => create(region)));
  return answers.map((answer) => answer.status).sort();
}

/** How many databases each of the servers holds, in the order given. */
async function spread(serverIds: readonly number[]): Promise<number[]> {
  const { data } = (await admin("GET", "/servers", { url: world.url })).body;
  const servers: { id: number; databases: number }[] = data;
  return serverIds.map((id) => servers.find((each) => each.id === id)?.databases ?? -1);
}

function expectNoCapacity(answer: Answer): void {
  const { status, body } = answer;
  expect([status, body.error?.code], JSON.stringify(body)).toEqual([503, "no_capacity"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
}

async function change(id: number, body: Record<string, unknown>): Promise<Answer> {
  const changed = await admin("PATCH", `/servers/${id}`, { url: world.url, body });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  return changed;
}

test("databases are spread by the share of each server that is free, until all are full", async () => {
  const region = newRegion();
  const servers = [
    await addServer(region, { max_databases: 2 }),
    await addServer(region, { max_databases: 6 }),
  ];
  for (let count = 0; count < 4; count++) expect((await create(region)).status).toBe(202);
  expect(await spread(servers)).toEqual([1, 3]);
  for (let count = 0; count < 4; count++) expect((await create(region)).status).toBe(202);
  expect(await spread(servers)).toEqual([2, 6]);
  expectNoCapacity(await create(region));
});

test("of many creates at once for the last place one gets it", async () => {
  const region = newRegion();
  const server = await addServer(region, { max_databases: 1 });
  for (let places = 1; places <= 5; places++) {
    await change(server, { max_databases: places });
    expect(await createMany(8, region)).toEqual([202, ...new Array(7).fill(503)]);
    expect(await spread([server])).toEqual([places]);
  }
});

test("many creates at once fill every server exactly", async () => {
  const region = newRegion();
  const servers = [
    await addServer(region, { max_databases: 3 }),
    await addServer(region, { max_databases: 5 }),
  ];
  expect(await createMany(12, region)).toEqual([
    ...new Array(8).fill(202),
    ...new Array(4).fill(503),
  ]);
  expect(await spread(servers)).toEqual([3, 5]);
});

test("a create that failed after it took the last place finds its database when it is sent again", async () => {
  const region = newRegion();
  const server = await addServer(region, { max_databases: 1 });
  const options = { key: randomUUID(), body: { name: `db-${randomUUID().slice(0, 8)}`, region } };
  failing = /^\s*SELECT\s+d\.id, d\.uuid.*WHERE d\.uuid = /s;
  const failed = await tenant.call("POST", "/api/v1/databases", options);
  failing = null;
  expect(failed.status).toBeGreaterThanOrEqual(500);
  expect(await spread([server])).toEqual([1]);
  const again = await tenant.call("POST", "/api/v1/databases", options);
  expect([again.status, again.body.data?.name]).toEqual([202, options.body.name]);
  expect(await spread([server])).toEqual([1]);
});

const gib = 1024 ** 3;

test.each([
  ["connections", { max_connections: 25 }, { connection_hard_limit: 5 }],
  ["bytes", { max_bytes: 2.5 * gib }, { storage_hard_limit_gb: 0.5 }],
] as const)("a server promises no more %s than it may", async (_, capacity, half) => {
  const region = newRegion();
  const server = await addServer(region, { max_databases: null, ...capacity });
  // The plan's 10 connections and 1 GB count where no quota is set.
  for (let count = 0; count < 2; count++) expect((await create(region)).status).toBe(202);
  expectNoCapacity(await create(region));
  expect((await create(region, half)).status).toBe(202);
  expectNoCapacity(await create(region, half));
  const shown = (await admin("GET", "/servers", { url: world.url })).body.data.find(
    (each: { id: number }) => each.id === server,
  );
  expect(shown).toMatchObject({ databases: 3, ...capacity, max_databases: null });
  const [field] = Object.keys(capacity).map((name) => name.replace("max_", ""));
  expect(shown[field ?? ""]).toBe(Object.values(capacity)[0]);
});

test("what a destroyed database was promised is free again", async () => {
  const region = newRegion();
  await addServer(region, { max_databases: 1 });
  const made = await create(region);
  const { uuid } = made.body.data;
  expectNoCapacity(await create(region));
  expect((await tenant.call("DELETE", `/api/v1/databases/${uuid}`)).status).toBe(200);
  await world.moveClock(8 * 24 * 3_600_000);
  await world.settle();
  expect((await create(region)).status).toBe(202);
});

test("a server without capacities takes what comes", async () => {
  const region = newRegion();
  const server = await addServer(region, { max_databases: 1 });
  expect((await create(region)).status).toBe(202);
  expectNoCapacity(await create(region));
  const widened = await change(server, { max_databases: null });
  expect(widened.body.data).toMatchObject({ max_databases: null, max_connections: null });
  expect(await createMany(5, region)).toEqual(new Array(5).fill(202));
});

test("a draining server takes nothing new and keeps what it has", async () => {
  const region = newRegion();
  const [first, second] = [await addServer(region), await addServer(region)];
  await admin("POST", `/servers/${first}/drain`, { url: world.url });
  expect(await createMany(3, region)).toEqual([202, 202, 202]);
  expect(await spread([first, second])).toEqual([0, 3]);
  await admin("POST", `/servers/${second}/drain`, { url: world.url });
  expectNoCapacity(await create(region));
  await admin("POST", `/servers/${first}/activate`, { url: world.url });
  expect(await createMany(2, region)).toEqual([202, 202]);
  expect(await spread([first, second])).toEqual([2, 3]);
});

describe("with a pool", () => {
  let pooled: World;
  let customer: Tenant;
  beforeAll(async () => {
    pooled = await startWorld({ POOL_TARGET: "3" }, {}, { max_databases: 3, max_connections: 210 });
    customer = await newTenant({ url: pooled.url });
    await poolSettles(3);
  }, startMs);
  afterAll(async () => {
    await pooled.stop();
  });

  async function poolSettles(ready: number): Promise<void> {
    await until(
      async () => {
        await pooled.sweep();
        return await pooled.store(
          "SELECT status FROM databases WHERE status IN ('building', 'pooled')",
        );
      },
      (rows) => rows.length === ready && rows.every((row) => row.status === "pooled"),
    );
  }

  test("what waits on a server that drains is not handed out, and the server stays as full", async () => {
    const [{ id }] = (await admin("GET", "/servers", { url: pooled.url })).body.data;
    await admin("POST", `/servers/${id}/drain`, { url: pooled.url });
    const body = { name: `late-${randomUUID().slice(0, 8)}` };
    expectNoCapacity(await customer.call("POST", "/api/v1/databases", { body }));
    await admin("POST", `/servers/${id}/activate`, { url: pooled.url });
    await poolSettles(3);
    expect((await admin("GET", "/servers", { url: pooled.url })).body.data[0].databases).toBe(3);
  });

  test("one from the pool is not promised more than its server has", async () => {
    const ask = (connections: number) =>
      customer.call("POST", "/api/v1/databases?wait=true", {
        body: {
          name: `big-${randomUUID().slice(0, 8)}`,
          plan: "grow",
          connection_hard_limit: connections,
          storage_hard_limit_gb: 1,
        },
      });
    // Three in the pool were promised ten each.
    expectNoCapacity(await ask(191));
    const made = await ask(190);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const [server] = (await admin("GET", "/servers", { url: pooled.url })).body.data;
    expect(server).toMatchObject({ databases: 3, connections: 210 });
  });
});

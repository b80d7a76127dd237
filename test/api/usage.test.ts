import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newDatabase, newTenant, type Tenant, until } from "../support/api.ts";
import { quotaCases } from "../support/quota-cases.ts";
import { sql } from "../support/sql.ts";

/** How usage is measured, and that what follows from it survives crashes. */
const checkSeconds = 40;
const [postgres] = quotaCases;
if (!postgres) throw new Error("There is no case of PostgreSQL");

let world: World;
let tenant: Tenant;
const asked: string[] = [];
const written: string[] = [];
/** The Worker is killed before the first statement on the server that matches. */
let killBefore: RegExp | null = null;

beforeAll(async () => {
  world = await startWorld(
    { STORAGE_CHECK_SECONDS: `${checkSeconds}` },
    {
      onStoreStatement(text) {
        written.push(text);
      },
      onFleetStatement(text) {
        asked.push(text);
        if (!killBefore?.test(text)) return;
        killBefore = null;
        world.kill();
        throw new Error("The one who asked is dead");
      },
    },
  );
  tenant = await newTenant({ url: world.url });
}, 180_000);

afterEach(() => {
  killBefore = null;
});

afterAll(async () => {
  await world.stop();
});

type Database = { uuid: string; connection_string: string };

const path = "/api/v1/databases";

async function read(database: Database) {
  const answer = await tenant.call("GET", `${path}/${database.uuid}`, { url: world.url });
  return answer.body.data;
}

async function sweepAnswer() {
  return (await admin("POST", "/sweep", { url: world.url })).body.data;
}

async function fill(database: Database): Promise<void> {
  for (let megabyte = 0; megabyte < 20; megabyte++) {
    await sql(database.connection_string, postgres?.grow ?? "");
  }
}

async function limited(): Promise<Database> {
  const made: Database = await newDatabase(
    {
      ...tenant,
      call: (method, where, more) => tenant.call(method, where, { ...more, url: world.url }),
    },
    { storage_hard_limit_gb: 0.02 },
  );
  await sql(
    made.connection_string,
    "CREATE TABLE filled (id int GENERATED ALWAYS AS IDENTITY, filler text)",
  );
  return made;
}

const insert = "INSERT INTO filled (filler) VALUES ('x')";
const refused = /over its storage limit/;

test("usage is there after the first measure, and no older than the check's seconds", async () => {
  const database = await limited();
  expect((await read(database)).usage).toBeNull();
  await world.moveClock((checkSeconds + 1) * 1_000);
  const beforeMs = world.now();
  expect((await sweepAnswer()).servers_measured).toBe(1);
  const { usage } = await read(database);
  const afterMs = world.now();
  const [size] = await sql(
    database.connection_string,
    "SELECT pg_database_size(current_database())::int AS bytes",
  );
  expect(usage).toEqual({
    storage_bytes: expect.any(Number),
    storage_state: "ok",
    connections: 0,
    measured_at: expect.any(String),
  });
  expect(Math.abs(usage.storage_bytes - Number(size?.bytes))).toBeLessThan(1_000_000);
  // The Worker's clock may be some milliseconds off that of the test.
  expect(Date.parse(usage.measured_at)).toBeGreaterThan(beforeMs - 1_000);
  expect(Date.parse(usage.measured_at)).toBeLessThan(afterMs + 1_000);
  const listed = await tenant.call("GET", path, { url: world.url });
  expect(listed.body.data[0].usage).toEqual(usage);

  await world.moveClock((checkSeconds - 20) * 1_000);
  expect((await sweepAnswer()).servers_measured).toBe(0);
  await world.moveClock(21_000);
  expect((await sweepAnswer()).servers_measured).toBe(1);
  const again = (await read(database)).usage;
  expect(Date.parse(again.measured_at)).toBeGreaterThan(Date.parse(usage.measured_at));
});

test("sweeps that overlap measure a server once: one question to it, one record of all its databases", async () => {
  await Promise.all([limited(), limited(), limited()]);
  await world.moveClock((checkSeconds + 1) * 1_000);
  asked.length = 0;
  written.length = 0;
  const sweeps = await Promise.all(Array.from({ length: 5 }, sweepAnswer));
  expect(sweeps.map((each) => each.servers_measured).sort()).toEqual([0, 0, 0, 0, 1]);
  expect(asked.filter((text) => text.includes("pg_database_size"))).toHaveLength(1);
  expect(written.filter((text) => text.includes("INSERT INTO database_usage"))).toHaveLength(1);
});

test("open sessions are counted", async () => {
  const database = await limited();
  const sessions = await Promise.all([1, 2].map(() => postgres.open(database.connection_string)));
  await world.moveClock((checkSeconds + 1) * 1_000);
  await sweepAnswer();
  expect((await read(database)).usage.connections).toBe(2);
  await Promise.all(sessions.map((session) => session.end()));
});

test("a server that does not answer holds nothing up, and is measured once it does", async () => {
  const database = await limited();
  await world.moveClock((checkSeconds + 1) * 1_000);
  world.link.cut();
  expect((await sweepAnswer()).servers_measured).toBe(0);
  world.link.mend();
  await until(
    async () => {
      await world.moveClock((checkSeconds + 1) * 1_000);
      await sweepAnswer();
      return (await read(database)).usage;
    },
    (usage) => usage !== null,
  );
});

test.each(["polypuma_refuse_change", "pg_terminate_backend\\(a\\.pid", "CREATE TRIGGER"])(
  "a crash before %s is made good: writes are refused in the end",
  async (statement) => {
    const database = await limited();
    await fill(database);
    killBefore = new RegExp(statement);
    await world.moveClock((checkSeconds + 1) * 1_000);
    await world.sweep().catch(() => {});
    await until(
      async () => killBefore,
      (left) => left === null,
    );
    await world.restart(60_000);
    await world.settle();
    await expect(sql(database.connection_string, insert)).rejects.toThrow(refused);
    const [{ n } = { n: 0 }] = await world.store(
      `SELECT count(*)::int AS n FROM events WHERE data->>'uuid' = $1
       AND type = 'database.quota_exceeded'`,
      [database.uuid],
    );
    expect(n).toBe(1);
  },
);

test.each(["BEGIN RETURN NULL; END", "DROP TRIGGER", "DROP FUNCTION IF EXISTS"])(
  "a crash before %s is made good: writes are let through in the end, and nothing of ours is left",
  async (statement) => {
    const database = await limited();
    await fill(database);
    await world.moveClock((checkSeconds + 1) * 1_000);
    await world.settle();
    await expect(sql(database.connection_string, insert)).rejects.toThrow(refused);
    killBefore = new RegExp(statement);
    await tenant
      .call("PATCH", `${path}/${database.uuid}/quotas`, {
        url: world.url,
        body: { storage_hard_limit_gb: 1 },
      })
      .catch(() => {});
    await until(
      async () => killBefore,
      (left) => left === null,
    );
    await world.restart(60_000);
    await world.settle();
    await sql(database.connection_string, insert);
    const [left] = await sql(
      database.connection_string,
      `SELECT (SELECT count(*) FROM pg_event_trigger)::int AS event_triggers,
         (SELECT count(*) FROM pg_trigger)::int AS triggers,
         (SELECT count(*) FROM pg_proc WHERE proname ~ 'polypuma')::int AS functions,
         has_schema_privilege('public', 'CREATE') AS may_create,
         has_database_privilege(current_database(), 'TEMPORARY') AS may_have_temporary,
         has_function_privilege('lo_create(oid)', 'EXECUTE') AS may_make_objects`,
    );
    expect(left).toEqual({
      event_triggers: 0,
      triggers: 0,
      functions: 0,
      may_create: true,
      may_have_temporary: true,
      may_make_objects: true,
    });
  },
);

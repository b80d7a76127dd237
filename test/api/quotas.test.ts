import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import { startWorld, type World } from "../faults/world.ts";
import { newDatabase, newTenant, type Tenant, until } from "../support/api.ts";
import { applyBlueprint, newBlueprint } from "../support/blueprints.ts";
import { type QuotaCase, quotaCases } from "../support/quota-cases.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb } from "../support/servers.ts";
import { registerServer } from "../support/suite.ts";

/** Limits that bite: on storage, on sessions. Each sweep measures. */
let world: World;
let mariadb: RunningMariadb | null;
let tenant: Tenant;
const hasMysql = inject("suite").mysql !== null;
const folder = serverFolder("polypuma-quotas-");
const limitGb = 0.025;
/** Servers are started and megabytes written before the first test. */
const slowMs = 180_000;

beforeAll(async () => {
  [world, mariadb] = await Promise.all([
    startWorld({ STORAGE_CHECK_SECONDS: "0" }),
    startOwnMariadb(join(folder, "mariadb")),
  ]);
  if (mariadb) await registerServer(world.url, mariadb, "mysql");
  tenant = await newTenant({ url: world.url });
}, slowMs);

afterAll(async () => {
  await world.stop();
  await mariadb?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Database = { uuid: string; connection_string: string };

const pathOf = ({ uuid }: Database) => `/api/v1/databases/${uuid}`;

async function read(database: Database) {
  return (await tenant.call("GET", pathOf(database))).body.data;
}

async function setQuotas(database: Database, quotas: Record<string, unknown>) {
  const changed = await tenant.call("PATCH", `${pathOf(database)}/quotas`, { body: quotas });
  expect(changed.status).toBe(200);
}

async function eventsOf(database: Database, ...types: string[]) {
  return await world.store(
    "SELECT type, data FROM events WHERE data->>'uuid' = $1 AND type = ANY ($2) ORDER BY id",
    [database.uuid, types],
  );
}

/** Measures and has what follows done. */
async function measure(): Promise<void> {
  await world.moveClock(1_000);
  await world.settle();
}

async function create(engine: QuotaCase, quotas: Record<string, unknown> = {}): Promise<Database> {
  const made: Database = await newDatabase(tenant, {
    db_type: engine.engine,
    storage_hard_limit_gb: limitGb,
    ...quotas,
  });
  for (const statement of engine.prepare) await engine.query(made.connection_string, statement);
  return made;
}

/** Inserts until the measure finds the limit reached, as a customer with a loop does. */
async function fill(engine: QuotaCase, database: Database): Promise<void> {
  await until(
    async () => {
      for (let megabyte = 0; megabyte < 6; megabyte++) {
        await engine.query(database.connection_string, engine.grow);
      }
      await measure();
      return (await read(database)).usage.storage_state;
    },
    (state) => state === "exceeded",
    slowMs,
  );
}

const cases = quotaCases.filter(({ engine }) => engine === "postgres" || hasMysql);

describe.each(cases)("the storage limit on $engine", (engine) => {
  let database: Database;
  const run = (text: string) => engine.query(database.connection_string, text);

  beforeAll(async () => {
    database = await create(engine);
    await fill(engine, database);
  }, slowMs);

  test("writes are refused, reading goes on", async () => {
    await expect(run(engine.grow)).rejects.toThrow(engine.refusal);
    expect(await run("SELECT count(*) AS n FROM small")).toHaveLength(1);
  });

  test("a blueprint is refused as well, and its owner is told why", async () => {
    const blueprint = await newBlueprint(tenant, "CREATE TABLE from_blueprint (id int)");
    const applied = await applyBlueprint(tenant, database.uuid, blueprint);
    expect(applied.body.data).toMatchObject({
      status: "rolled_back",
      error_message: expect.stringContaining("over its storage limit"),
    });
  });

  test.each(Object.entries(engine.evasions))(
    "%s does not get around it",
    async (name, statements) => {
      const before = await run(engine.contents);
      const session = await engine.open(database.connection_string);
      try {
        const last = statements.length - 1;
        for (const statement of statements.slice(0, last)) {
          await session.run(statement).catch(() => {});
        }
        const isForTheLimit = !engine.neverAllowed.includes(name);
        await expect(session.run(statements[last] ?? "")).rejects.toThrow(
          isForTheLimit ? engine.refusal : undefined,
        );
      } finally {
        await session.end();
      }
      expect(await run(engine.contents)).toEqual(before);
    },
  );

  test("each of these would write while there is room", async () => {
    const roomy = await create(engine, { storage_hard_limit_gb: null });
    const refused: string[] = [];
    for (const [name, statements] of Object.entries(engine.evasions)) {
      const session = await engine.open(roomy.connection_string);
      const last = statements.length - 1;
      for (const statement of statements.slice(0, last)) {
        await session.run(statement).catch(() => {});
      }
      await session.run(statements[last] ?? "").catch(() => refused.push(name));
      await session.end();
      for (const statement of engine.undo) {
        await engine.query(roomy.connection_string, statement).catch(() => {});
      }
    }
    expect(refused).toEqual(engine.neverAllowed);
  });

  test("deleting makes room, and writes come back with it", async () => {
    await run("DELETE FROM small WHERE id = 20");
    await run("DELETE FROM filled");
    if (engine.vacuum) await run(engine.vacuum);
    await until(
      async () => {
        await measure();
        return (await read(database)).usage.storage_state;
      },
      (state) => state !== "exceeded",
      slowMs,
    );
    await run(engine.grow);
    await run("CREATE TABLE afterwards (id int)");
    await run("ALTER TABLE small ADD COLUMN more int");
    await run("CREATE TEMPORARY TABLE passing (id int)");
  });

  test("truncating and dropping make room as well", async () => {
    await fill(engine, database);
    await run("TRUNCATE TABLE filled");
    await run("DROP TABLE afterwards");
    await measure();
    expect((await read(database)).usage.storage_state).not.toBe("exceeded");
    await run(engine.grow);
  });

  test("a higher limit lets writes through at once, a lower one stops them at the next measure", async () => {
    await fill(engine, database);
    await expect(run(engine.grow)).rejects.toThrow(engine.refusal);
    await setQuotas(database, { storage_hard_limit_gb: 0.2 });
    await run(engine.grow);
    await setQuotas(database, { storage_hard_limit_gb: limitGb });
    await measure();
    await expect(run(engine.grow)).rejects.toThrow(engine.refusal);
    await setQuotas(database, { storage_hard_limit_gb: null });
    await run(engine.grow);
  });
});

describe.each(cases)("sessions that are open when the limit is passed, on $engine", (engine) => {
  test("do not write on, whatever they are in the middle of", async () => {
    const database = await create(engine);
    const url = database.connection_string;
    const [idle, inside, withTemporary] = await Promise.all([
      engine.open(url),
      engine.open(url),
      engine.open(url),
    ]);
    await idle.run("SELECT 1");
    for (const statement of engine.temporary) await withTemporary.run(statement);
    await inside.run("BEGIN");
    await inside.run("INSERT INTO small VALUES (500, 'in a transaction')");
    await fill(engine, database);
    await expect(idle.run("INSERT INTO small VALUES (501, 'x')")).rejects.toThrow();
    await expect(inside.run("INSERT INTO small VALUES (502, 'x')")).rejects.toThrow();
    await expect(withTemporary.run("INSERT INTO passing VALUES (1)")).rejects.toThrow();
    await expect(withTemporary.run("INSERT INTO small VALUES (503, 'x')")).rejects.toThrow();
    const rows = await engine.query(url, "SELECT id FROM small WHERE id >= 500");
    expect(rows).toEqual([]);
    await Promise.allSettled([idle.end(), inside.end(), withTemporary.end()]);
  });
});

describe.each(cases)("both logins of a rotation over the limit, on $engine", (engine) => {
  async function rotate(database: Database): Promise<Database> {
    const rotated = await tenant.call("POST", `${pathOf(database)}/credentials/rotate`, {
      body: {},
    });
    expect(rotated.status).toBe(200);
    return rotated.body.data;
  }

  async function expectRefused(...all: Database[]): Promise<void> {
    for (const { connection_string: url } of all) {
      await expect(engine.query(url, engine.grow)).rejects.toThrow(engine.refusal);
      expect(await engine.query(url, "SELECT count(*) AS n FROM small")).toHaveLength(1);
    }
  }

  test.each(["before", "after"])("a second login made %s the limit is passed", async (when) => {
    const first = await create(engine);
    let second = when === "before" ? await rotate(first) : first;
    await fill(engine, first);
    if (when === "after") second = await rotate(first);
    expect(second.connection_string).not.toBe(first.connection_string);
    await expectRefused(first, second);
    const more =
      engine.engine === "postgres"
        ? "EXPLAIN ANALYZE CREATE TEMP TABLE more AS SELECT 1"
        : "CREATE TEMPORARY TABLE more (id int)";
    await expect(engine.query(second.connection_string, more)).rejects.toThrow(engine.refusal);
    await engine.query(second.connection_string, "TRUNCATE TABLE filled");
    await measure();
    for (const { connection_string: url } of [first, second]) await engine.query(url, engine.grow);
  });
});

describe.each(cases)("the connection limit on $engine", (engine) => {
  async function countOpen(database: Database, asked: number) {
    const opened = await Promise.allSettled(
      Array.from({ length: asked }, () => engine.open(database.connection_string)),
    );
    const refused = opened.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    for (const each of opened) if (each.status === "fulfilled") await each.value.end();
    for (const reason of refused) expect(String(reason)).toMatch(engine.tooMany);
    return asked - refused.length;
  }

  test("is the engine's: one session more than the cap is refused, also after a change", async () => {
    const database: Database = await newDatabase(tenant, {
      db_type: engine.engine,
      connection_hard_limit: 3,
    });
    expect(await countOpen(database, 4)).toBe(3);
    await setQuotas(database, { connection_hard_limit: 5 });
    await until(
      () => countOpen(database, 6),
      (open) => open === 5,
    );
    await setQuotas(database, { connection_hard_limit: 2 });
    await until(
      () => countOpen(database, 3),
      (open) => open === 2,
    );
  });
});

describe.each(cases)("what is told of storage on $engine", (engine) => {
  test("each level once per crossing, and again after it fell below", async () => {
    const database = await create(engine, { warning_threshold_pct: 50 });
    await fill(engine, database);
    const first = await eventsOf(database, "database.quota_warning", "database.quota_exceeded");
    expect(first.filter(({ type }) => type === "database.quota_exceeded")).toHaveLength(1);
    const levels = first
      .filter(({ type }) => type === "database.quota_warning")
      .map(({ data }) => (data as { level_pct: number }).level_pct);
    expect(levels).toEqual([...new Set(levels)].sort((one, other) => one - other));
    expect(levels.at(-1)).toBe(95);
    await measure();
    await measure();
    expect(await eventsOf(database, "database.quota_warning", "database.quota_exceeded")).toEqual(
      first,
    );
    await engine.query(database.connection_string, "TRUNCATE TABLE filled");
    await measure();
    await fill(engine, database);
    const exceeded = await eventsOf(database, "database.quota_exceeded");
    expect(exceeded).toHaveLength(2);
    expect(exceeded[0]?.data).toMatchObject({ uuid: database.uuid, level_pct: 100 });
  });
});

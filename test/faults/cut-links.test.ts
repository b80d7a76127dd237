import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Answer, admin, newTenant, type Tenant, until } from "../support/api.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { sql } from "../support/sql.ts";
import { type Pair, startPair } from "./pair.ts";
import { startWorld, type World } from "./world.ts";

/**
 * Creates go on while one of two servers cannot be reached. Every create that was answered ends as
 * one database that its customer can log in to, and nothing else stands on either server.
 */
const engines = ["postgres", "mysql"] as const;
const hasMysql = inject("suite").mysql !== null;

describe.for(engines)("two servers of %s", (engine) => {
  const faultTest = test.skipIf(engine === "mysql" && !hasMysql);
  const region = `pair-${engine}`;
  const query = engine === "postgres" ? sql : mysqlQuery;
  let world: World;
  let pair: Pair;
  let tenant: Tenant;

  beforeAll(async () => {
    if (engine === "mysql" && !hasMysql) return;
    // Every sweep asks every server.
    world = await startWorld({ SERVER_CHECK_SECONDS: "0" });
    pair = await startPair(world, engine, region);
    tenant = await newTenant({ url: world.url });
  }, 120_000);

  afterAll(async () => {
    await pair?.stop();
    await world?.stop();
  });

  type Created = { name: string; answer: Answer };

  async function create(): Promise<Created> {
    const name = `db-${randomUUID().slice(0, 8)}`;
    const body = { name, region, db_type: engine };
    return { name, answer: await tenant.call("POST", "/api/v1/databases", { body }) };
  }

  /** Creates so many, a few at once, and tells how many are done. */
  async function createMany(
    count: number,
    onDone: (done: number) => void | Promise<void>,
  ): Promise<Created[]> {
    const created: Created[] = [];
    let begun = 0;
    async function customer(): Promise<void> {
      while (begun < count) {
        begun += 1;
        created.push(await create());
        await onDone(created.length);
      }
    }
    await Promise.all(Array.from({ length: 5 }, customer));
    return created;
  }

  async function stateOf(id: number): Promise<string> {
    const { data } = (await admin("GET", "/servers", { url: world.url })).body;
    return data.find((each: { id: number }) => each.id === id).state;
  }

  async function sweepUntil(id: number, state: string): Promise<void> {
    await until(
      async () => {
        await world.sweep();
        return await stateOf(id);
      },
      (found) => found === state,
      180_000,
    );
  }

  /** Nothing is left to do, and nobody waits. */
  async function allIsDone(): Promise<void> {
    await until(
      async () => {
        await world.sweep();
        return await world.store(
          "SELECT kind, step, error_message FROM operations WHERE state IN ('queued', 'running')",
        );
      },
      (left) => left.length === 0,
      180_000,
    );
  }

  async function expectEachOnce(created: readonly Created[]): Promise<void> {
    for (const { name, answer } of created) {
      expect([201, 202], JSON.stringify(answer.body)).toContain(answer.status);
      const { uuid } = answer.body.data;
      const rows = await world.store("SELECT uuid, status FROM databases WHERE name = $1", [name]);
      expect(rows).toEqual([{ uuid, status: "active" }]);
      const read = await tenant.call("GET", `/api/v1/databases/${uuid}`);
      expect(await query(read.body.data.connection_string, "SELECT 1 AS one")).toEqual([
        { one: 1 },
      ]);
    }
    const told = await world.store(
      `SELECT type, count(*)::int AS times FROM events WHERE data->>'region' = $1
       GROUP BY type, data->>'uuid' HAVING count(*) > 1`,
      [region],
    );
    expect(told).toEqual([]);
    expect(await world.store("SELECT kind FROM operations WHERE state = 'failed'")).toEqual([]);
    for (const server of pair.servers) {
      const rows = await world.store(
        "SELECT db_name AS name FROM databases WHERE server_id = $1 AND destroyed_at IS NULL",
        [server.id],
      );
      expect((await server.databases()).sort()).toEqual(rows.map((row) => row.name).sort());
    }
    expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
  }

  faultTest(
    "every create is made once while the link to one is cut and falls silent",
    async () => {
      const [, broken] = pair.servers;
      let work = Promise.resolve();
      const created = await createMany(100, (done) => {
        if (done === 25) {
          broken.link.cut();
          work = work.then(() => sweepUntil(broken.id, "down"));
        }
        if (done === 55) broken.link.mend();
        if (done === 65) broken.link.silence();
      });
      await work;
      broken.link.mend();
      await sweepUntil(broken.id, "active");
      await allIsDone();
      await expectEachOnce(created);
      const counts = await Promise.all(pair.servers.map((server) => server.databases()));
      for (const names of counts) expect(names.length).toBeGreaterThan(10);
    },
    400_000,
  );

  faultTest(
    "every create is made once when one is killed and comes back",
    async () => {
      const [, broken] = pair.servers;
      let killing = Promise.resolve();
      const created = await createMany(30, (done) => {
        if (done === 8) killing = broken.kill();
      });
      await killing;
      await sweepUntil(broken.id, "down");
      const { data } = (await admin("GET", "/servers", { url: world.url })).body;
      const shown = data.find((each: { id: number }) => each.id === broken.id);
      expect(shown).toMatchObject({
        last_error: expect.any(String),
        down_since: expect.any(String),
      });

      // What waits for it waits without being tried, and nothing new is placed there.
      const attempts = `SELECT sum(o.attempts) AS sum FROM operations o
      JOIN databases d ON d.id = o.database_id WHERE d.server_id = $1`;
      const before = await world.store(attempts, [broken.id]);
      const placed = await createMany(3, () => {});
      await world.sweep();
      expect(await world.store(attempts, [broken.id])).toEqual(before);

      await broken.start();
      await sweepUntil(broken.id, "active");
      await allIsDone();
      await expectEachOnce([...created, ...placed]);
    },
    400_000,
  );
});

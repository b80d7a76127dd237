import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { type Answer, admin, newTenant, type Tenant, until } from "../support/api.ts";
import { sql } from "../support/sql.ts";

/** Many at once, on a control plane with a pool of five. */
const poolTarget = 5;
const destroyDelaySeconds = 900;
/** Rounds of create → get → list → delete → get; a number of rounds at a time. */
const staleRounds = Number(process.env.STALE_ROUNDS ?? 500);
const staleLanes = 5;

let world: World;
let tenant: Tenant;

beforeAll(async () => {
  world = await startWorld({
    POOL_TARGET: `${poolTarget}`,
    POOL_MAX: `${poolTarget}`,
    DESTROY_DELAY_SECONDS: `${destroyDelaySeconds}`,
  });
  tenant = await newTenant({ url: world.url });
});

afterAll(async () => {
  await world.stop();
});

function newName(): string {
  return `db-${randomUUID().slice(0, 8)}`;
}

async function create(name = newName(), query = "?wait=true&timeout=120"): Promise<Answer> {
  return await tenant.call("POST", `/api/v1/databases${query}`, { body: { name } });
}

async function poolIsFull(): Promise<void> {
  await until(
    async () => {
      const pool = await admin("GET", "/pool", { url: world.url });
      const { ready, building } = pool.body.data[0];
      if (building === 0 && ready < poolTarget) await world.sweep();
      return ready;
    },
    (ready) => ready >= poolTarget,
  );
}

async function operationsOf(uuid: string) {
  return await world.store(
    `SELECT o.kind, o.state FROM operations o JOIN databases d ON d.id = o.database_id
     WHERE d.uuid = $1 ORDER BY o.seq`,
    [uuid],
  );
}

async function standsOf(database: { db_username: string; db_name: string }) {
  return await world.fleet(
    `SELECT rolname AS name FROM pg_roles WHERE rolname = $1
     UNION ALL SELECT datname FROM pg_database WHERE datname = $2`,
    [database.db_username, database.db_name],
  );
}

test("twenty creates at once on a pool of five give twenty databases that let their owners in", async () => {
  await poolIsFull();
  const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 201));
  const databases = answers.map((answer) => answer.body.data);
  for (const field of ["uuid", "db_name", "db_username", "db_password"]) {
    expect(new Set(databases.map((database) => database[field])).size).toBe(20);
  }
  const seen = await Promise.all(
    databases.map(({ connection_string: url }) =>
      sql(url, "SELECT current_user AS who, current_database() AS place"),
    ),
  );
  expect(seen).toEqual(databases.map(({ db_username: who, db_name: place }) => [{ who, place }]));
});

test("of fifty creates of one name at once, one makes it and the others are told who has it", async () => {
  const name = newName();
  const answers = await Promise.all(Array.from({ length: 50 }, () => create(name, "")));
  const made = answers.filter((answer) => answer.status === 201 || answer.status === 202);
  expect(made).toHaveLength(1);
  const { uuid } = made[0]?.body.data ?? {};
  for (const answer of answers.filter((each) => each !== made[0])) {
    expect(answer.status).toBe(409);
    expect(answer.body.error.code).toBe("name_taken");
    expect(answer.body.error.details.existing_uuid).toBe(uuid);
  }
  const rows = await world.store("SELECT uuid FROM databases WHERE name = $1", [name]);
  expect(rows).toEqual([{ uuid }]);
});

test("overlapping changes of one database are all taken, and the last one holds", async () => {
  const { uuid, connection_string: url } = (await create()).body.data;
  const path = `/api/v1/databases/${uuid}`;
  const limits = [2, 3, 4, 5, 6, 7, 8, 9];
  const changes = await Promise.all([
    ...limits.map((connections) =>
      tenant.call("PATCH", `${path}/quotas`, { body: { connection_hard_limit: connections } }),
    ),
    ...limits.map(() => tenant.call("PATCH", path, { body: { name: newName() } })),
  ]);
  expect(changes.map((change) => change.status)).toEqual(changes.map(() => 200));
  await until(
    () => operationsOf(uuid),
    (operations) => operations.every((each) => each.state === "succeeded"),
  );
  const { quotas } = (await tenant.call("GET", path)).body.data;
  expect(await sql(url, "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user")).toEqual([
    { rolconnlimit: quotas.connection_hard_limit },
  ]);
});

test("a delete among other changes comes after those before it and refuses those after it", async () => {
  const { uuid, connection_string: url } = (await create()).body.data;
  const path = `/api/v1/databases/${uuid}`;
  const body = { connection_hard_limit: 3 };
  const answers = await Promise.all([
    tenant.call("PATCH", `${path}/quotas`, { body }),
    tenant.call("PATCH", path, { body: { name: newName() } }),
    tenant.call("DELETE", path),
    tenant.call("PATCH", `${path}/quotas`, { body }),
    tenant.call("DELETE", path),
  ]);
  for (const answer of answers) expect([200, 404]).toContain(answer.status);
  const deletes = [answers[2], answers[4]].map((answer) => answer?.status);
  expect(deletes.toSorted()).toEqual([200, 404]);
  await world.settle();
  await expect(sql(url, "SELECT 1")).rejects.toThrow(/not (permitted|currently accepting)/);
});

describe("a delete", () => {
  test("of a database still being made cancels the making and leaves nothing to log in to", async () => {
    await poolIsFull();
    // More than the pool holds, each deleted the moment it is known.
    const deleted = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { status, body } = await create(newName(), "");
        const path = `/api/v1/databases/${body.data.uuid}`;
        const answer = await tenant.call("DELETE", path);
        expect(answer.status).toBe(200);
        return { wasReady: status === 201, database: body.data, gone: answer.body.data };
      }),
    );
    const unready = deleted.filter(({ wasReady }) => !wasReady);
    expect(unready.length).toBeGreaterThan(0);
    for (const { wasReady, gone } of deleted) {
      if (wasReady) expect(gone.cancelled_provision_jobs).toBe(0);
      expect(gone.cancelled_provision_jobs).toBeLessThanOrEqual(1);
      expect(gone.destroy_scheduled_at === null).toBe(!gone.has_remote_resources);
    }
    await world.settle();
    for (const { database, gone } of deleted) {
      await expect(sql(database.connection_string, "SELECT 1")).rejects.toThrow(
        /not (permitted|currently accepting)|password authentication failed|does not exist/,
      );
      if (!gone.has_remote_resources) expect(await standsOf(database)).toEqual([]);
    }
    expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
  });

  test("ends open sessions and refuses logins within two seconds of its answer", async () => {
    const { uuid, db_username: login, connection_string: url } = (await create()).body.data;
    const sessions = Array.from({ length: 5 }, () => new Client({ connectionString: url }));
    for (const session of sessions) session.on("error", () => {});
    await Promise.all(sessions.map((session) => session.connect()));
    // One of them is at work, one holds a lock in an open transaction, and logins keep coming.
    sessions[0]?.query("SELECT pg_sleep(60)").catch(() => {});
    await sessions[1]?.query("BEGIN; CREATE TABLE held (a int)");
    let isOver = false;
    let lastLoginAtMs = 0;
    const knocking = (async () => {
      while (!isOver) {
        const askedAtMs = performance.now();
        const hasEntered = await sql(url, "SELECT 1").then(
          () => true,
          () => false,
        );
        if (hasEntered) lastLoginAtMs = askedAtMs;
      }
    })();
    const answer = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    const answeredAtMs = performance.now();
    expect(answer.status).toBe(200);
    const open = "SELECT 1 FROM pg_stat_activity WHERE usename = $1";
    let endedAtMs = 0;
    await until(
      async () => {
        endedAtMs = performance.now();
        return await world.fleet(open, [login]);
      },
      (left) => left.length === 0,
    );
    isOver = true;
    await knocking;
    expect(endedAtMs - answeredAtMs).toBeLessThan(2_000);
    expect(lastLoginAtMs - answeredAtMs).toBeLessThan(2_000);
    expect(await world.fleet(open, [login])).toEqual([]);
  });

  test("is followed by the destruction, after its delay and not before", async () => {
    const { data: database } = (await create()).body;
    const { uuid } = database;
    const delayMs = destroyDelaySeconds * 1_000;
    const before = world.now();
    const answer = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    const dueAtMs = Date.parse(answer.body.data.destroy_scheduled_at);
    expect(dueAtMs).toBeGreaterThanOrEqual(before + delayMs);
    expect(dueAtMs).toBeLessThanOrEqual(world.now() + delayMs);

    await world.moveClock((destroyDelaySeconds - 30) * 1_000);
    await world.settle();
    expect(await standsOf(database)).toHaveLength(2);
    await world.moveClock(60_000);
    await world.settle();
    expect(await standsOf(database)).toEqual([]);
    const events = await world.store(
      "SELECT type FROM events WHERE data->>'uuid' = $1 ORDER BY id",
      [uuid],
    );
    expect(events.map((event) => event.type)).toEqual([
      "database.provisioning",
      "database.provisioned",
      "database.deleted",
      "database.destroyed",
    ]);
    expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
  });
});

test("a client that goes away cancels nothing", async () => {
  const name = newName();
  const key = randomUUID();
  const gone = new AbortController();
  const sent = fetch(`${world.url}/api/v1/databases?wait=true&timeout=120`, {
    method: "POST",
    signal: gone.signal,
    headers: {
      authorization: `Bearer ${tenant.key}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify({ name }),
  });
  const [row] = await until(
    () => world.store("SELECT uuid FROM databases WHERE name = $1", [name]),
    (rows) => rows.length > 0,
  );
  gone.abort();
  await sent.catch(() => {});
  const path = `/api/v1/databases/${row?.uuid}`;
  const ready = await until(
    () => tenant.call("GET", path),
    (answer) => answer.body.data.status === "active",
  );
  expect(await sql(ready.body.data.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a login with a limit of one session is let in the moment its database is ready", async () => {
  for (let round = 0; round < 10; round++) {
    const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", {
      body: { name: newName(), connection_hard_limit: 1 },
    });
    expect(await sql(made.body.data.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  }
});

test(`${staleRounds} rounds of create, read, list, delete, read see no stale answer`, async () => {
  const lanes = Array.from({ length: staleLanes }, async (_, lane) => {
    const own = await newTenant({ url: world.url });
    for (let round = lane; round < staleRounds; round += staleLanes) {
      const made = await own.call("POST", "/api/v1/databases", { body: { name: newName() } });
      expect([201, 202]).toContain(made.status);
      const { uuid } = made.body.data;
      const path = `/api/v1/databases/${uuid}`;
      const read = await own.call("GET", path);
      expect(read.status).toBe(200);
      if (made.status === 201) expect(read.body.data).toEqual(made.body.data);
      const list = await own.call("GET", "/api/v1/databases");
      expect(list.body.data.map((each: { uuid: string }) => each.uuid)).toEqual([uuid]);
      expect((await own.call("DELETE", path)).status).toBe(200);
      expect((await own.call("GET", path)).status).toBe(404);
      expect((await own.call("GET", "/api/v1/databases")).body.data).toEqual([]);
    }
  });
  await Promise.all(lanes);
}, 300_000);

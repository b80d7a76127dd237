import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attemptsMaxOf } from "../../src/polykomos/operations/steps.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { sql } from "../support/sql.ts";
import { startWorld, type World } from "./world.ts";

/** Work that is recorded gets done once, whatever becomes of messages, links and the store. */
let world: World;
let tenant: Tenant;

beforeAll(async () => {
  world = await startWorld({ DESTROY_DELAY_SECONDS: "60" });
  tenant = await newTenant({ url: world.url });
});

afterAll(async () => {
  await world.stop();
});

async function setQueue(mode: "deliver" | "lose" | "refuse" | "double" | "hold"): Promise<void> {
  const body = JSON.stringify({ mode });
  await fetch(`${world.url}/test/queue`, { method: "POST", body });
}

function newName(): string {
  return `db-${randomUUID().slice(0, 8)}`;
}

async function create(body: object = {}, query = "", key: string = randomUUID()) {
  const path = `/api/v1/databases${query}`;
  return await tenant.call("POST", path, { body: { name: newName(), ...body }, key });
}

async function read(uuid: string) {
  return await tenant.call("GET", `/api/v1/databases/${uuid}`);
}

async function isActive(uuid: string) {
  return await until(
    () => read(uuid),
    (answer) => answer.body.data?.status === "active",
  );
}

/** Lets the pauses between attempts pass; never beside a runner, whose lease would be over. */
async function sweepUntil<Value>(
  ask: () => Promise<Value>,
  isRight: (value: Value) => boolean,
): Promise<Value> {
  return await until(async () => {
    const now = new Date(world.now());
    const held = await world.store("SELECT 1 FROM operations WHERE lease_until > $1", [now]);
    if (held.length === 0) await world.moveClock(301_000);
    await world.sweep();
    return await ask();
  }, isRight);
}

async function eventsOf(uuid: string): Promise<unknown[]> {
  const text =
    "SELECT type, data->>'error' AS error FROM events WHERE data->>'uuid' = $1 ORDER BY id";
  return await world.store(text, [uuid]);
}

const madeOnce = [
  { type: "database.provisioning", error: null },
  { type: "database.provisioned", error: null },
];

async function operationOf(uuid: string, kind: string) {
  const [row] = await world.store(
    `SELECT o.id, o.state, o.attempts, o.error_code FROM operations o
     JOIN databases d ON d.id = o.database_id WHERE d.uuid = $1 AND o.kind = $2`,
    [uuid, kind],
  );
  return row;
}

async function expectNoOrphans(): Promise<void> {
  expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
}

async function nothingStandsOf(login: string): Promise<void> {
  expect(await world.fleet("SELECT 1 FROM pg_roles WHERE rolname = $1", [login])).toEqual([]);
}

describe("a queue that", () => {
  test.each([
    { does: "loses", mode: "lose" },
    { does: "refuses", mode: "refuse" },
  ] as const)("$does messages delays a create, and no more", async ({ mode }) => {
    await setQueue(mode);
    const made = await create();
    await setQueue("deliver");
    expect(made.status).toBe(202);
    const { uuid } = made.body.data;
    expect((await read(uuid)).body.data.status).toBe("provisioning");
    await world.sweep();
    const { connection_string: url } = (await isActive(uuid)).body.data;
    expect(await sql(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await eventsOf(uuid)).toEqual(madeOnce);
  });

  test("delivers twice has the work done once", async () => {
    await setQueue("double");
    const made = await create();
    const { uuid } = made.body.data;
    await isActive(uuid);
    await setQueue("deliver");
    expect(await eventsOf(uuid)).toEqual(madeOnce);
    expect(await operationOf(uuid, "create")).toMatchObject({ state: "succeeded", attempts: 1 });
    await expectNoOrphans();
  });

  test("delivers late finds nothing to do for what was deleted meanwhile", async () => {
    await setQueue("hold");
    const made = await create();
    const { uuid, db_username: login } = made.body.data;
    const deleted = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    expect(deleted.body.data).toMatchObject({
      cancelled_provision_jobs: 1,
      has_remote_resources: false,
      destroy_scheduled_at: null,
    });
    await setQueue("deliver");
    // Behind the late message in the queue: once this one is done, that one has been.
    await isActive((await create()).body.data.uuid);
    await nothingStandsOf(login);
    expect((await operationOf(uuid, "create"))?.state).toBe("cancelled");
  });
});

describe("while a server cannot be reached", () => {
  test("a create is put off and ends in a database once it can be", async () => {
    world.link.cut();
    const made = await create();
    expect(made.status).toBe(202);
    const { uuid } = made.body.data;
    const listed = await until(
      () => tenant.call("GET", "/api/v1/operations?limit=1"),
      (answer) => answer.body.data[0].error !== null,
    );
    expect(listed.body.data[0]).toMatchObject({
      database_uuid: uuid,
      error: { code: "server_unreachable", message: "The database server could not be reached" },
    });
    world.link.mend();
    const { connection_string: url } = (
      await sweepUntil(
        () => read(uuid),
        (answer) => answer.body.data.status === "active",
      )
    ).body.data;
    expect(await sql(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await eventsOf(uuid)).toEqual(madeOnce);
  });

  test("a put-off create goes on by itself, without the sweep", async () => {
    world.link.cut();
    const { uuid } = (await create()).body.data;
    await until(
      () => operationOf(uuid, "create"),
      (operation) => operation?.error_code === "server_unreachable",
    );
    world.link.mend();
    await isActive(uuid);
  });

  test("a delete answers at once, and locks out as soon as it can", async () => {
    const { uuid, connection_string: url } = (await create({}, "?wait=true")).body.data;
    world.link.cut();
    const startedAtMs = performance.now();
    const deleted = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    expect(deleted.status).toBe(200);
    expect(deleted.body.data.has_remote_resources).toBe(true);
    // The link is still cut: the answer waited for no lock-out.
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    world.link.mend();
    await sweepUntil(
      () => operationOf(uuid, "delete"),
      (operation) => operation?.state === "succeeded",
    );
    await expect(sql(url, "SELECT 1")).rejects.toThrow(
      /not permitted|not currently|does not exist|password authentication failed/,
    );
  });

  test("new quotas are taken, and enforced as soon as they can be", async () => {
    const { uuid, connection_string: url } = (await create({}, "?wait=true")).body.data;
    world.link.cut();
    const path = `/api/v1/databases/${uuid}/quotas`;
    const changed = await tenant.call("PATCH", path, { body: { connection_hard_limit: 3 } });
    expect(changed.status).toBe(200);
    expect(changed.body.data.quotas.connection_hard_limit).toBe(3);
    world.link.mend();
    await sweepUntil(
      () => operationOf(uuid, "change_quotas"),
      (operation) => operation?.state === "succeeded",
    );
    const text = "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user";
    expect(await sql(url, text)).toEqual([{ rolconnlimit: 3 }]);
  });

  test("a create is not given up while its server stays away, and is made when it is back", async () => {
    world.link.cut();
    const { uuid } = (await create()).body.data;
    // More often than an operation is tried that its server refuses.
    for (let sweeps = 0; sweeps <= attemptsMaxOf("create", "server_refused"); sweeps++) {
      await world.moveClock(301_000);
      await world.sweep();
    }
    expect((await read(uuid)).body.data.status).toBe("provisioning");
    expect(await eventsOf(uuid)).toEqual([{ type: "database.provisioning", error: null }]);
    expect((await admin("GET", "/servers", { url: world.url })).body.data[0].state).toBe("down");
    world.link.mend();
    await sweepUntil(
      () => read(uuid),
      (answer) => answer.body.data.status === "active",
    );
    expect(await eventsOf(uuid)).toEqual(madeOnce);
    await expectNoOrphans();
  });

  test("the operator's retry makes a put-off job due at once", async () => {
    world.link.cut();
    const { uuid } = (await create()).body.data;
    const job = await until(
      () => operationOf(uuid, "create"),
      (operation) => operation?.state === "queued" && Number(operation.attempts) >= 3,
    );
    // So far that nothing but the retry makes it due.
    await until(
      () =>
        world.store(
          `UPDATE operations SET not_before = not_before + interval '1 day'
           WHERE id = $1 AND state = 'queued' RETURNING id`,
          [job?.id],
        ),
      (postponed) => postponed.length === 1,
    );
    world.link.mend();
    const retried = await admin("POST", `/jobs/${job?.id}/retry`, { url: world.url });
    expect(retried.status).toBe(200);
    await isActive(uuid);
  });

  test("the list of orphans says so, and answers 503", async () => {
    world.link.cut();
    const answer = await admin("GET", "/orphans", { url: world.url });
    world.link.mend();
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(answer.body.error.message).toContain("test-postgres");
  });
});

test("a server that takes connections and says nothing turns a wait into a 202 in time", async () => {
  world.link.silence();
  const startedAtMs = performance.now();
  const made = await create({}, "?wait=true&timeout=1");
  const tookMs = performance.now() - startedAtMs;
  expect(made.status).toBe(202);
  expect(tookMs).toBeGreaterThan(900);
  // Less than the default time-out, and than it takes to give up a silent server.
  expect(tookMs).toBeLessThan(7_000);
  const { uuid } = made.body.data;
  const pollUrl = `${world.url}/api/v1/databases/${uuid}`;
  expect(made.body.provisioning).toEqual({
    completed: false,
    waited_seconds: expect.any(Number),
    poll_url: pollUrl,
  });
  const { waited_seconds: waitedSeconds } = made.body.provisioning;
  expect(waitedSeconds).toBeGreaterThanOrEqual(1);
  expect(waitedSeconds).toBeLessThanOrEqual(Math.ceil(tookMs / 1_000));
  expect(made.headers.get("location")).toBe(pollUrl);
  expect(made.headers.get("retry-after")).toMatch(/^\d+$/);
  world.link.mend();
  await sweepUntil(
    () => read(uuid),
    (answer) => answer.body.data.status === "active",
  );
});

test("while the store is away every request is told to come back, and then goes on where it was", async () => {
  const { uuid } = (await create({}, "?wait=true")).body.data;
  const key = randomUUID();
  const name = newName();
  await world.stopEndpoint();
  for (const answer of [
    await tenant.call("GET", "/api/v1/databases"),
    await read(uuid),
    await create({ name }, "", key),
    await tenant.call("DELETE", `/api/v1/databases/${uuid}`),
  ]) {
    expect(answer.status).toBe(503);
    expect(answer.body.error.code).toBe("unavailable");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  await world.startEndpoint();
  expect((await read(uuid)).status).toBe(200);
  const made = await create({ name }, "?wait=true", key);
  expect(made.status).toBe(201);
  const rows = await world.store("SELECT uuid FROM databases WHERE name = $1", [name]);
  expect(rows).toEqual([{ uuid: made.body.data.uuid }]);
});

/** Takes the login's name that the next database would have; the name. */
async function takeNextLogin(): Promise<string> {
  const [next] = await world.store("SELECT nextval('databases_id_seq') AS id");
  const foreign = `u${Number(next?.id) + 1}`;
  await world.fleet(`CREATE ROLE ${foreign} LOGIN PASSWORD 'of its owner'`);
  return foreign;
}

test("a create that its server refuses is given up in the end: told of, undone, and its name is free", async () => {
  const foreign = await takeNextLogin();
  const name = newName();
  const made = await create({ name });
  const { uuid } = made.body.data;
  await sweepUntil(
    () => operationOf(uuid, "create"),
    (operation) => operation?.state === "failed",
  );
  expect((await eventsOf(uuid)).slice(0, 2)).toEqual([
    { type: "database.provisioning", error: null },
    { type: "database.provision_failed", error: "server_refused" },
  ]);
  expect((await read(uuid)).status).toBe(404);
  const dead = await admin("GET", "/dead_letters", { url: world.url });
  const listed = dead.body.data.find(
    (each: { database_uuid: string }) => each.database_uuid === uuid,
  );
  expect(listed).toMatchObject({ kind: "create" });
  const revived = await admin("POST", `/jobs/${listed.id}/retry`, { url: world.url });
  expect(revived.status).toBe(409);

  const again = await create({ name }, "?wait=true");
  expect(again.status).toBe(201);
  expect(again.body.data.uuid).not.toBe(uuid);
  await sweepUntil(
    () => operationOf(uuid, "destroy"),
    (operation) => operation?.state === "succeeded",
  );
  expect((await eventsOf(uuid)).slice(2)).toEqual([{ type: "database.destroyed", error: null }]);
  await world.fleet(`DROP ROLE ${foreign}`);
  await nothingStandsOf(foreign);
  await expectNoOrphans();
});

test("a role that has a tenant's name but is not ours is neither taken nor dropped", async () => {
  const foreign = await takeNextLogin();
  const hash = "SELECT rolpassword, rolcanlogin FROM pg_authid WHERE rolname = $1";
  const before = await world.fleet(hash, [foreign]);
  const { uuid, db_username: login } = (await create()).body.data;
  expect(login).toBe(foreign);
  const listed = await until(
    () => tenant.call("GET", "/api/v1/operations?limit=1"),
    (answer) => answer.body.data[0].error !== null,
  );
  expect(listed.body.data[0].error).toEqual({
    code: "server_refused",
    message: "The database server refused a step",
  });
  expect((await tenant.call("DELETE", `/api/v1/databases/${uuid}`)).status).toBe(200);
  await sweepUntil(
    () => operationOf(uuid, "destroy"),
    (operation) => operation?.state === "succeeded",
  );
  expect(await world.fleet(hash, [foreign])).toEqual(before);
});

import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leaseSeconds } from "../../src/polykomos/operations/run.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { sql } from "../support/sql.ts";
import { startWorld, type World } from "./world.ts";

/** A runner that is slow is not two runners: what it left on a server cannot outlive its lease. */
let world: World;
let tenant: Tenant;
/** Stops the first statement that matches, until it is let go. */
let halt: { at: RegExp; reached(): void; gone: Promise<void> } | null = null;

beforeAll(async () => {
  world = await startWorld(
    {},
    {
      async onFleetStatement(text) {
        if (!halt?.at.test(text)) return;
        const { reached, gone } = halt;
        halt = null;
        reached();
        await gone;
      },
    },
  );
  tenant = await newTenant({ url: world.url });
});

afterAll(async () => {
  await world.stop();
});

function haltAt(at: RegExp): { reached: Promise<void>; letGo(): void } {
  let letGo = () => {};
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    halt = { at, reached: resolve, gone };
  });
  return { reached, letGo };
}

async function create() {
  const body = { name: `db-${randomUUID().slice(0, 8)}` };
  return (await tenant.call("POST", "/api/v1/databases", { body })).body.data;
}

async function operationsOf(uuid: string) {
  return await world.store(
    `SELECT o.kind, o.state, o.attempts, o.lease_until FROM operations o
     JOIN databases d ON d.id = o.database_id WHERE d.uuid = $1 ORDER BY o.seq`,
    [uuid],
  );
}

/** Waits for an operation's end: an answer does not wait long for its work. */
async function succeeds(uuid: string, kind: string): Promise<void> {
  await until(
    () => operationsOf(uuid),
    (all) => all.some((each) => each.kind === kind && each.state === "succeeded"),
  );
}

async function expectNoOrphans(): Promise<void> {
  expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
}

test.each(["CREATE ROLE", "CREATE DATABASE", "COMMENT ON DATABASE", "RENAME TO", "SELECT 1"])(
  "a runner stuck before %s is overtaken once its lease is over, and changes nothing any more",
  async (statement) => {
    const stuck = haltAt(new RegExp(statement));
    const { uuid } = await create();
    await stuck.reached;
    await world.moveClock((leaseSeconds + 1) * 1_000);
    await world.sweep();
    const ready = await until(
      () => tenant.call("GET", `/api/v1/databases/${uuid}`),
      (answer) => answer.body.data.status === "active",
    );
    stuck.letGo();
    expect(await sql(ready.body.data.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await operationsOf(uuid)).toEqual([
      { kind: "create", state: "succeeded", attempts: 2, lease_until: null },
    ]);
    await expectNoOrphans();
  },
);

test.each(["CREATE ROLE", "CREATE DATABASE", "RENAME TO", "SELECT 1"])(
  "a delete while the making is before %s waits its turn, and then nothing lets anyone in",
  async (statement) => {
    const stuck = haltAt(new RegExp(statement));
    const { uuid } = await create();
    await stuck.reached;
    const { body: read } = await tenant.call("GET", `/api/v1/databases/${uuid}`);
    const deleting = tenant.call("DELETE", `/api/v1/databases/${uuid}`);
    await until(
      () => operationsOf(uuid),
      (operations) => operations.length > 1,
    );
    stuck.letGo();
    const deleted = await deleting;
    expect(deleted.status).toBe(200);
    expect(deleted.body.data).toMatchObject({
      cancelled_provision_jobs: 1,
      has_remote_resources: true,
    });
    await succeeds(uuid, "delete");
    await expect(sql(read.data.connection_string, "SELECT 1")).rejects.toThrow(
      /not (permitted|currently accepting)|password authentication failed|does not exist/,
    );
    expect(await operationsOf(uuid)).toMatchObject([
      { kind: "create", state: "cancelled", lease_until: null },
      { kind: "delete", state: "succeeded", attempts: 1 },
      { kind: "destroy", state: "queued" },
    ]);
    await expectNoOrphans();
  },
);

test("a session that a dead runner left at work on the server is ended by the next one", async () => {
  const { uuid, db_username: login } = await create();
  await succeeds(uuid, "create");
  const { host, port, user, password } = world.server();
  const left = new Client({ host, port, user, password, database: "postgres" });
  left.on("error", () => {});
  const ended = new Promise<void>((resolve) => left.on("end", () => resolve()));
  await left.connect();
  // What keepOthersOut takes: the hash of the tenant's mark.
  await left.query(
    `SELECT pg_advisory_lock(hashtextextended(shobj_description(oid, 'pg_authid'), 0))
     FROM pg_roles WHERE rolname = $1`,
    [login],
  );
  const path = `/api/v1/databases/${uuid}/quotas`;
  const changed = await tenant.call("PATCH", path, { body: { connection_hard_limit: 4 } });
  expect(changed.status).toBe(200);
  await ended;
  await succeeds(uuid, "change_quotas");
  const limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = $1";
  expect(await world.fleet(limit, [login])).toEqual([{ rolconnlimit: 4 }]);
});

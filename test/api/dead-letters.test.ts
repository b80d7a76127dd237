import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";

/** What was given up is listed for the operator, and can be done after all. */
let world: World;
let tenant: Tenant;

beforeAll(async () => {
  // Work waits for a server that is known to be down, and is not given up.
  world = await startWorld({ SERVER_DOWN_AFTER_FAILURES: "1000000" });
  tenant = await newTenant({ url: world.url });
});

afterAll(() => world.stop());

type Letter = { object: string; id: string | number; [field: string]: unknown };

async function letters(object: string): Promise<Letter[]> {
  const answer = await admin("GET", "/dead_letters", { url: world.url });
  expect(answer.status).toBe(200);
  return answer.body.data.filter((each: Letter) => each.object === object);
}

async function newDatabase() {
  const body = { name: `d-${randomUUID().slice(0, 8)}` };
  const answer = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.data;
}

/** Puts a message on a queue as it is, whatever it is. */
async function send(queue: string, body: unknown): Promise<void> {
  const answer = await fetch(`${world.url}/test/message`, {
    method: "POST",
    body: JSON.stringify({ queue, body }),
  });
  expect(answer.status).toBe(200);
}

test("an operation that was given up is listed, and a retry finishes it", async () => {
  const { uuid } = await newDatabase();
  world.link.cut();
  const quotas = { connection_hard_limit: 4 };
  await tenant.call("PATCH", `/api/v1/databases/${uuid}/quotas`, { body: quotas });
  await world.store(
    `UPDATE operations SET attempts = 100000, not_before = created_at, lease_until = NULL
     WHERE kind = 'change_quotas' AND database_id = (SELECT id FROM databases WHERE uuid = $1)`,
    [uuid],
  );
  const [given] = await until(
    async () => {
      await world.sweep();
      return (await letters("operation")).filter((each) => each.database_uuid === uuid);
    },
    (found) => found.length === 1,
  );
  expect(given).toMatchObject({ kind: "change_quotas", state: "failed" });
  world.link.mend();
  await world.moveClock(120_000);
  const retried = await admin("POST", `/jobs/${given?.id}/retry`, { url: world.url });
  expect(retried.body.data).toEqual({ object: "operation", id: given?.id, state: "queued" });
  await until(
    async () => {
      await world.sweep();
      return (await tenant.call("GET", `/api/v1/operations/${given?.id}`)).body.data.state;
    },
    (state) => state === "succeeded",
  );
  expect((await letters("operation")).filter((each) => each.id === given?.id)).toEqual([]);
});

test("an application that was given up is listed, and a retry finishes it", async () => {
  const { uuid } = await newDatabase();
  const blueprint = await tenant.call("POST", "/api/v1/blueprints", {
    body: { name: "tables", sql_content: "CREATE TABLE IF NOT EXISTS t (a int);" },
  });
  world.link.cut();
  const path = `/api/v1/databases/${uuid}/blueprint_applications`;
  const body = { blueprint_uuid: blueprint.body.data.uuid, wait: false };
  const begun = await tenant.call("POST", path, { body });
  expect(begun.status, JSON.stringify(begun.body)).toBe(202);
  await world.store("UPDATE blueprint_applications SET attempts = 100 WHERE status <> 'completed'");
  const [given] = await until(
    async () => {
      await world.moveClock(61_000);
      await world.sweep();
      return await letters("blueprint_application");
    },
    (found) => found.length === 1,
  );
  expect(given).toMatchObject({
    database_uuid: uuid,
    state: "rolled_back",
    error: { code: "server_unreachable" },
  });
  world.link.mend();
  const retried = await admin("POST", `/jobs/${given?.id}/retry`, { url: world.url });
  expect(retried.body.data).toEqual({
    object: "blueprint_application",
    id: given?.id,
    state: "queued",
  });
  await until(
    async () => {
      await world.sweep();
      return (await tenant.call("GET", path)).body.data[0].status;
    },
    (status) => status === "completed",
  );
  expect(await letters("blueprint_application")).toEqual([]);
  expect((await admin("POST", `/jobs/${given?.id}/retry`, { url: world.url })).status).toBe(409);
});

test("a message that nobody can read is kept, cut, and without secrets", async () => {
  const secret = `pk_live_${"a".repeat(18)}_${"b".repeat(40)}`;
  await send("JOBS", { kind: "nonsense", key: secret, long: "x".repeat(10_000) });
  await send("DELIVERIES", "not even an object");
  const kept = await until(
    () => letters("message"),
    (found) => found.length === 2,
  );
  for (const message of kept) expect(message.reason).toBe("unreadable");
  const bodies = kept.map((message) => String(message.body));
  expect(bodies).toContain("not even an object");
  const long = bodies.find((text) => text.includes("nonsense")) ?? "";
  expect(long.length).toBeLessThanOrEqual(2_000);
  expect(long).not.toContain(secret);
  expect(kept.map((message) => message.queue).sort()).toEqual([
    "polypuma-deliveries",
    "polypuma-jobs",
  ]);
});

test("what a dead-letter queue holds is written down once, and old ones are forgotten", async () => {
  const before = (await letters("message")).length;
  await send("JOBS_DEAD", { kind: "operation", operationId: randomUUID() });
  const found = await until(
    () => letters("message"),
    (all) => all.length === before + 1,
  );
  expect(found[0]).toMatchObject({ queue: "polypuma-jobs-dead", reason: "exhausted" });
  await world.moveClock(31 * 24 * 3_600_000);
  await world.sweep();
  expect(await letters("message")).toEqual([]);
});

test("a job that nobody knows, and one of another kind, cannot be retried", async () => {
  const { url } = world;
  expect((await admin("POST", `/jobs/${randomUUID()}/retry`, { url })).status).toBe(404);
  expect((await admin("POST", "/jobs/999999/retry", { url })).status).toBe(404);
  expect((await admin("POST", "/jobs/none/retry", { url })).status).toBe(422);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { admin, newDatabase, newTenant } from "../support/api.ts";
import { type EmptyWorld, startEmptyWorld } from "../support/empty-world.ts";
import { sql } from "../support/sql.ts";

function newEmail(): string {
  return `${randomUUID()}@example.com`;
}

test("a new user has a team of their own, which is the primary one", async () => {
  const email = newEmail();
  const made = await admin("POST", "/users", { body: { email, name: "  Ada Lovelace " } });
  expect(made.status).toBe(201);
  const user = made.body.data;
  expect(user).toMatchObject({ object: "user", email, name: "Ada Lovelace" });
  expect(user.teams).toEqual([
    { id: expect.any(Number), name: "Ada Lovelace's team", is_primary: true },
  ]);
  const [newest] = (await admin("GET", "/users")).body.data.filter(
    (each: { id: number }) => each.id === user.id,
  );
  expect(newest).toEqual(user);
});

test("an e-mail address belongs to one user, however it is written", async () => {
  const email = newEmail();
  await admin("POST", "/users", { body: { email, name: "One" } });
  for (const same of [email, email.toUpperCase()]) {
    const again = await admin("POST", "/users", { body: { email: same, name: "Two" } });
    expect([again.status, again.body.error.code]).toEqual([409, "conflict"]);
  }
});

test("many users with one address at once become one", async () => {
  const email = newEmail();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => admin("POST", "/users", { body: { email, name: "Once" } })),
  );
  expect(answers.map((each) => each.status).sort()).toEqual([201, ...new Array(7).fill(409)]);
});

test("a team has the given members, or is not made", async () => {
  const tenant = await newTenant();
  const body = { name: "both", member_user_ids: [tenant.userId, 999_999_999] };
  const refused = await admin("POST", "/teams", { body });
  expect([refused.status, refused.body.error.details.field]).toEqual([422, "member_user_ids"]);
  const twice = { name: "twice", member_user_ids: [tenant.userId, tenant.userId] };
  const made = await admin("POST", "/teams", { body: twice });
  expect(made.body.data).toMatchObject({ object: "team", name: "twice" });
});

test("a member is added once, and gets another role by being added again", async () => {
  const [owner, member] = [await newTenant(), await newTenant()];
  const path = `/teams/${owner.teamId}/members`;
  for (const role of ["member", "owner"]) {
    const put = await admin("POST", path, { body: { user_id: member.userId, role } });
    expect(put.status).toBe(201);
    const { teamId: team_id } = owner;
    expect(put.body.data).toEqual({ object: "membership", team_id, user_id: member.userId, role });
  }
  const body = { user_id: member.userId };
  expect((await admin("POST", "/teams/999999999/members", { body })).status).toBe(404);
  const nobody = { user_id: 999_999_999 };
  expect((await admin("POST", path, { body: nobody })).status).toBe(404);
});

test("keys are listed newest first, and a revoked one stays in the list as revoked", async () => {
  const tenant = await newTenant();
  const body = { name: "second", permissions: ["databases:read", "databases:read"] };
  const second = await admin("POST", `/users/${tenant.userId}/keys`, { body });
  expect(second.body.data.permissions).toEqual(["databases:read"]);
  const first = await admin("DELETE", `/keys/${tenant.keyId}`);
  expect(first.body.data).toMatchObject({ id: tenant.keyId, status: "revoked" });
  const again = await admin("DELETE", `/keys/${tenant.keyId}`);
  expect(again.body.data.revoked_at).toBe(first.body.data.revoked_at);
  const listed = (await admin("GET", `/users/${tenant.userId}/keys`)).body.data;
  expect(listed.map((each: { id: number; status: string }) => [each.id, each.status])).toEqual([
    [second.body.data.id, "active"],
    [tenant.keyId, "revoked"],
  ]);
});

test.each([
  ["GET", "/users/999999999/keys", undefined],
  ["POST", "/users/999999999/keys", { name: "k", permissions: ["databases:read"] }],
  ["DELETE", "/keys/999999999", undefined],
  ["POST", "/servers/999999999/drain", undefined],
  ["POST", "/servers/999999999/activate", undefined],
  ["PATCH", "/servers/999999999", { max_databases: 5 }],
  ["POST", `/jobs/${randomUUID()}/retry`, undefined],
] as const)("%s %s is not found", async (method, path, body) => {
  const answer = await admin(method, path, body ? { body } : {});
  expect([answer.status, answer.body.error.code]).toEqual([404, "not_found"]);
});

test("jobs are listed by state; one that ended well is not run again", async () => {
  const tenant = await newTenant();
  await newDatabase(tenant);
  const [operation] = (await tenant.call("GET", "/api/v1/operations")).body.data;
  for (const state of ["queued", "running", "succeeded", "failed", "cancelled"]) {
    const listed = await admin("GET", `/jobs?state=${state}`);
    expect(listed.status).toBe(200);
    for (const each of listed.body.data) expect(each.state).toBe(state);
    const isListed = listed.body.data.some((each: { id: string }) => each.id === operation.id);
    expect([state, isListed]).toEqual([state, state === "succeeded"]);
  }
  expect((await admin("GET", "/jobs?state=lost")).status).toBe(422);
  expect((await admin("GET", "/dead_letters")).status).toBe(200);
  const again = await admin("POST", `/jobs/${operation.id}/retry`);
  expect([again.status, again.body.error.code]).toEqual([409, "conflict"]);
});

test("the scheduled work can be done now, and tells what it did", async () => {
  const done = await admin("POST", "/sweep");
  expect(done.body.data).toMatchObject({
    object: "sweep",
    operations_announced: expect.any(Number),
    pool_started: 0,
    servers_measured: expect.any(Number),
  });
});

describe("in a world without a server", () => {
  let world: EmptyWorld;
  let url: string;

  beforeAll(async () => {
    world = await startEmptyWorld();
    url = world.url;
  });
  afterAll(async () => {
    await world.stop();
  });

  function serverBody(change: Record<string, unknown> = {}) {
    const { host, port, user, password } = inject("suite").postgres;
    return {
      name: `server-${randomUUID().slice(0, 8)}`,
      engine: "postgres",
      region: "here",
      host,
      port,
      tls: false,
      admin_user: user,
      admin_password: password,
      ...change,
    };
  }

  test("the service says what it lacks, and a create that there is no engine", async () => {
    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      ok: false,
      missing: [expect.stringContaining("server")],
    });
    const tenant = await newTenant({ url });
    const made = await tenant.call("POST", "/api/v1/databases", { body: { name: "early" } });
    expect([made.status, made.body.error.details.field]).toEqual([422, "db_type"]);
    expect((await tenant.call("GET", "/api/v1/databases")).body.data).toEqual([]);
  });

  test("a server is registered once it could be reached, and never shows its password", async () => {
    const body = serverBody();
    const made = await admin("POST", "/servers", { url, body });
    expect(made.status).toBe(201);
    expect(made.body.data).toMatchObject({ object: "server", name: body.name, state: "active" });
    const again = await admin("POST", "/servers", { url, body });
    expect([again.status, again.body.error.code]).toEqual([409, "conflict"]);
    const listed = await admin("GET", "/servers", { url });
    expect(listed.body.data.map((each: { name: string }) => each.name)).toContain(body.name);
    const stored = await sql(world.storeUrl, "SELECT s::text AS row FROM fleet_servers s");
    for (const text of [JSON.stringify(made.body), JSON.stringify(listed.body), stored[0]?.row]) {
      expect(text).not.toContain(body.admin_password);
    }
  });

  test.each([
    ["a port where nothing listens", { port: 9 }],
    ["a wrong password", { admin_password: "wrong-password" }],
    ["a host that does not exist", { host: "nowhere.invalid" }],
    ["an engine that is not offered", { engine: "mysql" }],
  ])("a server with %s is refused and not kept", async (_, change) => {
    const body = serverBody(change);
    const refused = await admin("POST", "/servers", { url, body });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).not.toContain(body.admin_password);
    const rows = await sql(world.storeUrl, "SELECT 1 FROM fleet_servers WHERE name = $1", [
      body.name,
    ]);
    expect(rows).toEqual([]);
  });

  test("a server that moves to where it cannot be reached stays where it was", async () => {
    const made = (await admin("POST", "/servers", { url, body: serverBody() })).body.data;
    const path = `/servers/${made.id}`;
    const refused = await admin("PATCH", path, { url, body: { port: 9 } });
    expect(refused.status).toBe(422);
    const widened = await admin("PATCH", path, { url, body: { max_databases: 7 } });
    expect(widened.body.data).toEqual({ ...made, max_databases: 7 });
  });

  test("a drained region takes nothing new, says so, and takes again when it is active", async () => {
    const region = `region-${randomUUID().slice(0, 8)}`;
    const made = (await admin("POST", "/servers", { url, body: serverBody({ region }) })).body.data;
    const tenant = await newTenant({ url });
    async function isAvailable(): Promise<boolean | undefined> {
      const types = (await tenant.call("GET", "/api/v1/database_types")).body.data;
      const regions: { code: string; is_available: boolean }[] = types[0].regions;
      return regions.find((each) => each.code === region)?.is_available;
    }
    expect(await isAvailable()).toBe(true);
    const drained = await admin("POST", `/servers/${made.id}/drain`, { url });
    expect(drained.body.data.state).toBe("draining");
    expect(await isAvailable()).toBe(false);
    const body = { name: "late", region };
    const full = await tenant.call("POST", "/api/v1/databases", { body });
    expect([full.status, full.body.error.code]).toEqual([503, "no_capacity"]);
    const active = await admin("POST", `/servers/${made.id}/activate`, { url });
    expect(active.body.data.state).toBe("active");
    expect(await isAvailable()).toBe(true);
  });

  test("the pool of every engine and region is told", async () => {
    const region = `region-${randomUUID().slice(0, 8)}`;
    await admin("POST", "/servers", { url, body: serverBody({ region }) });
    const pools = (await admin("GET", "/pool", { url })).body.data;
    expect(pools).toContainEqual({
      object: "pool",
      engine: "postgres",
      region,
      target: 0,
      ready: 0,
      building: 0,
      hits: 0,
      misses: 0,
      creations_per_minute: 0,
      oldest_ready_seconds: null,
    });
  });
});

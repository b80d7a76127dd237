import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newDatabase, newTenant, until } from "../support/api.ts";
import { sql } from "../support/sql.ts";

const databases = "/api/v1/databases";

function newName(): string {
  return `app-${randomUUID().slice(0, 8)}`;
}

test("a rename changes the name only: the connection string keeps working", async () => {
  const tenant = await newTenant();
  const before = await newDatabase(tenant);
  await sql(before.connection_string, "CREATE TABLE kept (id int)");
  const name = newName();
  const path = `${databases}/${before.uuid}`;
  const renamed = await tenant.call("PATCH", path, { body: { name } });
  expect(renamed.status).toBe(200);
  expect(renamed.body.data.db_password).toBeNull();
  const after = (await tenant.call("GET", path)).body.data;
  expect(after).toEqual({ ...before, name, updated_at: after.updated_at });
  expect(Date.parse(after.updated_at)).toBeGreaterThanOrEqual(Date.parse(before.updated_at));
  expect(await sql(after.connection_string, "SELECT count(*)::int AS n FROM kept")).toEqual([
    { n: 0 },
  ]);
});

test("a database may be renamed to the name it has, and to one that became free", async () => {
  const tenant = await newTenant();
  const [one, other] = [await newDatabase(tenant), await newDatabase(tenant)];
  const path = `${databases}/${one.uuid}`;
  expect((await tenant.call("PATCH", path, { body: { name: one.name } })).status).toBe(200);
  const taken = await tenant.call("PATCH", path, { body: { name: other.name } });
  expect([taken.status, taken.body.error.code]).toEqual([409, "name_taken"]);
  expect(taken.body.error.details).toEqual({ field: "name", existing_uuid: other.uuid });
  expect((await tenant.call("GET", path)).body.data.name).toBe(one.name);

  await tenant.call("PATCH", `${databases}/${other.uuid}`, { body: { name: newName() } });
  expect((await tenant.call("PATCH", path, { body: { name: other.name } })).status).toBe(200);
  expect((await newDatabase(tenant, { name: one.name })).name).toBe(one.name);
});

test("of many renames to one name at once, one wins", async () => {
  const tenant = await newTenant();
  const all = [await newDatabase(tenant), await newDatabase(tenant), await newDatabase(tenant)];
  const name = newName();
  const answers = await Promise.all(
    all.map(({ uuid }) => tenant.call("PATCH", `${databases}/${uuid}`, { body: { name } })),
  );
  expect(answers.map((each) => each.status).sort()).toEqual([200, 409, 409]);
});

test("of many creates of one name at once, one wins, and the others are told which", async () => {
  const tenant = await newTenant();
  const body = { name: newName() };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => tenant.call("POST", databases, { body })),
  );
  const [won, ...more] = answers.filter((each) => each.status < 300);
  expect([won?.status, more]).toEqual([expect.toBeOneOf([201, 202]), []]);
  for (const each of answers.filter((answer) => answer !== won)) {
    expect([each.status, each.body.error.code]).toEqual([409, "name_taken"]);
    expect(each.body.error.details.existing_uuid).toBe(won?.body.data.uuid);
  }
});

test("a rename asks for a name", async () => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  const answer = await tenant.call("PATCH", `${databases}/${uuid}`, { body: {} });
  expect(answer.status).toBe(422);
  expect(answer.body.error.message).toBe("Missing required field: name");
});

test.each(["a", "0", "a-", "a--b", "0-0", "postgres", "template1", "user", "a".repeat(63)])(
  "%s is a name, and its database can be used",
  async (name) => {
    const tenant = await newTenant();
    const database = await newDatabase(tenant, { name });
    expect(database.name).toBe(name);
    expect(await sql(database.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  },
);

test("what is deleted is gone for every operation, and its name is free at once", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const path = `${databases}/${database.uuid}`;
  const deleted = await tenant.call("DELETE", path);
  expect(deleted.body.data).toMatchObject({
    object: "database",
    uuid: database.uuid,
    deleted: true,
    cancelled_provision_jobs: 0,
    has_remote_resources: true,
  });
  const inDays = (Date.parse(deleted.body.data.destroy_scheduled_at) - Date.now()) / 86_400_000;
  expect(inDays).toBeCloseTo(7, 1);
  const again = [
    await tenant.call("GET", path),
    await tenant.call("DELETE", path),
    await tenant.call("PATCH", path, { body: { name: newName() } }),
    await tenant.call("PATCH", `${path}/quotas`, { body: { warning_threshold_pct: 5 } }),
  ];
  expect(again.map((each) => each.status)).toEqual([404, 404, 404, 404]);
  expect((await tenant.call("GET", databases)).body.data).toEqual([]);
  const next = await newDatabase(tenant, { name: database.name });
  expect(next.uuid).not.toBe(database.uuid);
  expect(next.db_name).not.toBe(database.db_name);
  expect(await sql(next.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a path takes a uuid in capitals too", async () => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  const answer = await tenant.call("GET", `${databases}/${uuid.toUpperCase()}`);
  expect([answer.status, answer.body.data?.uuid]).toEqual([200, uuid]);
});

test("a uuid of any version that names nothing is not found", async () => {
  const tenant = await newTenant();
  for (const uuid of ["11111111-1111-1111-1111-111111111111", randomUUID()]) {
    expect((await tenant.call("GET", `${databases}/${uuid}`)).status).toBe(404);
  }
});

test("a create without waiting answers 202 with all but readiness, and where to look", async () => {
  const tenant = await newTenant();
  // The queue may have built one by the time of its answer.
  const made = await until(
    () => tenant.call("POST", databases, { body: { name: newName() } }),
    ({ status }) => status !== 201,
  );
  expect(made.status).toBe(202);
  const { data, provisioning } = made.body;
  expect(data.status).toBe("provisioning");
  for (const field of ["host", "port", "db_name", "db_username", "connection_string"]) {
    expect([field, data[field]]).not.toEqual([field, null]);
  }
  expect(data.db_password).toMatch(/^[A-Za-z0-9]{24,}$/);
  expect(data.connection_string).toContain(`${data.db_username}:${data.db_password}@`);
  expect(provisioning).toEqual({
    completed: false,
    waited_seconds: 0,
    poll_url: expect.stringMatching(new RegExp(`^http.*${databases}/${data.uuid}$`)),
  });
  expect(made.headers.get("location")).toBe(provisioning.poll_url);
  expect(Number(made.headers.get("retry-after"))).toBeGreaterThan(0);
  const polled = await fetch(provisioning.poll_url, {
    headers: { authorization: `Bearer ${tenant.key}` },
  });
  expect(polled.status).toBe(200);
  await polled.body?.cancel();
});

test.each([
  ["wait=true&timeout=1", true],
  ["wait=true&timeout=120", true],
  ["wait=false&timeout=30", true],
  ["timeout=30", true],
  ["timeout=0", false],
  ["timeout=121", false],
  ["timeout=", false],
  ["wait=", false],
  ["wait=yes", false],
  ["wait=TRUE", false],
  ["wait=true&wait=true", false],
  ["wat=true", false],
])("a create with ?%s is taken: %s", async (query, isTaken) => {
  const tenant = await newTenant();
  const answer = await tenant.call("POST", `${databases}?${query}`, { body: { name: newName() } });
  if (isTaken) expect([201, 202]).toContain(answer.status);
  else expect(answer.status).toBe(422);
});

const plans = ["free", "launch", "grow"] as const;

describe.each(plans)("the plan %s", (plan) => {
  test("takes quotas up to its caps and none above, at creation and after", async () => {
    const tenant = await newTenant();
    const limits = (await tenant.call("GET", "/api/v1/limits")).body.data;
    const caps = limits.plans.find((each: { name: string }) => each.name === plan);
    const most = {
      storage_hard_limit_gb: caps.storage_gb_max,
      connection_hard_limit: caps.connections_max,
      warning_threshold_pct: 100,
    };
    const database = await newDatabase(tenant, { plan, ...most });
    expect([database.plan, database.quotas]).toEqual([plan, most]);

    const path = `${databases}/${database.uuid}/quotas`;
    for (const [field, value] of [
      ["storage_hard_limit_gb", caps.storage_gb_max + 0.001],
      ["connection_hard_limit", caps.connections_max + 1],
    ] as const) {
      const created = await tenant.call("POST", databases, {
        body: { name: newName(), plan, [field]: value },
      });
      const changed = await tenant.call("PATCH", path, { body: { [field]: value } });
      for (const refused of [created, changed]) {
        expect([refused.status, refused.body.error.code]).toEqual([422, "quota_above_plan"]);
        expect(refused.body.error.details).toMatchObject({ field, plan });
      }
    }
    const still = await tenant.call("GET", `${databases}/${database.uuid}`);
    expect(still.body.data.quotas).toEqual(most);
  });
});

test("a quota that is not sent stays; null takes the plan's", async () => {
  const tenant = await newTenant();
  const { uuid, quotas } = await newDatabase(tenant);
  const none = {
    storage_hard_limit_gb: null,
    connection_hard_limit: null,
    warning_threshold_pct: null,
  };
  expect(quotas).toEqual(none);
  const path = `${databases}/${uuid}/quotas`;
  const steps = [
    [{ storage_hard_limit_gb: 0.25 }, { ...none, storage_hard_limit_gb: 0.25 }],
    [
      { connection_hard_limit: 3, warning_threshold_pct: 1 },
      { storage_hard_limit_gb: 0.25, connection_hard_limit: 3, warning_threshold_pct: 1 },
    ],
    [
      { storage_hard_limit_gb: null },
      { ...none, connection_hard_limit: 3, warning_threshold_pct: 1 },
    ],
    [{ connection_hard_limit: null, warning_threshold_pct: null }, none],
  ];
  for (const [body, expected] of steps) {
    const answer = await tenant.call("PATCH", path, { body });
    expect(answer.body.data?.quotas).toEqual(expected);
    const read = await tenant.call("GET", `${databases}/${uuid}`);
    expect(read.body.data.quotas).toEqual(expected);
  }
  expect((await tenant.call("PATCH", path, { body: {} })).status).toBe(422);
});

test.each([
  { warning_threshold_pct: 0 },
  { warning_threshold_pct: 101 },
  { warning_threshold_pct: 50.5 },
  { connection_hard_limit: 0 },
  { connection_hard_limit: 1.5 },
  { storage_hard_limit_gb: 0 },
  { storage_hard_limit_gb: -1 },
  { storage_hard_limit_gb: "1" },
])("the quota %j is refused", async (body) => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  const answer = await tenant.call("PATCH", `${databases}/${uuid}/quotas`, { body });
  expect([answer.status, answer.body.error.code]).toEqual([422, "invalid_field"]);
  expect(answer.body.error.details.field).toBe(Object.keys(body)[0]);
});

test("the limits that are told are the ones that hold", async () => {
  const tenant = await newTenant({ controls: { requests_per_minute: 77, monthly_quota: 99 } });
  const { data } = (await tenant.call("GET", "/api/v1/limits")).body;
  expect(data.plans.map((each: { name: string }) => each.name)).toEqual(plans);
  expect(data.request).toEqual({
    body_bytes_max: 1_000_000,
    page_items_max: 100,
    wait_seconds_max: 120,
    idempotency_kept_seconds: 86_400,
  });
  expect(data.api_key).toEqual({ requests_per_minute: 77, monthly_quota: 99 });
});

test("the types tell what can be made and where", async () => {
  const tenant = await newTenant({ permissions: ["webhooks:read"] });
  const { data } = (await tenant.call("GET", "/api/v1/database_types")).body;
  const [postgres, mysql] = data;
  expect(postgres).toMatchObject({ value: "postgres", label: "PostgreSQL", is_available: true });
  expect(postgres.regions).toContainEqual({ code: "local", label: "local", is_available: true });
  expect(mysql.value).toBe("mysql");
});

import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { hourMs, minuteMs } from "../../src/lib/clock.ts";
import { requestKeyOf } from "../../src/polykomos/idempotency.ts";
import {
  type Answer,
  admin,
  allScopes,
  call,
  newDatabase,
  newTenant,
  type Tenant,
  until,
} from "../support/api.ts";
import { declared, pathOf } from "../support/declarations.ts";
import { exampleBody } from "../support/examples.ts";
import { raw } from "../support/raw.ts";
import { rowsOf } from "../support/rows.ts";
import { storeSql } from "../support/sql.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const databases = "/api/v1/databases";

/** A create that does not wait: the queue may have built the database by the time of its answer. */
const created = [201, 202];

function newName(): string {
  return `app-${randomUUID().slice(0, 8)}`;
}

async function countOf(tenant: Tenant, table: "databases" | "operations" | "events") {
  const [row] = await storeSql(`SELECT count(*)::int AS count FROM ${table} WHERE team_id = $1`, [
    tenant.teamId,
  ]);
  return row?.count;
}

async function secondKey(tenant: Tenant, url?: string): Promise<{ key: string; id: number }> {
  const at = url === undefined ? {} : { url };
  const made = await admin("POST", `/users/${tenant.userId}/keys`, {
    ...at,
    body: { name: "second", permissions: allScopes },
  });
  return { key: made.body.api_key, id: made.body.data.id };
}

/** A replay is the first answer but for the request's own id. */
function expectReplay(again: Answer, first: Answer): void {
  expect(again.status).toBe(first.status);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(again.body).toEqual({ ...first.body, request_id: again.body.request_id });
  expect(again.body.request_id).not.toBe(first.body.request_id);
}

test("fifty creates at once with one key make one database, and all that answer agree", async () => {
  const tenant = await newTenant();
  const key = randomUUID();
  const body = { name: newName() };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      tenant.call("POST", `${databases}?wait=true&timeout=120`, { key, body }),
    ),
  );
  expect(await countOf(tenant, "databases")).toBe(1);
  expect(await countOf(tenant, "operations")).toBe(1);

  const made = answers.filter((each) => each.status === 201);
  const running = answers.filter((each) => each.status === 409);
  expect(made.length).toBeGreaterThanOrEqual(1);
  expect(made.length + running.length).toBe(50);
  expect(new Set(made.map((each) => each.body.data.db_password)).size).toBe(1);
  expect(made.filter((each) => !each.headers.has("idempotent-replayed"))).toHaveLength(1);
  for (const each of running) {
    expect(each.body.error.code).toBe("idempotency_key_in_progress");
    expect(each.headers.get("retry-after")).toBe("1");
  }
});

test("fifty deletes at once with one key delete once", async () => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => tenant.call("DELETE", `${databases}/${uuid}`, { key })),
  );
  expect(answers.every((each) => each.status === 200 || each.status === 409)).toBe(true);
  const [row] = await storeSql(
    "SELECT count(*)::int AS count FROM operations WHERE team_id = $1 AND kind = 'delete'",
    [tenant.teamId],
  );
  expect(row?.count).toBe(1);
});

const writes = declared.filter((each) => each.api === "polykomos" && each.idempotency);

function exampleRequest(declaration: (typeof writes)[number], tenant: Tenant, uuid: string) {
  const body = exampleBody(declaration, tenant);
  return { path: pathOf(declaration, { uuid, id: "1" }), options: body ? { body } : {} };
}

function titled(each: (typeof writes)[number]) {
  return [`${each.method.toUpperCase()} ${each.path}`, each] as const;
}

test.each(writes.filter((each) => each.idempotency === "required").map(titled))(
  "%s asks for an Idempotency-Key, and does nothing without one",
  async (_, declaration) => {
    const tenant = await newTenant();
    const { uuid } = await newDatabase(tenant);
    const { path, options } = exampleRequest(declaration, tenant, uuid);
    const before = await rowsOf(tenant);
    const method = declaration.method.toUpperCase();
    const refused = await tenant.call(method, path, { ...options, key: null });
    expect(refused.status).toBe(400);
    expect(refused.body.error.code).toBe("missing_idempotency_key");
    expect(await rowsOf(tenant)).toEqual(before);
  },
);

const malformed = [
  "",
  "   ",
  "abc",
  "1",
  "null",
  randomUUID().slice(0, -1),
  `${randomUUID()}0`,
  randomUUID().replaceAll("-", ""),
  `{${randomUUID()}}`,
  `"${randomUUID()}`,
  `${randomUUID()}"`,
  `'${randomUUID()}'`,
  `""${randomUUID()}""`,
  `${randomUUID()}, ${randomUUID()}`,
  `${randomUUID()};a=1`,
  `urn:uuid:${randomUUID()}`,
  randomUUID().replace(/.$/, "g"),
  "x".repeat(5_000),
];

test.each(writes.map(titled))(
  "%s refuses an Idempotency-Key that is no UUID, and does nothing",
  async (_, declaration) => {
    const tenant = await newTenant();
    const { path, options } = exampleRequest(declaration, tenant, randomUUID());
    const method = declaration.method.toUpperCase();
    const before = await rowsOf(tenant);
    for (const key of malformed) {
      const refused = await tenant.call(method, path, { ...options, key });
      expect([key, refused.status]).toEqual([key, 400]);
      expect(refused.body.error.code).toBe("invalid_idempotency_key");
    }
    const twice = await raw({
      method,
      path,
      headers: [
        ["Authorization", `Bearer ${tenant.key}`],
        ["Content-Type", "application/json"],
        ["Idempotency-Key", randomUUID()],
        ["Idempotency-Key", randomUUID()],
      ],
      ...(options.body ? { chunks: [JSON.stringify(options.body)] } : {}),
    });
    expect(twice.body.error.code).toBe("invalid_idempotency_key");
    expect(await rowsOf(tenant)).toEqual(before);
  },
);

test("a replay has the first answer, its password too, and a request id of its own", async () => {
  const tenant = await newTenant();
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", `${databases}?wait=true&timeout=120`, { key, body });
  expect(first.status).toBe(201);
  expectReplay(
    await tenant.call("POST", `${databases}?wait=true&timeout=120`, { key, body }),
    first,
  );

  const path = `${databases}/${first.body.data.uuid}`;
  for (const [method, at, change] of [
    ["PATCH", path, { name: newName() }],
    ["PATCH", `${path}/quotas`, { connection_hard_limit: 3 }],
    ["DELETE", path, undefined],
  ] as const) {
    const options = { key: randomUUID(), ...(change ? { body: change } : {}) };
    const done = await tenant.call(method, at, options);
    expect([at, done.status]).toEqual([at, 200]);
    const before = await rowsOf(tenant);
    expectReplay(await tenant.call(method, at, options), done);
    expect(await rowsOf(tenant)).toEqual(before);
  }
});

test("a replay of a 202 has its Location and Retry-After again", async () => {
  const tenant = await newTenant();
  const [{ key, body }, first] = await until(
    async () => {
      const asked = { key: randomUUID(), body: { name: newName() } };
      return [asked, await tenant.call("POST", databases, asked)] as const;
    },
    ([, { status }]) => status !== 201,
  );
  expect(first.status).toBe(202);
  const again = await tenant.call("POST", databases, { key, body });
  expectReplay(again, first);
  for (const name of ["location", "retry-after"]) {
    expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(again.headers.get(name)).not.toBeNull();
  }
});

test("a quoted key is the bare key, whatever the case of its letters", async () => {
  const tenant = await newTenant();
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", databases, { key, body });
  for (const form of [`"${key}"`, key.toUpperCase(), ` ${key} `]) {
    expectReplay(await tenant.call("POST", databases, { key: form, body }), first);
  }
  expect(await countOf(tenant, "databases")).toBe(1);
});

test("the order of a body's fields and its white space make no other request", async () => {
  const tenant = await newTenant();
  const [key, name] = [randomUUID(), newName()];
  const first = await tenant.call("POST", databases, { key, body: { name, plan: "free" } });
  const body = `{ "plan" : "free",\n "name": ${JSON.stringify(name)} }`;
  expectReplay(await tenant.call("POST", databases, { key, body }), first);
});

test("how long to wait is no part of the request", async () => {
  const tenant = await newTenant();
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", `${databases}?wait=true&timeout=20`, { key, body });
  for (const query of ["", "?wait=false", "?wait=true&timeout=120"]) {
    expectReplay(await tenant.call("POST", databases + query, { key, body }), first);
  }
});

test("the same key with another body is refused, and the first answer stays", async () => {
  const tenant = await newTenant();
  const [key, name] = [randomUUID(), newName()];
  const first = await tenant.call("POST", databases, { key, body: { name } });
  const others = [{ name: newName() }, { name, plan: "launch" }, { name, team_id: tenant.teamId }];
  for (const body of others) {
    const refused = await tenant.call("POST", databases, { key, body });
    expect(refused.status).toBe(422);
    expect(refused.body.error.code).toBe("idempotency_key_reused");
  }
  expectReplay(await tenant.call("POST", databases, { key, body: { name } }), first);
  expect(await countOf(tenant, "databases")).toBe(1);
});

test.each([
  [
    "a name that is taken",
    409,
    async (tenant: Tenant) => ({ name: (await newDatabase(tenant)).name }),
  ],
  ["a team of others", 404, async () => ({ name: newName(), team_id: (await newTenant()).teamId })],
  ["a quota above the plan", 422, async () => ({ name: newName(), connection_hard_limit: 5_000 })],
])("the refusal of %s is replayed", async (_, status, bodyFor) => {
  const tenant = await newTenant();
  const [key, body] = [randomUUID(), await bodyFor(tenant)];
  const first = await tenant.call("POST", databases, { key, body });
  expect(first.status).toBe(status);
  expectReplay(await tenant.call("POST", databases, { key, body }), first);
});

test("the replay of a refusal is a problem for whoever asks for one, like the refusal itself", async () => {
  const tenant = await newTenant();
  const options = {
    key: randomUUID(),
    body: { name: (await newDatabase(tenant)).name },
    headers: { accept: "application/problem+json" },
  };
  const first = await tenant.call("POST", databases, options);
  expect(first.status).toBe(409);
  expect(first.headers.get("content-type")).toBe("application/problem+json");
  const again = await tenant.call("POST", databases, options);
  expectReplay(again, first);
  expect(again.headers.get("content-type")).toBe("application/problem+json");
});

test("a refusal stays as it was when a new request would be granted", async () => {
  const tenant = await newTenant();
  const taken = await newDatabase(tenant);
  const [key, body] = [randomUUID(), { name: taken.name }];
  const first = await tenant.call("POST", databases, { key, body });
  expect(first.status).toBe(409);
  expect((await tenant.call("DELETE", `${databases}/${taken.uuid}`)).status).toBe(200);
  expectReplay(await tenant.call("POST", databases, { key, body }), first);
  expect(created).toContain((await tenant.call("POST", databases, { body })).status);
});

test.each([
  ["a missing name", {}],
  ["a wrong name", { name: "Not A Name" }],
  ["an unknown field", { name: "fine", colour: "blue" }],
  ["an unknown engine", { name: "fine", db_type: "oracle" }],
  ["an unknown region", { name: "fine", region: "moon-1" }],
  ["a body that is no JSON", "{"],
])("%s is not remembered: the mended request may use the same key", async (_, wrong) => {
  const tenant = await newTenant();
  const key = randomUUID();
  for (let turn = 0; turn < 2; turn++) {
    const refused = await tenant.call("POST", databases, { key, body: wrong });
    expect([400, 422]).toContain(refused.status);
    expect(refused.headers.has("idempotent-replayed")).toBe(false);
  }
  const done = await tenant.call("POST", databases, { key, body: { name: newName() } });
  expect(created).toContain(done.status);
});

test("one key names independent requests on other paths, methods and accounts", async () => {
  const [tenant, stranger] = [await newTenant(), await newTenant()];
  const [one, other] = [await newDatabase(tenant), await newDatabase(tenant)];
  const key = randomUUID();
  const name = newName();
  const requests: [Tenant, string, string, Record<string, unknown> | undefined, number[]][] = [
    [tenant, "POST", databases, { name }, created],
    [stranger, "POST", databases, { name }, created],
    [tenant, "PATCH", `${databases}/${one.uuid}`, { name: newName() }, [200]],
    [tenant, "PATCH", `${databases}/${other.uuid}`, { name: newName() }, [200]],
    [tenant, "PATCH", `${databases}/${one.uuid}/quotas`, { warning_threshold_pct: 50 }, [200]],
    [tenant, "DELETE", `${databases}/${one.uuid}`, undefined, [200]],
    [tenant, "DELETE", `${databases}/${other.uuid}`, undefined, [200]],
  ];
  for (const [by, method, path, body, statuses] of requests) {
    const answer = await by.call(method, path, { key, ...(body ? { body } : {}) });
    expect(statuses, path).toContain(answer.status);
    expect(answer.headers.has("idempotent-replayed")).toBe(false);
  }
});

test("two API keys of one user share their Idempotency-Keys", async () => {
  const tenant = await newTenant();
  const second = await secondKey(tenant);
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", databases, { key, body });
  expectReplay(await call("POST", databases, { key, body, token: second.key }), first);
});

test("a replay needs the scope, the address and a live key, as any request", async () => {
  const tenant = await newTenant();
  const made = await admin("POST", `/users/${tenant.userId}/keys`, {
    body: { name: "reader", permissions: ["databases:read"] },
  });
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", databases, { key, body });
  expect(created).toContain(first.status);
  const reader = await call("POST", databases, { key, body, token: made.body.api_key });
  expect([reader.status, reader.body.error.code]).toEqual([403, "missing_scope"]);
  await admin("DELETE", `/keys/${tenant.keyId}`);
  const revoked = await tenant.call("POST", databases, { key, body });
  expect([revoked.status, revoked.body.error.code]).toEqual([403, "api_key_revoked"]);
});

test("replays count as requests", async () => {
  const tenant = await newTenant({ controls: { requests_per_minute: 3 } });
  const [key, body] = [randomUUID(), { name: newName() }];
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) {
    statuses.push((await tenant.call("POST", databases, { key, body })).status);
  }
  expect(created).toContain(statuses[0]);
  expect(statuses).toEqual([statuses[0], statuses[0], statuses[0], 429]);
});

test("a replay answers the first request even when the database is gone since", async () => {
  const tenant = await newTenant();
  const [key, body] = [randomUUID(), { name: newName() }];
  const first = await tenant.call("POST", `${databases}?wait=true&timeout=120`, { key, body });
  await tenant.call("DELETE", `${databases}/${first.body.data.uuid}`);
  expectReplay(await tenant.call("POST", databases, { key, body }), first);
  expect(await countOf(tenant, "databases")).toBe(1);
});

describe("on a clock that moves", () => {
  let worker: RunningWorker;
  const objects = mkdtempSync(join(tmpdir(), "polypuma-idempotency-"));

  beforeAll(async () => {
    const { script, postgres, neonEndpoint } = inject("suite");
    const vars = { STORE_URL: postgres.storeUrl, NEON_ENDPOINT: neonEndpoint, POOL_TARGET: "0" };
    worker = await startWorker({ script, vars, persist: objects });
  });

  afterAll(async () => {
    await worker.stop();
    rmSync(objects, { recursive: true, force: true });
  });

  test("an answer is kept for a day, and forgotten then", async () => {
    const tenant = await newTenant({ url: worker.url });
    const { uuid } = await newDatabase(tenant);
    const path = `${databases}/${uuid}/quotas`;
    const options = { key: randomUUID(), body: { warning_threshold_pct: 61 } };
    const first = await tenant.call("PATCH", path, options);
    expect(first.status).toBe(200);
    await worker.moveClock(24 * hourMs - minuteMs);
    expectReplay(await tenant.call("PATCH", path, options), first);
    await worker.moveClock(2 * minuteMs);
    const body = { warning_threshold_pct: 62 };
    const anew = await tenant.call("PATCH", path, { ...options, body });
    expect([anew.status, anew.headers.has("idempotent-replayed")]).toEqual([200, false]);
    expect(anew.body.data.quotas.warning_threshold_pct).toBe(62);
  });

  test("after a day a create with the key makes a new database", async () => {
    const tenant = await newTenant({ url: worker.url });
    const key = randomUUID();
    const first = await tenant.call("POST", databases, { key, body: { name: newName() } });
    await worker.moveClock(25 * hourMs);
    const second = await tenant.call("POST", databases, { key, body: { name: newName() } });
    expect(created).toContain(second.status);
    expect(second.body.data.uuid).not.toBe(first.body.data.uuid);
    expect(await countOf(tenant, "databases")).toBe(2);
  });

  test("no password and no key stands in the files of the objects", async () => {
    const tenant = await newTenant({ url: worker.url });
    const [key, name] = [randomUUID(), newName()];
    const made = await tenant.call("POST", `${databases}?wait=true&timeout=120`, {
      key,
      body: { name },
    });
    const { db_password: password, connection_string: url } = made.body.data;
    expect(password).toMatch(/^[A-Za-z0-9]{24,}$/);
    const files = readdirSync(objects, { recursive: true, encoding: "utf8" })
      .map((each) => join(objects, each))
      .filter((each) => statSync(each).isFile());
    const all = Buffer.concat(files.map((file) => readFileSync(file)));
    const [, , account = ""] = tenant.key.split("_");
    expect(all.includes(requestKeyOf(account, "POST", databases, key))).toBe(true);
    for (const secret of [password, url, tenant.key]) expect(all.includes(secret)).toBe(false);
  });

  test("no password stands in the store", async () => {
    const tenant = await newTenant({ url: worker.url });
    const database = await newDatabase(tenant);
    const rows = await storeSql(
      `SELECT d::text AS row FROM databases d WHERE team_id = $1
       UNION ALL SELECT o::text FROM operations o WHERE team_id = $1
       UNION ALL SELECT e::text FROM events e WHERE team_id = $1
       UNION ALL SELECT a::text FROM audit_log a WHERE team_id = $1
       UNION ALL SELECT k::text FROM api_keys k WHERE user_id = $2`,
      [tenant.teamId, tenant.userId],
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { row } of rows) {
      expect(String(row)).not.toContain(database.db_password);
      expect(String(row)).not.toContain(tenant.key);
    }
  });
});

import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { dayMs, minuteMs, secondMs } from "../../src/lib/clock.ts";
import { admin, allScopes, call, newTenant, type Options, type Tenant } from "../support/api.ts";
import { readPolicies } from "../support/check-answer.ts";
import { type Declared, declared, pathOf } from "../support/declarations.ts";
import { exampleBody } from "../support/examples.ts";
import { raw } from "../support/raw.ts";
import { rowsOf } from "../support/rows.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const guarded = declared
  .filter((each) => each.access !== "public")
  .map((each) => [`${each.method.toUpperCase()} ${each.path}`, each] as const);

function requestOf(declaration: Declared, tenant: Tenant): { path: string; options: Options } {
  const ids: Record<string, string> =
    declaration.api === "admin"
      ? { id: String(declaration.path.includes("/keys/") ? tenant.keyId : tenant.userId) }
      : { uuid: randomUUID(), id: randomUUID() };
  const body = exampleBody(declaration, tenant);
  return { path: pathOf(declaration, ids), options: body ? { body } : {} };
}

async function send(declaration: Declared, tenant: Tenant, authorization: string | null) {
  const { path, options } = requestOf(declaration, tenant);
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  return await call(declaration.method.toUpperCase(), path, { ...options, headers });
}

async function newKey(tenant: Tenant, body: Record<string, unknown> = {}, url?: string) {
  const made = await admin("POST", `/users/${tenant.userId}/keys`, {
    ...(url === undefined ? {} : { url }),
    body: { name: "another", permissions: allScopes, ...body },
  });
  expect(made.status).toBe(201);
  const key: string = made.body.api_key;
  const id: number = made.body.data.id;
  return { key, id };
}

let idle: Promise<Tenant> | undefined;

/** One tenant for all tests in which nothing may happen to it. */
function idleTenant(): Promise<Tenant> {
  idle ??= newTenant();
  return idle;
}

const secret = "A".repeat(40);

/** What is no Bearer credential at all. */
function malformed(key: string): string[] {
  return [
    "",
    "Bearer",
    "Bearer ",
    key,
    `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
    `Token ${key}`,
    `Bearer ${key} ${key}`,
    `Bearer "${key}"`,
    `Bearer ${key},`,
    `Bearer: ${key}`,
    "Bearer pk_live_Schlüssel",
  ];
}

describe("every route that is not public", () => {
  test.each(guarded)("%s is closed without a good key, and nothing is done", async (_, route) => {
    const tenant = await idleTenant();
    const isAdmin = route.api === "admin";
    const before = await rowsOf(tenant);

    for (const authorization of [null, ...malformed(tenant.key)]) {
      const refused = await send(route, tenant, authorization);
      expect([authorization, refused.status]).toEqual([authorization, 401]);
      expect(refused.body.error.code).toBe("missing_authorization");
      expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer realm="[\w-]+"$/);
    }
    const { path, options } = requestOf(route, tenant);
    const twice = await raw({
      method: route.method.toUpperCase(),
      path,
      headers: [
        ["Authorization", `Bearer ${tenant.key}`],
        ["Authorization", `Bearer ${tenant.key}`],
        ["Content-Type", "application/json"],
        ["Idempotency-Key", randomUUID()],
      ],
      ...(options.body ? { chunks: [JSON.stringify(options.body)] } : {}),
    });
    expect(twice.status).toBe(401);

    const [, , account] = tenant.key.split("_");
    const unknown = [
      "something",
      isAdmin ? tenant.key : "test-admin-token-0123456789",
      `puma_live_${account}_${secret}`,
      `pk_live_${"a".repeat(18)}_${secret}`,
      `pk_live_${account}_${secret}`,
      `pk_live_${account}`,
    ];
    for (const key of unknown) {
      const refused = await send(route, tenant, `Bearer ${key}`);
      expect([key, refused.status]).toEqual([key, 403]);
      expect(refused.body.error.code).toBe("invalid_api_key");
      expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
    expect(await rowsOf(tenant)).toEqual(before);
  });

  test.each(guarded.filter(([, each]) => each.api === "polykomos"))(
    "%s is closed to a revoked key from the very next request on",
    async (_, route) => {
      const tenant = await newTenant();
      const { key, id } = await newKey(tenant);
      const opened = await send(route, tenant, `Bearer ${key}`);
      expect([401, 403]).not.toContain(opened.status);
      expect((await admin("DELETE", `/keys/${id}`)).status).toBe(200);
      const before = await rowsOf(tenant);

      const refused = await send(route, tenant, `Bearer ${key}`);
      expect(refused.status).toBe(403);
      expect(refused.body.error.code).toBe("api_key_revoked");
      expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
      expect(await rowsOf(tenant)).toEqual(before);
      expect((await send(route, tenant, `Bearer ${tenant.key}`)).status).not.toBe(403);
    },
  );

  const scoped = guarded.filter(([, each]) => each.access.length > 0);

  test.each(scoped)("%s names the scope that a key lacks, and does nothing", async (_, route) => {
    const tenant = await idleTenant();
    const permissions = allScopes.filter((scope) => !route.access.includes(scope));
    const { key } = await newKey(tenant, { permissions });
    const before = await rowsOf(tenant);
    const refused = await send(route, tenant, `Bearer ${key}`);
    expect(refused.status).toBe(403);
    const [scope = ""] = route.access;
    expect(refused.body.error).toMatchObject({
      code: "missing_scope",
      message: expect.stringContaining(scope),
      details: { missing_scope: scope },
    });
    const challenge = refused.headers.get("www-authenticate");
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain(`scope="${scope}`);
    expect(await rowsOf(tenant)).toEqual(before);
  });

  test.each(scoped)("%s is open to a key with only its scope", async (_, route) => {
    const tenant = await newTenant();
    const { key } = await newKey(tenant, { permissions: route.access.slice(0, 1) });
    expect((await send(route, tenant, `Bearer ${key}`)).status).not.toBe(403);
  });

  test.each(guarded)("%s tells a stranger nothing of its rules", async (_, route) => {
    const tenant = await idleTenant();
    const { path } = requestOf(route, tenant);
    const refused = await call(route.method.toUpperCase(), `${path}?limit=wrong`, {
      ...(route.method === "get" ? {} : { body: "{not json" }),
      key: null,
      token: `pk_live_${"a".repeat(18)}_${secret}`,
    });
    expect(refused.status).toBe(403);
  });
});

test("the document and the health of the service need no key", async () => {
  for (const path of ["/api/openapi-v1.json", "/healthz"]) {
    expect((await fetch(inject("suite").url + path)).status).toBe(200);
  }
});

describe("a key's list of addresses", () => {
  const cases: [list: string[], address: string, isAllowed: boolean][] = [
    [[], "198.51.100.7", true],
    [["198.51.100.7"], "198.51.100.7", true],
    [["198.51.100.7"], "198.51.100.8", false],
    [["198.51.100.0/24"], "198.51.100.255", true],
    [["198.51.100.0/24"], "198.51.101.0", false],
    [["198.51.100.128/25"], "198.51.100.127", false],
    [["198.51.100.7/32"], "198.51.100.7", true],
    [["0.0.0.0/0"], "203.0.113.9", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["2001:db8::1"], "2001:db8::1", true],
    [["2001:db8::1"], "2001:0DB8:0:0:0:0:0:1", true],
    [["2001:db8::/32"], "2001:db8:ffff::1", true],
    [["2001:db8::/32"], "2001:db9::1", false],
    [["::/0"], "2001:db8::1", true],
    [["198.51.100.7"], "::ffff:198.51.100.7", true],
    [["192.0.2.1", "2001:db8::/32"], "2001:db8::5", true],
    [["192.0.2.1", "2001:db8::/32"], "192.0.2.2", false],
    [["192.0.2.1"], "no address", false],
  ];
  test.each(cases)("%j and a client at %s: let in is %s", async (list, address, isAllowed) => {
    const tenant = await newTenant({ controls: { allowed_ip_list: list } });
    const headers = { "cf-connecting-ip": address };
    const answer = await tenant.call("GET", "/api/v1/databases", { headers });
    expect(answer.status).toBe(isAllowed ? 200 : 403);
    if (!isAllowed) expect(answer.body.error.code).toBe("ip_not_allowed");
  });

  test.each([
    "198.51.100.0/33",
    "198.51.100.256",
    "198.51.100",
    "010.0.0.1",
    "2001:db8::/129",
    "2001:db8:::1",
    "1.2.3.4::",
    "198.51.100.0/",
    "/24",
    "",
    "localhost",
    "198.51.100.0/24/8",
    " 198.51.100.7",
    "198.51.100.7-198.51.100.9",
  ])("is refused at creation when it holds %j", async (range) => {
    const tenant = await idleTenant();
    const refused = await admin("POST", `/users/${tenant.userId}/keys`, {
      body: { name: "k", permissions: allScopes, controls: { allowed_ip_list: [range] } },
    });
    expect(refused.status).toBe(422);
    expect(refused.body.error.details.field).toBe("controls.allowed_ip_list.0");
  });
});

test.each([
  { permissions: ["databases:read", "databases:own"] },
  { permissions: ["*"] },
  { permissions: [] },
  { controls: { requests_per_minute: 0 } },
  { controls: { requests_per_minute: 1.5 } },
  { controls: { requests_per_minute: null } },
  { controls: { monthly_quota: 0 } },
  { controls: { inactive_ttl_days: 0 } },
  { controls: { inactive_ttl_day: 1 } },
  { control: {} },
])("a key with unknown or wrong options is refused, never made: %j", async (options) => {
  const tenant = await newTenant();
  const before = await rowsOf(tenant);
  const refused = await admin("POST", `/users/${tenant.userId}/keys`, {
    body: { name: "k", permissions: allScopes, ...options },
  });
  expect(refused.status).toBe(422);
  expect(await rowsOf(tenant)).toEqual(before);
});

test("a key shows itself in full once, and by its preview ever after", async () => {
  const tenant = await newTenant();
  const listed = await admin("GET", `/users/${tenant.userId}/keys`);
  const me = await tenant.call("GET", "/api/v1/me");
  const [, , account, shown = ""] = tenant.key.split("_");
  expect(tenant.key).toMatch(/^pk_live_[a-z0-9]+_[A-Za-z0-9]{32,}$/);
  for (const answer of [listed, me]) {
    expect(JSON.stringify(answer.body)).not.toContain(shown);
    expect(JSON.stringify(answer.body)).toContain(`pk_live_${account}_…${shown.slice(-4)}`);
  }
});

test("me tells the user, the key, its limits and its use before this one", async () => {
  const tenant = await newTenant({ permissions: ["databases:read"] });
  const before = Date.now();
  const first = await tenant.call("GET", "/api/v1/me");
  const between = Date.now();
  const second = await tenant.call("GET", "/api/v1/me");
  expect(first.body.data).toMatchObject({
    user: { object: "user", name: "Tester", email: expect.stringContaining("@example.com") },
    api_key: {
      object: "api_key",
      name: "test",
      permissions: ["databases:read"],
      status: "active",
      last_used_at: null,
      controls: {
        requests_per_minute: 100_000,
        monthly_quota: null,
        allowed_ip_list: [],
        inactive_ttl_days: null,
      },
    },
  });
  const usedAt = Date.parse(second.body.data.api_key.last_used_at);
  expect(usedAt).toBeGreaterThanOrEqual(before);
  expect(usedAt).toBeLessThanOrEqual(between);
  const [listed] = (await admin("GET", `/users/${tenant.userId}/keys`)).body.data;
  expect(Date.parse(listed.last_used_at)).toBeGreaterThanOrEqual(usedAt);
});

test("a key without own limits has 120 requests a minute, no quota and no expiry", async () => {
  const tenant = await newTenant();
  const { key } = await newKey(tenant);
  const me = await call("GET", "/api/v1/me", { token: key });
  expect(me.body.data.api_key.controls).toEqual({
    requests_per_minute: 120,
    monthly_quota: null,
    allowed_ip_list: [],
    inactive_ttl_days: null,
  });
  expect(me.headers.get("ratelimit-policy")).toBe('"minute";q=120;w=60');
});

describe("on a clock that moves", () => {
  let worker: RunningWorker;
  const objects = mkdtempSync(join(tmpdir(), "polypuma-access-"));

  beforeAll(async () => {
    const { script, postgres, neonEndpoint } = inject("suite");
    const vars = { STORE_URL: postgres.storeUrl, NEON_ENDPOINT: neonEndpoint, POOL_TARGET: "0" };
    worker = await startWorker({ script, vars, persist: objects });
  });

  afterAll(async () => {
    await worker.stop();
    rmSync(objects, { recursive: true, force: true });
  });

  test("a key has exactly its requests a minute, then waits as long as Retry-After says", async () => {
    const tenant = await newTenant({ url: worker.url, controls: { requests_per_minute: 5 } });
    const other = await newKey(tenant, {}, worker.url);
    const answers = [];
    for (let turn = 0; turn < 5; turn++) answers.push(await tenant.call("GET", "/api/v1/me"));
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.map((each) => each.headers.get("x-ratelimit-remaining"))).toEqual([
      "4",
      "3",
      "2",
      "1",
      "0",
    ]);
    for (let turn = 0; turn < 3; turn++) {
      const limited = await tenant.call("GET", "/api/v1/databases");
      expect(limited.status).toBe(429);
      expect(limited.body.error.code).toBe("rate_limited");
      const [left] = readPolicies(limited.headers.get("ratelimit"));
      expect(left?.parameters.get("r")).toBe(0);
      expect(limited.headers.get("retry-after")).toBe(String(left?.parameters.get("t")));
      expect(Number(limited.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    }
    const isOther = await call("GET", "/api/v1/me", { url: worker.url, token: other.key });
    expect(isOther.status).toBe(200);

    const limited = await tenant.call("GET", "/api/v1/me");
    await worker.moveClock(Number(limited.headers.get("retry-after")) * secondMs);
    const again = await tenant.call("GET", "/api/v1/me");
    expect([again.status, again.headers.get("x-ratelimit-remaining")]).toEqual([200, "4"]);
    expect(again.headers.get("x-ratelimit-reset")).toBe("60");
  });

  test("requests that are refused for their scope or input count too", async () => {
    const tenant = await newTenant({
      url: worker.url,
      permissions: ["blueprints:read"],
      controls: { requests_per_minute: 3 },
    });
    expect((await tenant.call("GET", "/api/v1/databases")).status).toBe(403);
    expect((await tenant.call("POST", "/api/v1/databases", { body: "{" })).status).toBe(403);
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(429);
  });

  test("a monthly quota is counted exactly, told as a second policy, and new next month", async () => {
    const tenant = await newTenant({ url: worker.url, controls: { monthly_quota: 3 } });
    for (const left of [2, 1, 0]) {
      const answer = await tenant.call("GET", "/api/v1/me");
      expect(answer.status).toBe(200);
      const [, policy] = readPolicies(answer.headers.get("ratelimit-policy"));
      const [, month] = readPolicies(answer.headers.get("ratelimit"));
      expect(policy).toMatchObject({ name: "month" });
      expect(policy?.parameters.get("q")).toBe(3);
      expect(month?.parameters.get("r")).toBe(left);
    }
    const limited = await tenant.call("GET", "/api/v1/me");
    expect(limited.status).toBe(429);
    expect(limited.body.error.code).toBe("monthly_quota_exceeded");
    const waitSeconds = Number(limited.headers.get("retry-after"));
    expect(waitSeconds).toBeLessThanOrEqual(31 * 86_400);
    await worker.moveClock((waitSeconds - 30) * secondMs);
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(429);
    await worker.moveClock(minuteMs);
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
  });

  test("a key that is used stays alive; one that is not used for its days expires", async () => {
    const tenant = await newTenant({ url: worker.url, controls: { inactive_ttl_days: 2 } });
    const unused = await newKey(tenant, { controls: { inactive_ttl_days: 2 } }, worker.url);
    for (let turn = 0; turn < 2; turn++) {
      await worker.moveClock(2 * dayMs - minuteMs);
      expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
    }
    const never = await call("GET", "/api/v1/me", { url: worker.url, token: unused.key });
    expect(never.body.error.code).toBe("api_key_expired");
    await worker.moveClock(2 * dayMs + minuteMs);
    const expired = await tenant.call("GET", "/api/v1/me");
    expect(expired.status).toBe(403);
    expect(expired.body.error.code).toBe("api_key_expired");
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(403);
  });

  test("a key that was revoked stays revoked when its record is compared with the store", async () => {
    const tenant = await newTenant({ url: worker.url });
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
    await admin("DELETE", `/keys/${tenant.keyId}`, { url: worker.url });
    for (let turn = 0; turn < 3; turn++) {
      await worker.moveClock(10 * minuteMs);
      expect((await tenant.call("GET", "/api/v1/me")).status).toBe(403);
    }
  });

  function objectFiles(): string[] {
    return readdirSync(objects, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(objects, name)).isFile())
      .sort();
  }

  test("a made-up account id opens no object and writes no file", async () => {
    const tenant = await newTenant({ url: worker.url });
    await tenant.call("GET", "/api/v1/me");
    const [, , account = ""] = tenant.key.split("_");
    const before = objectFiles();
    const madeUp = Array.from({ length: 20 }, (_, turn) => {
      const random = randomUUID()
        .replaceAll("-", "")
        .replace(/[01lo]/g, "2");
      return [random.slice(0, 18), account.slice(0, -1) + (turn % 10), account.toUpperCase()];
    }).flat();
    for (const id of madeUp.filter((each) => each !== account)) {
      const token = `pk_live_${id}_${secret}`;
      const refused = await call("GET", "/api/v1/me", { url: worker.url, token });
      expect([id, refused.status]).toEqual([id, 403]);
    }
    expect(objectFiles()).toEqual(before);
  });
});

import { randomUUID } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { statusOfCode } from "../../src/polykomos/dialect.ts";
import { bodyBytesMax } from "../../src/polykomos/read-input.ts";
import { admin, call, newDatabase, newTenant, type Options, type Tenant } from "../support/api.ts";
import { type Declared, declared, pathOf } from "../support/declarations.ts";
import { startWorker, testSecrets } from "../support/worker.ts";

const databases = "/api/v1/databases";
const missingPath = () => `${databases}/${randomUUID()}`;

/** One request for each kind of refusal: what is asked, and the code that answers. */
const refusals: [code: keyof typeof statusOfCode, ask: (tenant: Tenant) => Refused][] = [
  ["invalid_json", () => ["POST", databases, { body: "{" }]],
  ["missing_idempotency_key", () => ["POST", databases, { body: { name: "a" }, key: null }]],
  ["invalid_idempotency_key", () => ["POST", databases, { body: { name: "a" }, key: "1" }]],
  ["missing_authorization", () => ["GET", databases, { token: null }]],
  ["invalid_api_key", () => ["GET", databases, { token: "pk_live_a_b" }]],
  ["not_found", () => ["GET", missingPath(), {}]],
  ["not_found", () => ["GET", "/api/v1/nothing", {}]],
  ["method_not_allowed", () => ["DELETE", databases, {}]],
  ["body_too_large", () => ["POST", databases, { body: " ".repeat(bodyBytesMax + 1) }]],
  ["unsupported_media_type", () => ["POST", databases, typed("text/plain")]],
  ["missing_required_field", () => ["POST", databases, { body: {} }]],
  ["invalid_field", () => ["POST", databases, { body: { name: "A" } }]],
  ["unknown_field", () => ["POST", databases, { body: { name: "a", b: 1 } }]],
  ["invalid_cursor", () => ["GET", `${databases}?starting_after=${randomUUID()}`, {}]],
  [
    "quota_above_plan",
    () => ["POST", databases, { body: { name: "a", connection_hard_limit: 99 } }],
  ],
];

type Refused = [method: string, path: string, options: Options];

function typed(type: string): Options {
  return { body: '{"name":"a"}', headers: { "content-type": type } };
}

describe.each(refusals)("a refusal with the code %s", (code, ask) => {
  test("is told in the error envelope with its status", async () => {
    const tenant = await newTenant();
    const [method, path, options] = ask(tenant);
    const answer = await tenant.call(method, path, options);
    expect([answer.body.error?.code, answer.status]).toEqual([code, statusOfCode[code]]);
    expect(answer.body.error.message).toMatch(/^[A-Z].{5,}$|^\w+: .{5,}/);
  });

  test("tells the same as RFC 9457 has it when the client asks for problem+json", async () => {
    const tenant = await newTenant();
    const [method, path, options] = ask(tenant);
    const plain = (await tenant.call(method, path, options)).body.error;
    const headers = { ...options.headers, accept: "application/problem+json" };
    const answer = await tenant.call(method, path, { ...options, headers });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toEqual({
      type: `urn:polykomos:error:${code}`,
      title: expect.stringMatching(/^[A-Z]/),
      status: statusOfCode[code],
      detail: plain.message,
      code,
      ...(plain.details ? { details: plain.details } : {}),
      request_id: expect.stringMatching(/^req_[a-z0-9]{12,}$/),
    });
  });
});

test("a good answer is plain JSON even for a client that would take problem+json", async () => {
  const tenant = await newTenant();
  const headers = { accept: "application/problem+json, application/json;q=0.5" };
  const answer = await tenant.call("GET", "/api/v1/me", { headers });
  expect(answer.headers.get("content-type")).toBe("application/json");
});

test("every request has an id of its own", async () => {
  const tenant = await newTenant();
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => tenant.call("GET", "/api/v1/me")),
  );
  expect(new Set(answers.map((each) => each.body.request_id)).size).toBe(40);
});

test("a missing field is named in the message", async () => {
  const tenant = await newTenant();
  const answer = await tenant.call("POST", databases, { body: { plan: "gold", region: 5 } });
  expect(answer.status).toBe(422);
  expect(answer.body.error.code).toBe("missing_required_field");
  expect(answer.body.error.message).toBe("Missing required field: name");
  expect(answer.body.error.details.problems.map((each: { field: string }) => each.field)).toEqual(
    expect.arrayContaining(["name", "plan", "region"]),
  );
});

test.each([
  ["db_type", { db_type: "oracle" }, ["postgres", "mysql"]],
  ["plan", { plan: "gold" }, ["free", "launch", "grow"]],
  ["region", { region: "moon-1" }, ["local"]],
])("an unknown %s is refused with the list of those there are", async (field, body, allowed) => {
  const tenant = await newTenant();
  const answer = await tenant.call("POST", databases, { body: { name: "a", ...body } });
  expect(answer.status).toBe(422);
  expect(answer.body.error.details).toMatchObject({ field, allowed });
  for (const value of allowed) expect(answer.body.error.message).toContain(value);
});

const pathsOfAll = [...Map.groupBy(declared, (each) => each.path)];
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

test.each(pathsOfAll)("%s refuses other methods and tells which it takes", async (_, routes) => {
  const taken = routes.map((each) => each.method.toUpperCase());
  const allowed = [...taken, ...(taken.includes("GET") ? ["HEAD"] : [])];
  const [route] = routes;
  if (!route) throw new Error("A path without a route");
  for (const method of methods.filter((each) => !allowed.includes(each))) {
    const answer = await call(method, pathOf(route, { uuid: randomUUID(), id: "1" }));
    expect([method, answer.status]).toEqual([method, 405]);
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual([...allowed].sort());
  }
});

test.each([
  "/api/v1",
  "/api/v1/",
  "/api/v1/databases/",
  "/api/v1/Databases",
  "/api/v1//databases",
  "/api/v2/databases",
  "/api/v1/databases/a/b/c",
  "/api/v1/%00",
  "/api/v1/%ff",
  "/api/v1/..%2f..%2fadmin",
  "/api/other",
  "/admin/v1",
  "/admin/v1/nothing",
])("%s is nothing: 404 in the error envelope", async (path) => {
  const response = await fetch(inject("suite").url + path);
  const body = await response.json();
  expect(response.status).toBe(404);
  expect(body).toMatchObject({ error: { code: "not_found" } });
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
});

const withBody = declared.filter((each) => each.body).map((each) => [nameOf(each), each] as const);

function nameOf(each: Declared): string {
  return `${each.method.toUpperCase()} ${each.path}`;
}

const wrongTypes = [
  "text/plain",
  "text/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonp",
  "application/json, text/plain",
  "application/json; charset=utf-16",
  "application/json; charset=iso-8859-1",
  "json",
  "*/*",
  "",
];

function tokenOf({ api }: Declared, tenant: Tenant): string {
  return api === "admin" ? testSecrets.ADMIN_TOKEN : tenant.key;
}

test.each(withBody)("%s takes its body as JSON only", async (_, route) => {
  const tenant = await newTenant();
  const path = pathOf(route, { uuid: randomUUID(), id: "1" });
  const method = route.method.toUpperCase();
  const token = tokenOf(route, tenant);
  for (const type of wrongTypes) {
    const answer = await call(method, path, { token, ...typed(type) });
    expect([type, answer.status]).toEqual([type, 415]);
  }
  const bytes = { body: "{}", headers: { "content-encoding": "gzip" } };
  expect((await call(method, path, { token, ...bytes })).status).toBe(415);
  for (const type of [
    "application/json",
    "Application/JSON; Charset=UTF-8",
    "application/x+json",
  ]) {
    const headers = { "content-type": type };
    const answer = await call(method, path, { token, body: '{"no_such_field":1}', headers });
    expect([type, answer.status]).toEqual([type, 422]);
  }
});

test.each(withBody)("%s takes a body of a million bytes and none above", async (_, route) => {
  const tenant = await newTenant();
  const path = pathOf(route, { uuid: randomUUID(), id: "1" });
  const method = route.method.toUpperCase();
  const token = tokenOf(route, tenant);
  const largest = `{"no_such_field":1}`.padEnd(bodyBytesMax, " ");
  expect((await call(method, path, { token, body: largest })).status).toBe(422);
  expect((await call(method, path, { token, body: `${largest} ` })).status).toBe(413);
});

const reads = declared.filter(
  (each) => each.method === "get" && each.operationId !== "adminListOrphans",
);

test.each(reads.map((each) => [each.path, each] as const))(
  "HEAD %s answers as GET does, without a body",
  async (_, route) => {
    const tenant = await newTenant();
    const token = tokenOf(route, tenant);
    const { uuid } = route.path.includes("{uuid}") ? await newDatabase(tenant) : { uuid: "" };
    const path = pathOf(route, { uuid, id: String(tenant.userId) });
    const [head, get] = [
      await call("HEAD", path, { token, key: null }),
      await call("GET", path, { token }),
    ];
    expect(head.status).toBe(get.status);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    expect(head.body).toBe("");
  },
);

test("while the store is away, requests that need it are asked to come back, and told no more", async () => {
  const { script } = inject("suite");
  const vars = {
    STORE_URL: "postgresql://nobody:hidden-password@127.0.0.1:9/none",
    NEON_ENDPOINT: "http://127.0.0.1:9",
  };
  const worker = await startWorker({ script, vars });
  try {
    const key = await someKey();
    const answer = await call("GET", "/api/v1/me", { url: worker.url, token: key });
    expect([answer.status, answer.body.error.code]).toEqual([503, "unavailable"]);
    const operator = await admin("GET", "/users", { url: worker.url });
    expect([operator.status, operator.body.error.code]).toEqual([503, "unavailable"]);
    for (const each of [answer, operator]) {
      expect(JSON.stringify(each.body)).not.toMatch(/hidden|nobody|127\.0\.0\.1|fetch|connect/i);
    }
    const health = await fetch(`${worker.url}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ ok: false, missing: [expect.any(String)] });
  } finally {
    await worker.stop();
  }
});

async function someKey(): Promise<string> {
  return (await newTenant()).key;
}

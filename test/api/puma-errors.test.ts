import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pumaDeclarations } from "../../src/puma/api.ts";
import { statusByCode } from "../../src/puma/dialect.ts";
import { pumaCodes } from "../../src/puma/rules/code.ts";
import { type Account, newAccount, seenAnswers, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
let account: Account;
beforeAll(async () => {
  worker = await startPumaWorker();
  account = await newAccount(worker);
  await account.add("notes", { k: 1 });
  await account.add("notes", { k: 1 });
});
afterAll(() => worker.stop());

const guarded = pumaDeclarations.filter(({ access }) => access !== "public");

function pathOf(path: string): string {
  return path.replace("{table}", "notes").replace("{id}", "key_x").replace("{token}", "x");
}

describe("every operation with a key", () => {
  test.each(guarded.map((each) => [`${each.method.toUpperCase()} ${each.path}`, each] as const))(
    "%s refuses a missing, malformed, unknown or revoked key, whatever else is wrong",
    async (_, { method, path, body }) => {
      const made = await account.post("/v1/_keys", { name: "short-lived" });
      await account.delete(`/v1/_keys/${made.body.id}`);
      const { key } = account;
      const wrong = [
        undefined,
        "",
        "Bearer",
        `Basic ${key}`,
        `Bearer ${key} x`,
        "Bearer pk_live_abc_def",
        "Bearer puma_live_",
        `Bearer ${key}x`,
        `Bearer ${key.slice(0, -1)}${key.endsWith("x") ? "y" : "x"}`,
        `Bearer ${key.replace(account.id, "abcdefghijkm000000")}`,
        `Bearer ${made.body.api_key}`,
      ];
      for (const authorization of wrong) {
        const answer = await send(worker, method.toUpperCase(), pathOf(path), {
          headers: authorization === undefined ? {} : { authorization },
          ...(body ? { body: "{nonsense" } : {}),
        });
        expect([authorization, answer.status, answer.body.error.code]).toEqual([
          authorization,
          401,
          "unauthorized",
        ]);
        expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
      }
    },
  );

  test.each(guarded.map((each) => [`${each.method.toUpperCase()} ${each.path}`, each] as const))(
    "%s tells its rate and allows no other origin",
    async (_, { method, path, body }) => {
      const answer = await send(worker, method.toUpperCase(), pathOf(path), {
        key: account.key,
        headers: { origin: "https://example.com" },
        ...(body ? { body: "{nonsense" } : {}),
      });
      expect(answer.headers.get("ratelimit")).toMatch(/^"(reads|writes)";r=\d+;t=\d+$/);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      expect(answer.headers.get("cache-control")).toBe("no-store");
    },
  );
});

describe("each code is reached by a mistake and not by what is just right", () => {
  const json = { "content-type": "application/json" };
  const write =
    (path: string, body: unknown, headers: Record<string, string> = {}) =>
    () =>
      send(worker, "POST", path, { key: account.key, body, headers: { ...json, ...headers } });
  const read = (path: string) => () => account.get(path);
  const remove = (path: string, body: unknown) => () => account.delete(path, body);
  const nobody = "01890000-0000-7000-8000-000000000000";

  const cases: [
    keyof typeof pumaCodes,
    number,
    () => ReturnType<typeof send>,
    ((() => ReturnType<typeof send>) | undefined)?,
  ][] = [
    ["not_found", 404, read("/v1/notes/nothing/else"), read("/v1/notes")],
    ["not_found", 404, read("/v1"), undefined],
    ["not_found", 404, () => send(worker, "GET", "/auth/nothing"), undefined],
    [
      "method_not_allowed",
      405,
      () => send(worker, "PUT", "/v1/notes", { key: account.key }),
      undefined,
    ],
    ["method_not_allowed", 405, write("/v1/_tables", {}), read("/v1/_tables")],
    ["method_not_allowed", 405, write("/v1/_keys/count", {}), undefined],
    ["method_not_allowed", 405, write("/v1/notes/count", {}), read("/v1/notes/count")],
    ["method_not_allowed", 405, read("/v1/notes/batch"), undefined],
    ["method_not_allowed", 405, () => send(worker, "GET", "/auth/verify"), undefined],
    [
      "unsupported_media_type",
      415,
      write("/v1/notes", "{}", { "content-type": "text/plain" }),
      write("/v1/e1", "{}", { "content-type": "Application/JSON; charset=utf-8" }),
    ],
    [
      "body_too_large",
      413,
      write("/v1/notes", `{}${" ".repeat(512 * 1024 - 1)}`),
      write("/v1/e1", `{}${" ".repeat(512 * 1024 - 2)}`),
    ],
    ["invalid_json", 400, write("/v1/notes", "{"), write("/v1/e1", "{}")],
    ["invalid_json", 400, write("/v1/notes", ""), undefined],
    ["invalid_request", 400, write("/v1/notes", "[]"), undefined],
    ["invalid_request", 400, write("/v1/notes", "null"), undefined],
    ["invalid_request", 400, read("/v1/notes?limit=x"), read("/v1/notes?limit=1")],
    ["invalid_request", 400, read("/v1/notes?limit=0x10"), read("/v1/notes?limit=16")],
    ["invalid_request", 400, read("/v1/notes?limit=1e1"), read("/v1/notes?limit=10")],
    ["invalid_request", 400, read("/v1/notes?limit=1001"), read("/v1/notes?limit=1000")],
    ["invalid_request", 400, read("/v1/notes?limit=1&limit=1"), undefined],
    ["invalid_request", 400, read("/v1/notes?limt=1"), undefined],
    ["invalid_request", 400, read("/v1/notes?__proto__=1"), undefined],
    ["invalid_request", 400, read("/v1/_tables?x=1"), undefined],
    ["invalid_request", 400, read("/v1/notes?sort="), read("/v1/notes?sort=k")],
    ["invalid_request", 400, read("/v1/notes?sort=-"), read("/v1/notes?sort=-k")],
    ["invalid_request", 400, read("/v1/notes/versions"), read("/v1/notes/versions?id=nobody")],
    ["invalid_request", 400, write("/v1/notes/update_row", { id: nobody }), undefined],
    ["invalid_request", 400, write("/v1/notes/restore", { id: nobody, version: 0 }), undefined],
    [
      "invalid_request",
      400,
      write("/v1/notes/update_where", { filter: { k: 1 }, patch: {}, allow_multiple: true }),
      undefined,
    ],
    ["invalid_request", 400, write("/v1/_keys", { name: "" }), undefined],
    [
      "invalid_request",
      400,
      write("/v1/_keys", { name: "x".repeat(81) }),
      write("/v1/_keys", { name: "x".repeat(80) }),
    ],
    [
      "invalid_request",
      400,
      () => send(worker, "POST", "/auth/magic-link", { body: { email: "nobody" } }),
      undefined,
    ],
    ["invalid_request", 400, () => send(worker, "POST", "/auth/verify", { body: {} }), undefined],
    ["invalid_table_name", 400, read("/v1/1st"), read("/v1/first")],
    ["invalid_table_name", 400, read("/v1/_x"), undefined],
    ["invalid_table_name", 400, read("/v1/a%2Fb"), undefined],
    ["invalid_table_name", 400, read("/v1/%ff"), undefined],
    ["invalid_table_name", 400, read(`/v1/${"a".repeat(65)}`), read(`/v1/${"a".repeat(64)}`)],
    ["invalid_table_name", 400, write("/v1/t%C3%A4g", {}), undefined],
    ["reserved_field", 400, write("/v1/notes", { id: "x" }), write("/v1/e1", { Id: "x" })],
    ["unsupported_number", 400, write("/v1/notes", '{"a":1e999}'), write("/v1/e1", '{"a":1e99}')],
    ["invalid_filter", 400, read("/v1/notes?filter=x"), read("/v1/notes?filter={}")],
    ["invalid_filter", 400, read("/v1/notes?filter=[]"), undefined],
    ["invalid_filter", 400, read('/v1/notes?filter={"a":[1]}'), read('/v1/notes?filter={"a":1}')],
    ["invalid_filter", 400, remove("/v1/notes", { filter: { a: {} } }), undefined],
    [
      "empty_filter",
      400,
      remove("/v1/notes", { filter: {} }),
      remove("/v1/notes", { filter: { a: 1 } }),
    ],
    ["empty_filter", 400, write("/v1/notes/update_where", { filter: {}, patch: {} }), undefined],
    [
      "invalid_key",
      400,
      write("/v1/notes/upsert", { key: "x", row: {} }),
      write("/v1/e2/upsert", { key: "x", row: { x: null } }),
    ],
    ["invalid_key", 400, write("/v1/notes/upsert", { key: "x", row: { x: [] } }), undefined],
    ["invalid_request", 400, write("/v1/notes/upsert", { key: [], row: {} }), undefined],
    ["ambiguous_key", 400, write("/v1/notes/upsert", { key: "k", row: { k: 1 } }), undefined],
    [
      "invalid_idempotency_key",
      400,
      write("/v1/notes", {}, { "idempotency-key": "x".repeat(256) }),
      write("/v1/e1", {}, { "idempotency-key": "x".repeat(255) }),
    ],
    ["row_not_found", 404, write("/v1/notes/update_row", { id: nobody, patch: {} }), undefined],
    ["row_not_found", 404, write("/v1/notes/update_row", { id: "", patch: {} }), undefined],
    [
      "row_not_found",
      404,
      write("/v1/notes/update_where", { filter: { k: 9 }, patch: {} }),
      undefined,
    ],
    ["version_not_found", 404, write("/v1/notes/restore", { id: nobody, version: 1 }), undefined],
    [
      "multiple_matches",
      409,
      write("/v1/notes/update_where", { filter: { k: 1 }, patch: {} }),
      undefined,
    ],
    [
      "invalid_token",
      401,
      () => send(worker, "POST", "/auth/verify", { body: { token: "" } }),
      undefined,
    ],
  ];

  test.each(
    cases.map(([code, status, wrong, right], index) => ({ code, status, wrong, right, index })),
  )("$code ($index)", async ({ code, status, wrong, right }) => {
    const refused = await wrong();
    expect([refused.status, refused.body.error?.code]).toEqual([status, code]);
    expect(refused.body.error.message).toMatch(/\S/);
    if (status === 405) expect(refused.headers.get("allow")).toMatch(/^[A-Z, ]+$/);
    if (right) expect((await right()).status).toBeLessThan(300);
  });

  test("a wrong parameter or field is named", async () => {
    const fieldOf = async (asked: Promise<{ body: { error: { details: { field: string } } } }>) =>
      (await asked).body.error.details.field;
    expect(await fieldOf(account.get("/v1/notes?limt=1"))).toBe("limt");
    expect(await fieldOf(account.get("/v1/notes?limit=1&limit=2"))).toBe("limit");
    expect(await fieldOf(account.get('/v1/notes?filter={"a":[]}'))).toBe("filter.a");
    expect(await fieldOf(account.post("/v1/notes/update_row", { id: "x" }))).toBe("patch");
    expect(
      await fieldOf(account.post("/v1/notes/update_row", { id: "x", patch: {}, more: 1 })),
    ).toBe("more");
  });

  test("no answer was a failure of ours", () => {
    expect(seenAnswers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  test("every code has a status and a meaning", () => {
    expect(Object.keys(statusByCode).sort()).toEqual(Object.keys(pumaCodes).sort());
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createPolykomos,
  createPumadb,
  NoAnswerError,
  NotReadyError,
  PolypumaError,
} from "../../sdk/src/index.ts";
import { defaultRetry, sendWithRetries } from "../../sdk/src/retry.ts";
import {
  type ScriptedAnswer,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted-server.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.stop());

/** Waits too short to be felt. */
const retry = { firstWaitMs: 1, longestWaitMs: 1 };

function polykomos() {
  return createPolykomos({ url: server.url, key: "pk_live_test", retry });
}

function pumadb() {
  return createPumadb({ url: server.url, key: "puma_live_test", retry });
}

function failure(status: number, code: string, more: object = {}): ScriptedAnswer {
  return {
    status,
    headers: { "x-request-id": "req_header" },
    body: { error: { code, message: `Refused: ${code}`, ...more }, request_id: "req_body" },
  };
}

const inProgress = failure(409, "idempotency_key_in_progress");
const limited = failure(429, "rate_limited");
const unavailable = failure(503, "unavailable");
const made: ScriptedAnswer = { status: 201, body: { data: { uuid: "u", status: "active" } } };

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

describe("a write", () => {
  test("is sent again after 409 in progress, 429 and 503, with the same key and the same body", async () => {
    server.script([inProgress, limited, unavailable, made]);
    const answer = await polykomos().createDatabase({ body: { name: "mine" } });
    expect(answer.data.uuid).toBe("u");
    expect(server.asked).toHaveLength(4);
    const keys = new Set(server.asked.map(({ headers }) => headers["idempotency-key"]));
    expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    for (const { method, path, headers, body } of server.asked) {
      expect([method, path, body]).toEqual(["POST", "/api/v1/databases", '{"name":"mine"}']);
      expect(headers.authorization).toBe("Bearer pk_live_test");
      expect(headers["content-type"]).toBe("application/json");
    }
  });

  test("has a key of its own, or the one it is given", async () => {
    server.script([made]);
    await polykomos().createDatabase({ body: { name: "one" } });
    await polykomos().createDatabase({ body: { name: "one" } });
    const idempotencyKey = "8d6a3f66-52c8-4ae4-9cf7-2b7a7a1f3b11";
    await polykomos().createDatabase({ body: { name: "one" }, idempotencyKey });
    await pumadb().addRow({ path: { table: "t" }, body: {}, idempotencyKey: "mine" });
    const keys = server.asked.map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(4);
    expect(keys.slice(2)).toEqual([idempotencyKey, "mine"]);
  });

  test("through http has a key as well, and the same retries", async () => {
    server.script([unavailable, made]);
    const { data } = await polykomos().http.POST("/api/v1/databases", { body: { name: "mine" } });
    expect(data?.data.uuid).toBe("u");
    const [first, second] = server.asked.map(({ headers }) => headers["idempotency-key"]);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
  });

  test.each([409, 429, 503])("that takes no key is not sent again after %i", async (status) => {
    server.script([{ ...failure(status, "idempotency_key_in_progress") }, made]);
    const upsert = { key: "id", row: { id: "1" } };
    const error = await errorOf(pumadb().upsertRow({ path: { table: "t" }, body: upsert }));
    expect(error).toMatchObject({ status, idempotencyKey: null });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.headers).not.toHaveProperty("idempotency-key");
  });
});

describe("nothing is sent again", () => {
  test.each([
    [400, "invalid_json"],
    [401, "missing_authorization"],
    [403, "missing_scope"],
    [404, "not_found"],
    [409, "name_taken"],
    [409, "conflict"],
    [422, "invalid_field"],
    [500, "internal_error"],
    [502, "bad_gateway"],
    [504, "gateway_timeout"],
  ])("after %i %s", async (status, code) => {
    server.script([failure(status, code), made]);
    const error = await errorOf(polykomos().createDatabase({ body: { name: "mine" } }));
    expect(error).toMatchObject({ status, code });
    expect(server.asked).toHaveLength(1);
  });

  test("when the connection is lost; the error has the key to go on with", async () => {
    let sent = 0;
    const lost = createPolykomos({
      url: server.url,
      key: "pk_live_test",
      fetch: async () => {
        sent += 1;
        throw new TypeError("fetch failed");
      },
    });
    const error = await errorOf(lost.createDatabase({ body: { name: "mine" } }));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(sent).toBe(1);
  });
});

describe("retries end", () => {
  test("with the attempts: as many requests, and the last error", async () => {
    server.script([unavailable]);
    const error = await errorOf(polykomos().getMe({ retry: { attempts: 3 } }));
    expect(error).toMatchObject({ status: 503, code: "unavailable" });
    expect(server.asked).toHaveLength(3);
  });

  test("before a wait that would outlast the deadline", async () => {
    server.script([{ ...limited, headers: { "retry-after": "3600" } }, made]);
    const error = await errorOf(polykomos().createDatabase({ body: { name: "mine" } }));
    expect(error).toMatchObject({ status: 429, retryAfterSeconds: 3600 });
    expect(server.asked).toHaveLength(1);
  });

  test("with the deadline, when no answer comes", async () => {
    server.script([null]);
    const call = polykomos().createDatabase({ body: { name: "m" }, retry: { deadlineMs: 30 } });
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ cause: { name: "TimeoutError" } });
  });

  test("with the caller's signal, in the middle of a wait", async () => {
    server.script([{ ...unavailable, headers: { "retry-after": "60" } }]);
    const caller = new AbortController();
    const reason = new Error("no longer wanted");
    const call = polykomos().getMe({ signal: caller.signal });
    await expect.poll(() => server.asked.length).toBe(1);
    caller.abort(reason);
    expect(await errorOf(call)).toBe(reason);
    expect(server.asked).toHaveLength(1);
  });
});

/** The waits of a call that is refused again and again, by a clock that only they move. */
async function waitsAfter(headers: Record<string, string>, random: number): Promise<number[]> {
  const waits: number[] = [];
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  await sendWithRetries(
    new Request("http://polypuma.test/api/v1/me"),
    async () => new Response("{}", { status: 429, headers }),
    { ...defaultRetry, attempts: 7 },
    {
      now: () => nowMs,
      random: () => random,
      async pause(ms) {
        waits.push(ms);
        nowMs += ms;
      },
    },
  );
  return waits;
}

describe("a wait", () => {
  test("doubles up to its longest, and is any part of that", async () => {
    expect(await waitsAfter({}, 1)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
    expect(await waitsAfter({}, 0.5)).toEqual([125, 250, 500, 1_000, 2_000, 4_000]);
  });

  test("is never shorter than Retry-After asks for", async () => {
    expect(await waitsAfter({ "retry-after": "3" }, 0)).toEqual([3, 3, 3, 3, 3, 3].map(inMs));
    const [first] = await waitsAfter({ "retry-after": "3" }, 1);
    expect(first).toBe(3_250);
  });

  test("takes Retry-After as a date too", async () => {
    const [first] = await waitsAfter({ "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" }, 0);
    expect(first).toBe(20_000);
  });
});

function inMs(seconds: number): number {
  return seconds * 1_000;
}

describe("an error", () => {
  test("has code, status, field, details and the request's id", async () => {
    const details = { field: "plan", allowed: ["free", "launch", "grow"] };
    server.script([failure(422, "invalid_field", { details })]);
    const error = await errorOf(polykomos().createDatabase({ body: { name: "mine" } }));
    if (!(error instanceof PolypumaError)) throw error;
    expect(error.code).toBe("invalid_field");
    expect(error.message).toBe("Refused: invalid_field");
    expect({ ...error }).toMatchObject({
      status: 422,
      field: "plan",
      details,
      requestId: "req_body",
      retryAfterSeconds: null,
      idempotencyKey: expect.any(String),
    });
  });

  test("that is none of the API's says so", async () => {
    const headers = { "x-request-id": "req_header" };
    server.script([{ status: 502, headers, body: "<h1>Bad gateway</h1>" }]);
    const error = await errorOf(polykomos().getMe());
    expect(error).toMatchObject({
      status: 502,
      code: "unexpected_answer",
      details: {},
      requestId: "req_header",
    });
  });
});

describe("waiting for a database", () => {
  const uuid = "00000000-0000-4000-8000-000000000001";
  const state = (status: string) => ({ status: 200, body: { data: { uuid, status } } });

  test("looks until it takes logins", async () => {
    server.script([state("provisioning"), state("provisioning"), state("active")]);
    const database = await polykomos().waitUntilReady(uuid, { everyMs: 1 });
    expect(database.status).toBe("active");
    expect(server.asked.map(({ path }) => path)).toEqual(
      Array.from({ length: 3 }, () => `/api/v1/databases/${uuid}`),
    );
  });

  test("ends with the reason when it was given up", async () => {
    const error = { code: "blueprint_failed", message: "no such type" };
    server.script([
      state("provisioning"),
      failure(404, "not_found"),
      { status: 200, body: { data: [{ kind: "create", error }], has_more: false } },
    ]);
    const thrown = await errorOf(polykomos().waitUntilReady(uuid, { everyMs: 1 }));
    expect(thrown).toBeInstanceOf(NotReadyError);
    expect(thrown).toMatchObject({ uuid, reason: "blueprint_failed" });
  });

  test("goes on after an outage within its time, and no longer", async () => {
    server.script([unavailable, state("provisioning"), unavailable, state("active")]);
    const database = await polykomos().waitUntilReady(uuid, { everyMs: 1 });
    expect(database.status).toBe("active");
    server.script([{ ...unavailable, headers: { "retry-after": "120" } }]);
    const wait = { everyMs: 1, timeoutMs: 60_000 };
    expect(await errorOf(polykomos().waitUntilReady(uuid, wait))).toMatchObject({ status: 503 });
    expect(server.asked).toHaveLength(1);
  });

  test("ends when the time is over", async () => {
    server.script([state("provisioning")]);
    const wait = { timeoutMs: 5, everyMs: 1 };
    expect(await errorOf(polykomos().waitUntilReady(uuid, wait))).toBeInstanceOf(NotReadyError);
    server.script([null]);
    expect(await errorOf(polykomos().waitUntilReady(uuid, wait))).toBeInstanceOf(NotReadyError);
  });
});

test("what does not fit the document is refused when the types are checked", () => {
  const client = polykomos();
  const neverCalled = [
    // @ts-expect-error a database has a name
    () => client.createDatabase({ body: {} }),
    // @ts-expect-error there is no such plan
    () => client.createDatabase({ body: { name: "a", plan: "huge" } }),
    // @ts-expect-error a read takes no key
    () => client.getMe({ idempotencyKey: "8d6a3f66-52c8-4ae4-9cf7-2b7a7a1f3b11" }),
    // @ts-expect-error which database is missing
    () => client.getDatabase({}),
    // @ts-expect-error this is no list of pages
    () => client.each("getMe"),
    // @ts-expect-error there is no such operation
    () => client.createTable({}),
    // @ts-expect-error a database has no such field
    async () => (await client.getDatabase({ path: { uuid: "u" } })).data.colour,
    // @ts-expect-error no error has such a code
    (error: PolypumaError) => error.code === "nmae_taken",
  ];
  expect(neverCalled).toHaveLength(8);
});

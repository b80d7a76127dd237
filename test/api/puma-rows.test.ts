import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, newAccount, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

async function withRows(...rows: unknown[]): Promise<Account> {
  const account = await newAccount(worker);
  for (const row of rows) await account.add("notes", row);
  return account;
}

describe("adding and reading", () => {
  test("a row comes back with the server's fields and nothing else changed", async () => {
    const account = await newAccount(worker);
    const row = { title: "Pump", tags: ["a", { b: null }], n: 1.5, done: false };
    const added = await account.post("/v1/notes", row);
    expect(added.status).toBe(201);
    const { id, created_at, updated_at, ...rest } = added.body;
    expect(rest).toEqual(row);
    expect(updated_at).toBe(created_at);
    expect(new Date(created_at).toISOString()).toBe(created_at);
    expect(await account.rows("notes")).toEqual([{ id, created_at, updated_at, ...row }]);
  });

  test("adding the same row twice makes two rows", async () => {
    const account = await withRows({ a: 1 }, { a: 1 });
    expect(await account.rows("notes")).toHaveLength(2);
  });

  test("an empty object is a row", async () => {
    const account = await withRows({});
    expect(Object.keys((await account.rows("notes"))[0])).toEqual([
      "id",
      "created_at",
      "updated_at",
    ]);
  });

  test("a table appears with its first row and goes with its last", async () => {
    const account = await withRows({ a: 1 });
    expect((await account.get("/v1/_tables")).body).toEqual({
      tables: [{ name: "notes", rows: 1 }],
    });
    await account.delete("/v1/notes", { filter: { a: 1 } });
    expect((await account.get("/v1/_tables")).body).toEqual({ tables: [] });
  });

  test("the export holds every row of every table", async () => {
    const account = await withRows({ a: 1 }, { a: 2 });
    await account.add("constructor", { b: 1 });
    const { tables } = (await account.get("/v1/_export")).body;
    expect(Object.keys(tables)).toEqual(["constructor", "notes"]);
    expect(tables.notes).toEqual(await account.rows("notes"));
    expect(tables.constructor).toHaveLength(1);
  });

  test("accounts do not see each other's rows", async () => {
    await withRows({ a: 1 });
    expect(await (await newAccount(worker)).rows("notes")).toEqual([]);
  });
});

describe("querying", () => {
  test("filters are strict about types, and null also matches an absent field", async () => {
    const account = await withRows(
      { v: 1 },
      { v: "1" },
      { v: true },
      { v: null },
      { w: 1 },
      { v: [1] },
    );
    const found = async (v: unknown) =>
      (await account.rows("notes", { filter: { v } })).map((row) => row.v);
    expect(await found(1)).toEqual([1]);
    expect(await found("1")).toEqual(["1"]);
    expect(await found(true)).toEqual([true]);
    expect(await found(false)).toEqual([]);
    expect(await found(null)).toEqual([undefined, null]);
  });

  test("several fields must all match", async () => {
    const account = await withRows({ a: 1, b: 1 }, { a: 1, b: 2 });
    expect(await account.rows("notes", { filter: { a: 1, b: 2 } })).toMatchObject([{ b: 2 }]);
    expect((await account.get('/v1/notes/count?filter={"a":1}')).body).toEqual({ count: 2 });
  });

  test("mixed types sort as null, boolean, number, string; ties follow by id", async () => {
    const values = ["b", 2, true, null, "a", 10, false, "\u{1F600}", "\uFFFD", undefined, -1];
    const account = await withRows(...values.map((v) => ({ v })));
    const sorted = async (sort: string) =>
      (await account.rows("notes", { sort })).map((row) => row.v);
    const ascending = [null, undefined, false, true, -1, 2, 10, "a", "b", "\u{1F600}", "\uFFFD"];
    expect(await sorted("v")).toEqual(ascending);
    // The values turn round, the two equal ones (null and absent) do not.
    expect(await sorted("-v")).toEqual([...ascending.slice(2).reverse(), null, undefined]);
  });

  test("rows can be filtered and sorted by the server's fields", async () => {
    const account = await withRows({ n: 1 }, { n: 2 }, { n: 3 });
    const rows = await account.rows("notes");
    const byId = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await account.rows("notes", { filter: { id: rows[1].id } })).toEqual([rows[1]]);
    expect(await account.rows("notes", { filter: { id: rows[1].id, n: 99 } })).toEqual([]);
    expect(await account.rows("notes", { filter: { id: 7 } })).toEqual([]);
    expect(await account.rows("notes", { sort: "id" })).toEqual(byId);
    expect(await account.rows("notes", { sort: "-id" })).toEqual(byId.toReversed());
    expect(
      await account.rows("notes", { filter: { created_at: rows[0].created_at, n: 3 } }),
    ).toEqual([rows[0]]);
    await account.post("/v1/notes/update_row", { id: byId[0].id, patch: {} });
    await worker.moveClock(1);
    await account.post("/v1/notes/update_row", { id: byId[0].id, patch: {} });
    expect((await account.rows("notes", { sort: "-updated_at" }))[0].id).toBe(byId[0].id);
  });

  test("a query is limited to 100 rows unless it says otherwise", async () => {
    const account = await newAccount(worker);
    const operations = Array.from({ length: 100 }, (_, n) => ({ action: "add", row: { n } }));
    for (let part = 0; part < 2; part++) await account.post("/v1/notes/batch", { operations });
    expect(await account.rows("notes")).toHaveLength(100);
    expect(await account.rows("notes", { limit: 1 })).toHaveLength(1);
    expect(await account.rows("notes", { limit: 1_000 })).toHaveLength(200);
    expect((await account.get("/v1/notes?limit=1001")).status).toBe(400);
    expect((await account.get("/v1/notes?limit=0")).status).toBe(400);
  });
});

describe("changing", () => {
  test("an upsert replaces the content and keeps id and created_at", async () => {
    const account = await newAccount(worker);
    const first = await account.post("/v1/notes/upsert", { key: "k", row: { k: 1, a: 1 } });
    const second = await account.post("/v1/notes/upsert", { key: ["k"], row: { k: 1, b: 2 } });
    expect([first.body.created, second.body.created]).toEqual([true, false]);
    const { updated_at: _, ...kept } = second.body.row;
    expect(kept).toEqual({
      id: first.body.row.id,
      created_at: first.body.row.created_at,
      k: 1,
      b: 2,
    });
    expect(await account.rows("notes")).toHaveLength(1);
  });

  test("an upsert by several fields finds only the row with all of them", async () => {
    const account = await withRows({ a: 1, b: 1 }, { a: 1, b: 2 });
    const { body } = await account.post("/v1/notes/upsert", {
      key: ["a", "b"],
      row: { a: 1, b: 2, c: 3 },
    });
    expect(body).toMatchObject({ created: false, row: { b: 2, c: 3 } });
    expect(await account.rows("notes")).toHaveLength(2);
  });

  test("a patch merges, and a field set to null stays as null", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { a: 1, b: 2, c: { d: 1 } });
    const { body } = await account.post("/v1/notes/update_row", {
      id,
      patch: { b: null, c: { e: 2 } },
    });
    expect(body.row).toMatchObject({ id, a: 1, b: null, c: { e: 2 } });
    expect(body.row.c).toEqual({ e: 2 });
  });

  test("update_where changes one row, or several when that is said", async () => {
    const account = await withRows({ a: 1, n: 1 }, { a: 1, n: 2 }, { a: 2, n: 3 });
    const one = await account.post("/v1/notes/update_where", { filter: { n: 3 }, patch: { b: 1 } });
    expect(one.body).toMatchObject({ updated: 1, rows: [{ n: 3, b: 1 }] });
    const many = { filter: { a: 1 }, patch: { b: 2 } };
    expect((await account.post("/v1/notes/update_where", many)).status).toBe(409);
    expect(await account.rows("notes", { filter: { b: 2 } })).toEqual([]);
    const allowed = await account.post("/v1/notes/update_where", { ...many, allowMultiple: true });
    expect(allowed.body).toMatchObject({
      updated: 2,
      rows: [
        { n: 2, b: 2 },
        { n: 1, b: 2 },
      ],
    });
  });

  test("a delete says how many rows it deleted", async () => {
    const account = await withRows({ a: 1 }, { a: 1 }, { a: 2 });
    expect((await account.delete("/v1/notes", { filter: { a: 1 } })).body).toEqual({ deleted: 2 });
    expect((await account.delete("/v1/notes", { filter: { a: 1 } })).body).toEqual({ deleted: 0 });
    expect(await account.rows("notes")).toHaveLength(1);
  });
});

describe("versions", () => {
  test("every update, upsert and delete archives the row first", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { k: "x", v: 1 });
    await account.post("/v1/notes/update_row", { id, patch: { v: 2 } });
    await account.post("/v1/notes/update_where", { filter: { v: 2 }, patch: { v: 3 } });
    await account.post("/v1/notes/upsert", { key: "k", row: { k: "x", v: 4 } });
    await account.delete("/v1/notes", { filter: { id } });
    const { versions } = (await account.get(`/v1/notes/versions?id=${id}`)).body;
    expect(versions.map((each: { version: number }) => each.version)).toEqual([4, 3, 2, 1]);
    expect(versions.map((each: { row: { v: number } }) => each.row.v)).toEqual([4, 3, 2, 1]);
    expect(versions.map((each: { deleted: boolean }) => each.deleted)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(versions[0].row.id).toBe(id);
  });

  test("a restore archives the live row and takes the old content", async () => {
    const account = await newAccount(worker);
    const { id, created_at } = await account.add("notes", { v: 1 });
    await account.post("/v1/notes/update_row", { id, patch: { v: 2, w: 1 } });
    const { body } = await account.post("/v1/notes/restore", { id, version: 1 });
    expect(body.row).toMatchObject({ id, created_at, v: 1 });
    expect(body.row).not.toHaveProperty("w");
    const { versions } = (await account.get(`/v1/notes/versions?id=${id}`)).body;
    expect(versions[0]).toMatchObject({ version: 2, deleted: false, row: { v: 2, w: 1 } });
  });

  test("a deleted row can be restored under its id, and its numbers go on", async () => {
    const account = await newAccount(worker);
    const { id, created_at } = await account.add("notes", { v: 1 });
    await account.delete("/v1/notes", { filter: { v: 1 } });
    const restored = await account.post("/v1/notes/restore", { id, version: 1 });
    expect(restored.body.row).toMatchObject({ id, created_at, v: 1 });
    expect(await account.rows("notes")).toEqual([restored.body.row]);
    await account.post("/v1/notes/update_row", { id, patch: { v: 2 } });
    const { versions } = (await account.get(`/v1/notes/versions?id=${id}`)).body;
    expect(versions.map((each: { version: number }) => each.version)).toEqual([2, 1]);
  });

  test("the last ten versions are kept, for thirty days", async () => {
    const own = await startPumaWorker();
    const account = await newAccount(own);
    const { id } = await account.add("notes", { v: 0 });
    for (let v = 1; v <= 12; v++) await account.post("/v1/notes/update_row", { id, patch: { v } });
    const versions = async () => (await account.get(`/v1/notes/versions?id=${id}`)).body.versions;
    expect((await versions()).map((each: { version: number }) => each.version)).toEqual([
      12, 11, 10, 9, 8, 7, 6, 5, 4, 3,
    ]);
    expect((await account.post("/v1/notes/restore", { id, version: 2 })).status).toBe(404);
    // The oldest version is read before the restore's own archiving pushes it out.
    expect((await account.post("/v1/notes/restore", { id, version: 3 })).body.row.v).toBe(2);
    await own.moveClock(30 * 24 * 3_600_000 - 60_000);
    expect(await versions()).toHaveLength(10);
    await own.moveClock(120_000);
    expect(await versions()).toEqual([]);
    expect((await account.post("/v1/notes/restore", { id, version: 10 })).status).toBe(404);
    await account.post("/v1/notes/update_row", { id, patch: {} });
    expect((await versions())[0].version).toBe(14);
    await own.stop();
  });

  test("a row of another table has no versions here", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { v: 1 });
    await account.post("/v1/notes/update_row", { id, patch: { v: 2 } });
    expect((await account.get(`/v1/other/versions?id=${id}`)).body).toEqual({ versions: [] });
    expect((await account.post("/v1/other/restore", { id, version: 1 })).status).toBe(404);
    expect((await account.post("/v1/other/update_row", { id, patch: {} })).status).toBe(404);
  });

  test("fifty writers on one row lose nothing, and the numbers have no gap", async () => {
    const wide = await startPumaWorker({ vars: { PUMA_VERSIONS_PER_ROW: "100" } });
    const account = await newAccount(wide);
    const { id } = await account.add("notes", { writer: -1 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, writer) =>
        account.post("/v1/notes/update_row", { id, patch: { writer, [`w${writer}`]: true } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { versions } = (await account.get(`/v1/notes/versions?id=${id}`)).body;
    expect(versions.map((each: { version: number }) => each.version)).toEqual(
      Array.from({ length: 50 }, (_, index) => 50 - index),
    );
    const [live] = await account.rows("notes");
    const seen = [
      ...versions.map((each: { row: { writer: number } }) => each.row.writer),
      live.writer,
    ];
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 51 }, (_, index) => index - 1));
    for (let writer = 0; writer < 50; writer++) expect(live[`w${writer}`]).toBe(true);
    await wide.stop();
  });
});

describe("batches", () => {
  test("each result is what the operation alone would answer", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { k: 1 });
    const { status, body } = await account.post("/v1/notes/batch", {
      operations: [
        { action: "add", row: { n: 1 } },
        { action: "upsert", key: "k", row: { k: 1, a: 1 } },
        { action: "update_row", id, patch: { b: 1 } },
        { action: "update_where", filter: { n: 1 }, patch: { c: 1 } },
        { action: "delete", filter: { n: 1 } },
      ],
    });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { index: 0, action: "add", result: { n: 1 } },
      { index: 1, action: "upsert", result: { created: false, row: { id, a: 1 } } },
      { index: 2, action: "update_row", result: { row: { id, a: 1, b: 1 } } },
      { index: 3, action: "update_where", result: { updated: 1, rows: [{ n: 1, c: 1 }] } },
      { index: 4, action: "delete", result: { deleted: 1 } },
    ]);
    expect(await account.rows("notes")).toEqual([body.results[2].result.row]);
  });

  test("a batch whose hundredth operation fails leaves nothing and names it", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { k: 1 });
    const operations: unknown[] = Array.from({ length: 98 }, (_, n) => ({
      action: "add",
      row: { n },
    }));
    operations.push({ action: "update_row", id, patch: { k: 2 } });
    operations.push({ action: "update_row", id: "nobody", patch: {} });
    const failed = await account.post("/v1/notes/batch", { operations });
    expect(failed.status).toBe(404);
    expect(failed.body.error).toMatchObject({ code: "row_not_found", details: { index: 99 } });
    expect(await account.rows("notes")).toMatchObject([{ id, k: 1 }]);
    expect((await account.get("/v1/_tables")).body.tables).toEqual([{ name: "notes", rows: 1 }]);
    expect((await account.get(`/v1/notes/versions?id=${id}`)).body.versions).toEqual([]);
  });

  test("what is wrong with one operation is told with its place", async () => {
    const account = await newAccount(worker);
    const batch = (operations: unknown[]) => account.post("/v1/notes/batch", { operations });
    const good = { action: "add", row: {} };
    const cases: [unknown, string][] = [
      [{ action: "add", row: { id: "x" } }, "reserved_field"],
      [{ action: "add", row: 7 }, "invalid_request"],
      [{ action: "burn" }, "invalid_request"],
      [{ action: "delete", filter: {} }, "empty_filter"],
      [{ action: "upsert", key: "k", row: {} }, "invalid_key"],
      [{ action: "add", row: {}, idempotencyKey: "" }, "invalid_idempotency_key"],
    ];
    for (const [bad, code] of cases) {
      const { status, body } = await batch([good, bad]);
      expect([status, body.error.code, body.error.details.index]).toEqual([400, code, 1]);
    }
    expect(await account.rows("notes")).toEqual([]);
    expect((await batch([])).status).toBe(400);
    expect((await batch(Array.from({ length: 101 }, () => good))).status).toBe(400);
    expect((await batch(Array.from({ length: 100 }, () => good))).status).toBe(200);
  });
});

describe("idempotent adds", () => {
  const header = (key: string) => ({ "idempotency-key": key });

  test("a hundred equal adds at once make one row and a hundred equal answers", async () => {
    const account = await newAccount(worker);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => account.post("/v1/notes", { a: 1, b: 2 }, header("k1"))),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(await account.rows("notes")).toEqual([answers[0]?.body]);
  });

  test("the answer is replayed for 24 hours, changed or deleted row or not", async () => {
    const own = await startPumaWorker();
    const account = await newAccount(own);
    const first = await account.post("/v1/notes", { a: 1, b: 2 }, header("k1"));
    await account.post("/v1/notes/update_row", { id: first.body.id, patch: { a: 9 } });
    const again = await account.post("/v1/notes", '{"b":2,  "a":1}', header("k1"));
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    await own.moveClock(24 * 3_600_000 - 60_000);
    expect((await account.post("/v1/notes", { a: 1, b: 2 }, header("k1"))).body).toEqual(
      first.body,
    );
    await own.moveClock(120_000);
    expect((await account.post("/v1/notes", { a: 1, b: 2 }, header("k1"))).body.id).not.toBe(
      first.body.id,
    );
    await own.stop();
  });

  test("another row or table with the same key is refused", async () => {
    const account = await newAccount(worker);
    await account.post("/v1/notes", { a: 1 }, header("k"));
    for (const [table, row] of [
      ["notes", { a: 2 }],
      ["other", { a: 1 }],
    ] as const) {
      const refused = await account.post(`/v1/${table}`, row, header("k"));
      expect([refused.status, refused.body.error.code]).toEqual([400, "idempotency_key_reused"]);
    }
  });

  test("header and batch share their keys; a batch's own repeats make one row", async () => {
    const account = await newAccount(worker);
    const first = await account.post("/v1/notes", { a: 1 }, header("k"));
    const add = { action: "add", row: { a: 1 }, idempotencyKey: "k" };
    const twice = { action: "add", row: { a: 2 }, idempotencyKey: "k2" };
    const { results } = (await account.post("/v1/notes/batch", { operations: [add, twice, twice] }))
      .body;
    expect(results[0].result).toEqual(first.body);
    expect(results[1].result).toEqual(results[2].result);
    expect((await account.post("/v1/notes", { a: 2 }, header("k2"))).body).toEqual(
      results[1].result,
    );
    expect(await account.rows("notes")).toHaveLength(2);
  });

  test("a failed batch leaves its keys free", async () => {
    const account = await newAccount(worker);
    const operations = [
      { action: "add", row: { a: 1 }, idempotencyKey: "k" },
      { action: "update_row", id: "nobody", patch: {} },
    ];
    expect((await account.post("/v1/notes/batch", { operations })).status).toBe(404);
    expect((await account.post("/v1/notes", { other: true }, header("k"))).status).toBe(201);
  });
});

describe("keys", () => {
  test("a key is listed without its secret, works, and works no more when revoked", async () => {
    const account = await newAccount(worker);
    const made = await account.post("/v1/_keys", { name: "ci" });
    expect(made.status).toBe(201);
    const { api_key: key, id, prefix } = made.body;
    expect((await send(worker, "GET", "/v1/_tables", { key })).status).toBe(200);
    const { text, body } = await account.get("/v1/_keys");
    expect(text).not.toContain(key.split("_").at(-1));
    const listed = body.keys.find((each: { id: string }) => each.id === id);
    expect(listed).toMatchObject({
      name: "ci",
      prefix,
      account_id: account.id,
      scope: "*",
      revoked_at: null,
    });
    expect(listed.last_used_at).not.toBeNull();
    expect((await account.delete(`/v1/_keys/${id}`)).body).toEqual({ revoked: 1 });
    expect((await account.delete(`/v1/_keys/${id}`)).body).toEqual({ revoked: 0 });
    expect((await account.delete("/v1/_keys/nobody")).body).toEqual({ revoked: 0 });
    expect((await send(worker, "GET", "/v1/_tables", { key })).status).toBe(401);
    const after = (await account.get("/v1/_keys")).body.keys;
    expect(after.find((each: { id: string }) => each.id === id).revoked_at).not.toBeNull();
  });

  test("a key may revoke itself", async () => {
    const account = await newAccount(worker);
    const [own] = (await account.get("/v1/_keys")).body.keys;
    expect((await account.delete(`/v1/_keys/${own.id}`)).body).toEqual({ revoked: 1 });
    expect((await account.get("/v1/_keys")).status).toBe(401);
  });

  test("keys have a cap, sign-ins never lock anybody out", async () => {
    const small = await startPumaWorker({ vars: { PUMA_KEYS_MAX: "2" } });
    const account = await newAccount(small);
    expect((await account.post("/v1/_keys", { name: "1" })).status).toBe(201);
    expect((await account.post("/v1/_keys", { name: "2" })).status).toBe(201);
    const refused = await account.post("/v1/_keys", { name: "3" });
    expect([refused.status, refused.body.error.code]).toEqual([400, "too_many_keys"]);
    await small.moveClock(1_000);
    const second = await newAccount(small, account.email);
    await small.moveClock(1_000);
    const third = await newAccount(small, account.email);
    const statuses = await Promise.all(
      [account, second, third].map(async (each) => (await each.get("/v1/_keys")).status),
    );
    expect(statuses).toEqual([401, 200, 200]);
    await small.stop();
  });
});

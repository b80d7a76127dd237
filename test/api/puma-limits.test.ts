import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, newAccount, type PumaAnswer } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

const rowBytesMax = 65_536;

/** A row whose JSON has exactly that many bytes; `fill` is one character of `fillBytes` bytes. */
function rowOf(bytes: number, fill = "x", fillBytes = 1): { v: string } {
  const room = bytes - '{"v":""}'.length;
  const whole = Math.floor(room / fillBytes);
  return { v: fill.repeat(whole) + "y".repeat(room - whole * fillBytes) };
}

function codeOf(answer: PumaAnswer): [number, string] {
  return [answer.status, answer.body.error?.code];
}

async function fillTable(account: Account, table: string, rows: number): Promise<void> {
  for (let start = 0; start < rows; start += 100) {
    const count = Math.min(100, rows - start);
    const operations = Array.from({ length: count }, (_, n) => ({
      action: "add",
      row: { n: start + n },
    }));
    const { status } = await account.post(`/v1/${table}/batch`, { operations });
    expect(status).toBe(200);
  }
}

describe("the size of a row", () => {
  test.each([
    ["letters", "x", 1],
    ["emoji", "\u{1F600}", 4],
    ["umlauts", "ü", 2],
  ])("a row of 65,536 bytes of %s is taken, one byte more is not", async (_, fill, fillBytes) => {
    const account = await newAccount(worker);
    const largest = rowOf(rowBytesMax, fill, fillBytes);
    const added = await account.post("/v1/notes", largest);
    expect(added.status).toBe(201);
    expect(added.body.v).toBe(largest.v);
    const tooLarge = rowOf(rowBytesMax + 1, fill, fillBytes);
    expect(codeOf(await account.post("/v1/notes", tooLarge))).toEqual([413, "row_too_large"]);
  });

  test("white space and escapes around a row do not count", async () => {
    const account = await newAccount(worker);
    const { v } = rowOf(rowBytesMax);
    const spaced = `{ "v" :\n  "\\u0079${v.slice(1)}" }`;
    expect((await account.post("/v1/notes", spaced)).status).toBe(201);
  });

  test("a row that would grow too large stays as it was, told with a status the contract declares", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", rowOf(rowBytesMax));
    const patch = { w: 1 };
    const notes = "/v1/notes";
    expect(codeOf(await account.post(`${notes}/update_row`, { id, patch }))).toEqual([
      400,
      "row_too_large",
    ]);
    expect(codeOf(await account.post(`${notes}/update_where`, { filter: { id }, patch }))).toEqual([
      400,
      "row_too_large",
    ]);
    const row = { k: 1, ...rowOf(rowBytesMax) };
    expect(codeOf(await account.post(`${notes}/upsert`, { key: "k", row }))).toEqual([
      400,
      "row_too_large",
    ]);
    const batch = await account.post(`${notes}/batch`, {
      operations: [{ action: "update_row", id, patch }],
    });
    expect(codeOf(batch)).toEqual([413, "row_too_large"]);
    expect((await account.get(`${notes}/versions?id=${id}`)).body.versions).toEqual([]);
  });
});

describe("the size of an account", () => {
  test("the 1,001st row of a table is refused, and fits after a delete", async () => {
    const account = await newAccount(worker);
    await fillTable(account, "notes", 1_000);
    expect(codeOf(await account.post("/v1/notes", { n: 1 }))).toEqual([413, "table_full"]);
    const upsert = { key: "k", row: { k: 1 } };
    expect(codeOf(await account.post("/v1/notes/upsert", upsert))).toEqual([400, "table_full"]);
    expect((await account.post("/v1/other", { n: 1 })).status).toBe(201);
    await account.delete("/v1/notes", { filter: { n: 500 } });
    expect((await account.post("/v1/notes/upsert", upsert)).body.created).toBe(true);
    expect(codeOf(await account.post("/v1/notes", { n: 1 }))).toEqual([413, "table_full"]);
    expect((await account.get("/v1/notes/count")).body).toEqual({ count: 1_000 });
    const all = await account.rows("notes", { limit: 1_000 });
    const restorable = all.find((row) => row.n === 7);
    await account.delete("/v1/notes", { filter: { id: restorable.id } });
    await account.add("notes", { n: 0 });
    const restored = await account.post("/v1/notes/restore", { id: restorable.id, version: 1 });
    expect(codeOf(restored)).toEqual([400, "table_full"]);
  });

  test("the 21st table is refused, and fits when another has gone", async () => {
    const account = await newAccount(worker);
    for (let table = 1; table <= 20; table++) await account.add(`t${table}`, { table });
    expect(codeOf(await account.post("/v1/t21", {}))).toEqual([413, "too_many_tables"]);
    expect((await account.post("/v1/t20", {})).status).toBe(201);
    await account.delete("/v1/t7", { filter: { table: 7 } });
    expect((await account.post("/v1/t21", {})).status).toBe(201);
    expect((await account.get("/v1/_tables")).body.tables).toHaveLength(20);
  });

  test("an account takes 26,214,400 bytes and not one more; versions do not count", async () => {
    const account = await newAccount(worker);
    const operations = Array.from({ length: 50 }, () => ({
      action: "add",
      row: rowOf(rowBytesMax),
    }));
    for (let part = 0; part < 8; part++) {
      expect((await account.post("/v1/notes/batch", { operations })).status).toBe(200);
    }
    expect(codeOf(await account.post("/v1/notes", {}))).toEqual([413, "account_full"]);
    const [row] = await account.rows("notes", { limit: 1 });
    const smaller = { key: "id", row: {} };
    expect((await account.post("/v1/notes/upsert", smaller)).status).toBe(400);
    await account.post("/v1/notes/update_row", { id: row.id, patch: { v: row.v.slice(100) } });
    expect(codeOf(await account.post("/v1/other", rowOf(101)))).toEqual([413, "account_full"]);
    expect((await account.post("/v1/other", rowOf(100))).status).toBe(201);
    expect(codeOf(await account.post("/v1/other", {}))).toEqual([413, "account_full"]);
    // The largest answers there are go through too: they are streamed.
    const exported = (await account.get("/v1/_export")).body.tables;
    expect([exported.notes.length, exported.other.length]).toEqual([400, 1]);
    expect(await account.rows("notes", { limit: 1_000, sort: "v" })).toHaveLength(400);
    const many = await account.post("/v1/notes/update_where", {
      filter: { w: null },
      patch: { v: "short" },
      allowMultiple: true,
    });
    expect(many.body.updated).toBe(400);
  });

  test("a batch whose answer would be huge is refused as a whole", async () => {
    const account = await newAccount(worker);
    const operations = Array.from({ length: 50 }, () => ({
      action: "add",
      row: rowOf(rowBytesMax),
    }));
    await account.post("/v1/notes/batch", { operations });
    const change = { action: "update_where", filter: { w: null }, patch: {}, allowMultiple: true };
    const few = await account.post("/v1/notes/batch", { operations: [change, change] });
    expect(few.status).toBe(200);
    const many = await account.post("/v1/notes/batch", { operations: [change, change, change] });
    expect(codeOf(many)).toEqual([413, "result_too_large"]);
    expect(many.body.error.details.index).toBe(2);
  });
});

describe("rates", () => {
  test("a key has 60 reads and 30 writes a minute, told in every answer, and the others' are their own", async () => {
    const strict = await startPumaWorker({
      vars: { PUMA_READS_PER_MINUTE: "60", PUMA_WRITES_PER_MINUTE: "30" },
    });
    const account = await newAccount(strict);
    const first = await account.get("/v1/notes");
    expect(first.headers.get("ratelimit-policy")).toBe('"reads";q=60;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/^"reads";r=59;t=\d+$/);
    expect(first.headers.get("x-ratelimit-remaining")).toBe("59");
    const reads = await Promise.all(Array.from({ length: 60 }, () => account.get("/v1/_tables")));
    expect(reads.filter(({ status }) => status === 200)).toHaveLength(59);
    const refused = reads.find(({ status }) => status === 429);
    expect(refused?.body.error.code).toBe("rate_limited");
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused?.headers.get("ratelimit")).toMatch(/^"reads";r=0;t=\d+$/);
    const adds = Array.from({ length: 100 }, (_, n) => ({ action: "add", row: { n } }));
    expect((await account.post("/v1/notes/batch", { operations: adds })).status).toBe(200);
    const made = await account.post("/v1/_keys", { name: "second" });
    // A refused write is a write too, or a stranger's guesses would cost nothing.
    for (let write = 2; write < 30; write++)
      expect((await account.post("/v1/notes", "nonsense")).status).toBe(400);
    expect((await account.post("/v1/notes", {})).status).toBe(429);
    const second = { ...account, key: made.body.api_key };
    const headers = { authorization: `Bearer ${second.key}` };
    expect((await fetch(`${strict.url}/v1/notes`, { headers })).status).toBe(200);
    await strict.moveClock(60_000);
    expect((await account.get("/v1/notes")).status).toBe(200);
    expect((await account.post("/v1/notes", {})).status).toBe(201);
    await strict.stop();
  });
});

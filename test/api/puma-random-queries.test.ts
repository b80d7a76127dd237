import { afterAll, beforeAll, expect, test } from "vitest";
import { type Account, newAccount, type QueryText, queryString } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

/** Queries against an in-memory reference that shares no code with the product. */
const queries = 10_000;
const rowsPerTable = 60;
const tables = ["t1", "t2", "t3"];

let worker: PumaWorker;
let account: Account;
beforeAll(async () => {
  worker = await startPumaWorker();
  account = await newAccount(worker);
});
afterAll(() => worker.stop());

type Row = Record<string, unknown> & { id: string };

/** Mulberry32: the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_260_722);

function pick<Item>(items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

const scalars = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  1e308,
  -1e-7,
  2 ** 53,
  "",
  "1",
  "true",
  "null",
  "a",
  "A",
  "ä",
  "\u{1F600}",
  "\uFFFD",
  "\uD800",
  "0",
  "x".repeat(300),
  `${"x".repeat(300)}y`,
] as const;
const others = [[], [1], {}, { a: 1 }] as const;
const fields = ["a", "b", "c", "__proto__", "constructor", "a.b", "", "\u{1F600}"] as const;

const sortFields = [
  "id",
  "created_at",
  "updated_at",
  ...fields.filter((name) => name !== ""),
] as const;

/** JSON text, because an object literal cannot hold an own `__proto__`. */
function randomRow(): string {
  const members = new Map<string, string>();
  for (const field of fields) {
    if (random() < 0.4) continue;
    members.set(field, JSON.stringify(random() < 0.1 ? pick(others) : pick(scalars)));
  }
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

function valueIn(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? row[field] : null;
}

function rank(value: unknown): number {
  const order = ["boolean", "number", "string"];
  return value === null ? 0 : typeof value === "object" ? 9 : order.indexOf(typeof value) + 1;
}

function compare(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (typeof a !== "string" || typeof b !== "string") return 0;
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return a.charCodeAt(at) - b.charCodeAt(at);
  }
  return a.length - b.length;
}

function expected(
  rows: Row[],
  query: { filter: Map<string, unknown>; sort?: string; limit?: number },
): Row[] {
  const descending = query.sort === undefined || query.sort.startsWith("-");
  const field = query.sort?.replace(/^-/, "") ?? "created_at";
  return rows
    .filter((row) => [...query.filter].every(([name, wanted]) => valueIn(row, name) === wanted))
    .toSorted((a, b) => {
      const byValue = compare(valueIn(a, field), valueIn(b, field));
      return (descending ? -byValue : byValue) || (a.id < b.id ? -1 : 1);
    })
    .slice(0, query.limit ?? 100);
}

test("ten thousand random filters, sorts and limits answer what a reference answers", async () => {
  const reference = new Map<string, Row[]>();
  for (const table of tables) {
    for (let start = 0; start < rowsPerTable; start += 30) {
      const operations = Array.from({ length: 30 }, () => `{"action":"add","row":${randomRow()}}`);
      await account.post(`/v1/${table}/batch`, `{"operations":[${operations.join(",")}]}`);
      await worker.moveClock(1);
    }
    const rows = await account.rows(table, { limit: 1_000 });
    for (const { id } of rows.slice(0, 20)) {
      await worker.moveClock(1);
      await account.post(`/v1/${table}/update_row`, { id, patch: { a: pick(scalars) } });
    }
    reference.set(table, await account.rows(table, { limit: 1_000 }));
  }
  expect([...reference.values()].map((rows) => rows.length)).toEqual(
    tables.map(() => rowsPerTable),
  );

  let left = queries;
  let withRows = 0;
  async function worker8(): Promise<void> {
    while (left-- > 0) {
      const table = tables[left % tables.length] ?? "t1";
      const rows = reference.get(table) ?? [];
      const filter = new Map<string, unknown>();
      for (let count = pick([0, 1, 1, 1, 2]); count > 0; count--)
        filter.set(pick(fields), pick(scalars));
      const example = rows[Math.floor(random() * rows.length)];
      if (example && random() < 0.05) filter.set("id", example.id);
      if (example && random() < 0.05) filter.set("updated_at", example.updated_at);
      const sortField = pick(sortFields);
      const query: { sort?: string; limit?: number } = {};
      if (random() < 0.6) query.sort = (random() < 0.5 ? "-" : "") + sortField;
      if (random() < 0.5) query.limit = pick([1, 2, 10, 50, 1_000]);
      const text: QueryText = { ...query };
      const path = `/v1/${table}${queryString(text)}`;
      const filterText = `{${[...filter].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
      const full =
        filter.size === 0
          ? path
          : `${path}${path.includes("?") ? "&" : "?"}filter=${encodeURIComponent(filterText)}`;
      const answer = await account.get(full);
      const wanted = expected(rows, { filter, ...query });
      if (wanted.length > 0) withRows += 1;
      const ids = answer.body.rows?.map((row: Row) => row.id);
      if (JSON.stringify(ids) !== JSON.stringify(wanted.map(({ id }) => id))) {
        expect({ full: decodeURIComponent(full), rows: answer.body.rows ?? answer.body }).toEqual({
          full: decodeURIComponent(full),
          rows: wanted,
        });
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker8));
  expect(withRows).toBeGreaterThan(queries / 3);
});

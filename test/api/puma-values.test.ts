import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, newAccount } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
let account: Account;
beforeAll(async () => {
  worker = await startPumaWorker();
  account = await newAccount(worker);
});
afterAll(() => worker.stop());

/** The JSON text of a row's own fields, as the server sent it. */
async function storedText(table: string): Promise<string> {
  const { text } = await account.get(`/v1/${table}`);
  const found = /"updated_at":"[^"]+"(.*)\}\]\}$/s.exec(text);
  return `{${(found?.[1] ?? "").slice(1)}}`;
}

let tables = 0;
function newTable(): string {
  tables += 1;
  return `t${tables % 15}`;
}

async function emptied(table: string): Promise<string> {
  const rows = await account.rows(table, { limit: 1_000 });
  for (const { id } of rows) await account.delete(`/v1/${table}`, { filter: { id } });
  return table;
}

const hostileNames = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "a.b",
  "$x",
  "$.x[0]",
  "\"';--",
  "\\",
  "",
  " ",
  "-x",
  "--",
  "null",
  "ID",
  "\u{1F600}",
  "\uD800",
  "\uDC00x",
  "\u0000",
  "\u2028",
  "%",
  "name with spaces",
  "n".repeat(10_000),
];

describe("field names", () => {
  test.each(hostileNames.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    "a field named %s is stored, found, sorted by, patched and upserted like any other",
    async (_, name) => {
      const table = await emptied(newTable());
      const json = (value: unknown) => `{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
      const added = await account.post(`/v1/${table}`, json(1));
      expect(added.status).toBe(201);
      expect(await storedText(table)).toBe(json(1));
      const { id } = added.body;
      await account.post(`/v1/${table}`, json(2));
      await account.post(`/v1/${table}`, '{"other":1}');

      // Long names travel in a body: a URL has room for a few thousand characters.
      const filter = `{"filter":${json(1)},"patch":{"seen":1}}`;
      const updated = await account.post(`/v1/${table}/update_where`, filter);
      expect([updated.status, updated.body.rows?.map((row: { id: string }) => row.id)]).toEqual([
        200,
        [id],
      ]);
      if (name.length < 1_000) {
        const query = encodeURIComponent(json(1));
        const found = await account.get(`/v1/${table}?filter=${query}`);
        expect(found.body.rows).toMatchObject([{ id }]);
        const absent = await account.get(`/v1/${table}?filter=${encodeURIComponent(json(null))}`);
        expect(absent.body.rows).toMatchObject([{ other: 1 }]);
      }
      if (
        name !== "" &&
        !/[\uD800-\uDFFF]/.test(name.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, "")) &&
        name.length < 1_000
      ) {
        const sorted = await account.get(`/v1/${table}?sort=${encodeURIComponent(`-${name}`)}`);
        expect(sorted.body.rows.map((row: { id: string }) => row.id)[1]).toBe(id);
      }
      const key = JSON.stringify(name);
      const upserted = await account.post(`/v1/${table}/upsert`, `{"key":${key},"row":${json(1)}}`);
      expect(upserted.body).toMatchObject({ created: false, row: { id } });
      const patched = await account.post(
        `/v1/${table}/update_row`,
        `{"id":"${id}","patch":${json(3)}}`,
      );
      expect(patched.status).toBe(200);
      expect(Object.hasOwn(patched.body.row, name)).toBe(true);
      expect(JSON.parse(patched.text).row).toMatchObject({ id });
      const deleted = await account.delete(`/v1/${table}`, `{"filter":${json(3)}}`);
      expect(deleted.body).toEqual({ deleted: 1 });
    },
  );

  test.each(["id", "created_at", "updated_at"])("%s belongs to the server", async (field) => {
    const { id } = await account.add("mine", { k: 1 });
    const row = { k: 1, [field]: "x" };
    const asked = [
      account.post("/v1/mine", row),
      account.post("/v1/mine/upsert", { key: "k", row }),
      account.post("/v1/mine/update_row", { id, patch: row }),
      account.post("/v1/mine/update_where", { filter: { k: 1 }, patch: row }),
    ];
    for (const answer of await Promise.all(asked)) {
      expect([answer.status, answer.body.error.code, answer.body.error.details]).toEqual([
        400,
        "reserved_field",
        { field },
      ]);
    }
    expect((await account.post("/v1/mine", { inner: { id: 1 } })).status).toBe(201);
    await emptied("mine");
  });
});

describe("values", () => {
  test.each([
    ["0", "0"],
    ["-0", "-0"],
    ["-0.0", "-0"],
    ['[1,{"a":-0}]', '[1,{"a":-0}]'],
    ["1e308", "1e+308"],
    ["-1.7976931348623157e308", "-1.7976931348623157e+308"],
    ["5e-324", "5e-324"],
    ["0.1", "0.1"],
    ["1E2", "100"],
    ["9007199254740991", "9007199254740991"],
    ["-9007199254740991", "-9007199254740991"],
    ["9007199254740992", "9007199254740992"],
    ["100000000000000000000", "100000000000000000000"],
    ["1e21", "1e+21"],
    ["3.141592653589793238462643", "3.141592653589793"],
    ["0e999", "0"],
    ['"\\ud800"', '"\\ud800"'],
    ['"\\udc00\\ud800"', '"\\udc00\\ud800"'],
    ['"\\u0000"', '"\\u0000"'],
    ['"9007199254740993"', '"9007199254740993"'],
    ['"1e999 -0 12345678901234567890"', '"1e999 -0 12345678901234567890"'],
    ['"<script>\\u2028</script>"', '"<script>\u2028</script>"'],
    ['"\\ud83d\\ude00"', '"\u{1F600}"'],
  ])("%s comes back as %s, after an update too", async (sent, kept) => {
    const table = await emptied(newTable());
    const { status, body } = await account.post(`/v1/${table}`, `{"v":${sent}}`);
    expect(status).toBe(201);
    expect(await storedText(table)).toBe(`{"v":${kept}}`);
    await account.post(`/v1/${table}/update_row`, { id: body.id, patch: { w: 1 } });
    expect(await storedText(table)).toBe(`{"v":${kept},"w":1}`);
    await account.post(`/v1/${table}/restore`, { id: body.id, version: 1 });
    expect(await storedText(table)).toBe(`{"v":${kept}}`);
  });

  test.each([
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890",
    "1152921504606846977",
    "1152921504606846976",
    "123456789012345678901234567890",
    "9007199254740993.0",
    "9007199254740993e0",
    "1e309",
    "-1e309",
    "1e999999999999",
    "1e-400",
  ])("%s cannot be kept and is refused by name", async (literal) => {
    for (const body of [`{"v":${literal}}`, `{"v":["a",{"b":${literal}}]}`]) {
      const refused = await account.post("/v1/numbers", body);
      expect([refused.status, refused.body.error.code]).toEqual([400, "unsupported_number"]);
      expect(refused.body.error.details.number).toBe(literal);
    }
    const query = await account.get(`/v1/numbers?filter=${encodeURIComponent(`{"v":${literal}}`)}`);
    expect([query.status, query.body.error.code]).toEqual([400, "unsupported_number"]);
  });

  test("numbers that are equal match, however they are written", async () => {
    const table = await emptied(newTable());
    for (const text of ["100", "1e2", "100.0"]) await account.post(`/v1/${table}`, `{"v":${text}}`);
    expect(await account.rows(table, { filter: { v: 100 } })).toHaveLength(3);
    await account.post(`/v1/${table}`, '{"v":-0}');
    expect(await account.rows(table, { filter: { v: 0 } })).toHaveLength(1);
    expect(
      (await account.get(`/v1/${table}?filter=${encodeURIComponent('{"v":-0}')}`)).body.rows,
    ).toHaveLength(1);
  });

  test("64 levels are taken and 65 are not", async () => {
    const nested = (levels: number) => `${'{"v":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
    expect((await account.post("/v1/deep", nested(64))).status).toBe(201);
    const refused = await account.post("/v1/deep", nested(65));
    expect([refused.status, refused.body.error.code]).toEqual([400, "invalid_json"]);
    await emptied("deep");
  });

  test("a filter nested as deep as an address is long is refused like any other", async () => {
    const filter = `{"v":${"[".repeat(7_000)}${"]".repeat(7_000)}}`;
    const refused = await account.get(`/v1/deep?filter=${filter}`);
    expect([refused.status, refused.body.error.code]).toEqual([400, "invalid_filter"]);
  });

  test("of a field given twice the last one counts", async () => {
    const table = await emptied(newTable());
    await account.post(`/v1/${table}`, '{"v":1,"v":2}');
    expect(await storedText(table)).toBe('{"v":2}');
  });

  test("a row of six thousand fields is found by any of them", async () => {
    const table = await emptied(newTable());
    const fields = Array.from({ length: 6_000 }, (_, index) => [`f${index}`, index % 7]);
    await account.add(table, Object.fromEntries(fields));
    await account.add(table, { f5999: 5 });
    expect(await account.rows(table, { filter: { f5999: 5999 % 7 } })).toHaveLength(1);
    expect(await account.rows(table, { filter: { f5999: 5 } })).toHaveLength(1);
  });

  test("bytes that are not UTF-8 are refused", async () => {
    const response = await fetch(`${worker.url}/v1/bytes`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.key}`, "content-type": "application/json" },
      body: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_json" } });
  });
});

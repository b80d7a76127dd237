import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonTexts, naughtyStrings, shapedBodies } from "../support/bad-inputs.ts";
import {
  badUrlTexts,
  badValues,
  bodyWith,
  fieldsText,
  inTurns,
  otherJson,
  unreadableBodies,
} from "../support/bad-values.ts";
import { withField } from "../support/fields.ts";
import { ownNaughtyStrings } from "../support/naughty-strings.ts";
import { type Account, newAccount, type PumaAnswer, send } from "../support/puma-client.ts";
import {
  fieldsOfBody,
  newSubject,
  type PumaOperation,
  pumaOperations,
  pumaPath,
  stateOf,
} from "../support/puma-operations.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";
import { runsScript } from "../support/reflected.ts";

/**
 * Whatever is sent to pumaDB, the answer is one that the operation declares, never a failure of ours,
 * and a request that is refused has changed nothing.
 */
let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

type Sent = { body?: string | Uint8Array; headers?: Record<string, string>; path?: string };

/** Sends a request to the operation, whose answer must be one of those it declares. */
async function trySend(
  operation: PumaOperation,
  account: Account,
  { body, headers, path = pumaPath(operation) }: Sent,
): Promise<PumaAnswer> {
  const answer = await send(worker, operation.method, path, {
    key: operation.isPublic ? null : account.key,
    ...(body === undefined ? {} : { body }),
    ...(headers ? { headers } : {}),
  });
  const asked = `${operation.title} ${path.slice(0, 200)} ${String(body).slice(0, 300)} ${answer.text.slice(0, 500)}`;
  expect(answer.status, asked).toBeLessThan(500);
  expect(Object.keys(operation.declaration.answers), asked).toContain(String(answer.status));
  if (answer.status >= 400) {
    expect(answer.body.error, asked).toMatchObject({
      code: expect.stringMatching(/^[a-z_]+$/),
      message: expect.stringMatching(/\S/),
    });
  }
  return answer;
}

const titled = (operations: readonly PumaOperation[]) =>
  operations.map((each) => [each.title, each] as const);
const withBody = pumaOperations.filter(({ declaration }) => declaration.body);

test.each(titled(withBody))("%s refuses a wrong value of each field", async (_, operation) => {
  const account = await newAccount(worker);
  const subject = await newSubject(account);
  const { body: schema } = operation.declaration;
  if (!schema) throw new Error("It takes no body");
  const right: string[] = [];
  const wrong: { field: string; body: string }[] = [];
  const examples = operation.bodies(subject);
  for (const [at, example] of examples.entries()) {
    // Each form of a body, and every other field, takes its share of the values.
    const fields = fieldsOfBody(schema, example);
    const perForm = Math.min(2, fields.length);
    for (const [which, field] of fields.entries()) {
      const own = at * perForm + (which % perForm);
      const values = badValues.filter((_, index) => index % (examples.length * perForm) === own);
      for (const value of values) {
        const body = bodyWith(withField, example, field, value);
        if (schema.safeParse(JSON.parse(body)).success) right.push(body);
        else wrong.push({ field, body });
      }
    }
  }
  const before = await stateOf(account);
  await inTurns(wrong, async ({ field, body }) => {
    const answer = await trySend(operation, account, { body });
    if (answer.status === 413) return;
    expect([body.slice(0, 200), answer.status]).toEqual([body.slice(0, 200), 400]);
    const told: unknown = answer.body.error.details?.field ?? answer.body.error.details?.number;
    expect([field, typeof told]).toEqual([field, "string"]);
  });
  expect(await stateOf(account)).toEqual(before);
  await inTurns(right, async (body) => {
    await trySend(operation, account, { body });
  });
});

test.each(titled(withBody))(
  "%s refuses bodies that are no request at all",
  async (_, operation) => {
    const account = await newAccount(worker);
    const [example] = operation.bodies(await newSubject(account));
    const before = await stateOf(account);
    await inTurns(unreadableBodies, async ([what, body]) => {
      // undici sends a string and bytes alike; the client's type knows strings alone.
      const answer = await trySend(operation, account, { body: body as string });
      expect([what, [400, 413]]).toEqual([what, expect.arrayContaining([answer.status])]);
    });
    await inTurns(otherJson, async (body) => {
      expect([body, (await trySend(operation, account, { body })).status]).toEqual([body, 400]);
    });
    const body = JSON.stringify(example);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "",
    ]) {
      const answer = await trySend(operation, account, { body, headers: { "content-type": type } });
      expect([type, answer.status]).toEqual([type, 415]);
    }
    for (const type of ["application/json; charset=utf-16", "application/jsonp", "json", "*/*"]) {
      const answer = await trySend(operation, account, { body, headers: { "content-type": type } });
      expect([type, answer.status]).toEqual([type, 415]);
    }
    for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, identity", "x"]) {
      const headers = { "content-encoding": encoding };
      const answer = await trySend(operation, account, { body, headers });
      expect([encoding, answer.status]).toEqual([encoding, 415]);
    }
    expect(await stateOf(account)).toEqual(before);
  },
);

test.each(titled(withBody))("%s is not led astray by prototypes", async (_, operation) => {
  const account = await newAccount(worker);
  const [example = {}] = operation.bodies(await newSubject(account));
  const { body: schema } = operation.declaration;
  const before = await stateOf(account);
  const added = ['"__proto__":{}', '"constructor":1', '"":1', '"toJSON":1'].map((each) =>
    JSON.stringify(example).replace(/\}$/, `,${each}}`),
  );
  const all = [...shapedBodies(), ...added, fieldsText(1_000)];
  const [right, wrong] = [true, false].map((isRight) =>
    all.filter((body) => schema?.safeParse(JSON.parse(body)).success === isRight),
  );
  for (const body of wrong ?? []) {
    const answer = await trySend(operation, account, { body });
    expect([body.slice(0, 200), answer.status]).toEqual([body.slice(0, 200), 400]);
  }
  expect(await stateOf(account)).toEqual(before);
  for (const body of right ?? []) await trySend(operation, account, { body });
  const clean = await account.get("/v1/_keys");
  expect(clean.body.keys[0]).not.toHaveProperty("polluted");
});

test.each(titled(pumaOperations))(
  "%s refuses parameters that it does not know",
  async (_, operation) => {
    const account = await newAccount(worker);
    const [example] = operation.bodies(await newSubject(account));
    const body = example === undefined ? {} : { body: JSON.stringify(example) };
    const before = await stateOf(account);
    const shape = Object.keys(operation.declaration.query?.shape ?? {});
    const texts = [...badUrlTexts, "", "%", "1&1", "a".repeat(10_000)];
    const queries = [
      ...[
        "unknown=1",
        "__proto__=1",
        "constructor=1",
        "x[]=1",
        "=1",
        "limit[$ne]=1",
        "%ff=1",
        "a;b=1",
      ],
      ...shape.flatMap((name) => [`${name}=1&${name}=1`, `${name}[]=1`]),
      ...shape.flatMap((name) => texts.map((text) => `${name}=${text}`)),
    ];
    const { query: schema } = operation.declaration;
    await inTurns(queries, async (query) => {
      const answer = await trySend(operation, account, {
        ...body,
        path: `${pumaPath(operation)}?${query}`,
      });
      const given = new URLSearchParams(query);
      const isOnce = new Set(given.keys()).size === [...given.keys()].length;
      if (isOnce && schema?.safeParse(Object.fromEntries(given)).success) return;
      expect([query.slice(0, 80), answer.status]).toEqual([query.slice(0, 80), 400]);
    });
    if (operation.method !== "GET") expect(await stateOf(account)).toEqual(before);
  },
);

const withPath = pumaOperations.filter(({ declaration }) => declaration.params);

test.each(titled(withPath))("%s refuses or does not find a wrong path", async (_, operation) => {
  const account = await newAccount(worker);
  const [example] = operation.bodies(await newSubject(account));
  const [name = ""] = Object.keys(operation.declaration.params?.shape ?? {});
  const isName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
  await inTurns([...badUrlTexts, "a".repeat(65), "_x", "-x", "1x"], async (text) => {
    // These are another path, by the rules of URLs.
    if (["%2e%2e", ".."].includes(text)) return;
    const query = operation.declaration.operationId === "listVersions" ? "?id=x" : "";
    const path = pumaPath(operation, { [name]: text }) + query;
    const body = example === undefined ? {} : { body: JSON.stringify(example) };
    const answer = await trySend(operation, account, { ...body, path });
    if (name === "table" && !isName.test(text)) {
      expect([text, answer.body.error?.code]).toEqual([text, "invalid_table_name"]);
    }
    if (name !== "table") expect([text, answer.body]).toEqual([text, { revoked: 0 }]);
  });
  const { body } = await account.get("/v1/_tables");
  for (const table of body.tables) expect(table.name).toMatch(isName);
});

test("every JSON text is kept as it says, or refused", async () => {
  const account = await newAccount(worker);
  const added: string[] = [];
  await inTurns(jsonTexts(), async ({ name, parses, bytes }) => {
    const answer = await send(worker, "POST", "/v1/texts", {
      key: account.key,
      headers: { "content-type": "application/json" },
      body: bytes,
    });
    const isObject = /^[ \n\r\t]*\{/.test(bytes.toString("latin1"));
    const expected = { must: isObject ? [201] : [400], not: [400], either: [201, 400] }[parses];
    const isReserved = ["reserved_field", "unsupported_number"].includes(answer.body.error?.code);
    if (!isReserved) expect(expected, `${name} ${answer.text}`).toContain(answer.status);
    if (answer.status !== 201) return;
    const { id, created_at, updated_at, ...own } = JSON.parse(answer.text);
    expect([name, own]).toEqual([name, JSON.parse(bytes.toString("utf8"))]);
    added.push(id);
  });
  expect(added.length).toBeGreaterThan(80);
  expect((await account.get("/v1/texts/count")).body.count).toBe(added.length);
});

describe("every naughty string", () => {
  test("is kept as it is, as a value and as a name of a field, and found by either", async () => {
    const account = await newAccount(worker);
    const strings = naughtyStrings();
    const rows = strings.map((text) => ({ text, [`x${text}`]: 1 }));
    const inBatches = async (operations: unknown[]) => {
      for (let at = 0; at < operations.length; at += 100) {
        const part = { operations: operations.slice(at, at + 100) };
        const done = await account.post("/v1/strings/batch", part);
        expect(done.status, done.text.slice(0, 500)).toBe(200);
      }
    };
    await inBatches(rows.map((row) => ({ action: "add", row })));
    const kept = await account.rows("strings", { limit: 1_000, sort: "created_at" });
    const own = kept.map(({ id, created_at, updated_at, ...each }) => JSON.stringify(each));
    expect(own.sort()).toEqual(rows.map((row) => JSON.stringify(row)).sort());
    // A change of what does not match, or of more than one row, fails the whole batch.
    const patch = { found: 1 };
    const found = strings.flatMap((text) =>
      [{ text }, { [`x${text}`]: 1 }].map((filter) => ({ action: "update_where", filter, patch })),
    );
    await inBatches(found);
  });

  const places: [what: string, ask: (account: Account, text: string) => Promise<PumaAnswer>][] = [
    [
      "a table",
      (account, text) => account.post(`/v1/${encodeURIComponent(wellFormed(text)) || "-"}`, {}),
    ],
    ["a key's name", (account, name) => account.post("/v1/_keys", { name: name.slice(0, 80) })],
    ["a token", (_, token) => send(worker, "POST", "/auth/verify", { body: { token } })],
    ["an address", (_, email) => send(worker, "POST", "/auth/magic-link", { body: { email } })],
    ["a row's id", (account, id) => account.post("/v1/notes/update_row", { id, patch: {} })],
    [
      "a sorting",
      (account, text) => account.get(`/v1/notes?sort=${encodeURIComponent(wellFormed(text))}`),
    ],
    [
      "a filter",
      (account, text) => account.get(`/v1/notes?filter=${encodeURIComponent(wellFormed(text))}`),
    ],
    [
      "a version",
      (account, text) =>
        account.get(`/v1/notes/versions?id=${encodeURIComponent(wellFormed(text))}`),
    ],
    [
      "a key of an upsert",
      (account, key) => account.post("/v1/notes/upsert", { key, row: { [key]: 1 } }),
    ],
    [
      "an Idempotency-Key",
      (account, text) => account.post("/v1/notes", {}, { "idempotency-key": headerText(text) }),
    ],
    [
      "a credential",
      (_, text) =>
        send(worker, "GET", "/v1/notes", {
          headers: { authorization: `Bearer ${headerText(text)}` },
        }),
    ],
  ];
  test.each(places)("is taken or refused as %s, and nothing fails", async (what, ask) => {
    const account = await newAccount(worker);
    await newSubject(account);
    const own = places.findIndex(([each]) => each === what);
    await inTurns(shareOf(naughtyStrings(), own, places.length), async (text) => {
      const answer = await ask(account, text);
      expect([text, answer.status < 500], answer.text).toEqual([text, true]);
    });
  });

  test("is text on the pages behind links and in their downloads", async () => {
    const account = await newAccount(worker);
    const strings = naughtyStrings();
    const row: Record<string, string> = {};
    for (const [index, text] of strings.entries()) {
      if (JSON.stringify(row).length < 40_000) row[`${index} ${text}`.slice(0, 200)] = text;
    }
    const { id } = await account.add("pages", row);
    const links = await Promise.all([
      account.post("/v1/_row_links", { table: "pages", id, filename: "a" }),
      account.post("/v1/_query_links", { table: "pages" }),
    ]);
    const texts = [...(ownNaughtyStrings.scripts ?? []), ...shareOf(strings, 0, 12)];
    await inTurns(texts, async (text) => {
      const made = await account.add("pages", { text });
      const link = { table: "pages", field: "text", id: made.id, filename: text, mimeType: text };
      const asked = await account.post("/v1/_text_field_links", link);
      expect([text, asked.status]).toEqual([text, expect.any(Number)]);
      expect(asked.status, asked.text).toBeLessThan(500);
      if (asked.status === 200) links.push(asked);
    });
    const pages = links.flatMap(({ body }) => [
      body.viewer_url,
      `${body.viewer_url}?tab=raw`,
      `${body.viewer_url}?tab=edit`,
      `${body.viewer_url}?tab=history`,
      body.download_url,
    ]);
    await inTurns(pages, async (url: string) => {
      const response = await fetch(url);
      const page = await response.text();
      expect([url, response.status]).toEqual([url, 200]);
      if (!response.headers.get("content-type")?.startsWith("text/html")) {
        expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
        return;
      }
      expect(runsScript(page), url).toBe(false);
    });
  });
});

/** A part of a list, another one for each place, so that all of it is sent. */
function shareOf<Item>(list: readonly Item[], place: number, shares: number): Item[] {
  return list.filter((_, index) => index % shares === place);
}

/** URLs hold no lone surrogates. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** What a header can carry of a text. */
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "x").trim() || "x";
}

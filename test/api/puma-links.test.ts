import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, newAccount, type PumaAnswer, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
let account: Account;
beforeAll(async () => {
  worker = await startPumaWorker();
  account = await newAccount(worker);
});
afterAll(() => worker.stop());

const nobody = "01890000-0000-7000-8000-000000000000";

function pathOf(url: string): string {
  return url.slice(worker.url.length);
}

async function linkTo(path: string, body: unknown): Promise<PumaAnswer["body"]> {
  const made = await account.post(path, body);
  if (made.status !== 200) throw new Error(made.text);
  return made.body;
}

const rowLink = (table: string, id: string, more = {}) =>
  linkTo("/v1/_row_links", { table, id, ...more });
const textLink = (body: unknown) => linkTo("/v1/_text_field_links", body);
const queryLink = (body: unknown) => linkTo("/v1/_query_links", body);

const open = (url: string, query = "") => send(worker, "GET", pathOf(url) + query);

function postForm(url: string, fields: Record<string, string>, headers = {}) {
  return send(worker, "POST", pathOf(url), {
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });
}

const errorOf = ({ status, body }: PumaAnswer) => [status, body.error?.code];

/** The version that an editor's form holds. */
async function baseOf(url: string): Promise<string> {
  const { text } = await open(url, "?tab=edit");
  return /name="base" value="(\d+)"/.exec(text)?.[1] ?? "none";
}

describe("a new link", () => {
  test("to a row tells its two addresses, its end, the download's name and what to mind", async () => {
    const row = await account.add("plans", { title: "Spring" });
    const link = await rowLink("plans", row.id);
    expect(link).toEqual({
      viewer_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/view\/[\w-]{60,120}$/),
      download_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/download\/[\w-]{60,120}$/),
      expires_at: expect.any(String),
      filename: `plans-${row.id}.json`,
      mime_type: "application/json",
      table: "plans",
      id: row.id,
      safety: expect.stringMatching(/inert data/),
    });
    const minutes = (Date.parse(link.expires_at) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14.5);
    expect(minutes).toBeLessThan(15.1);
    const page = await open(link.viewer_url);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(page.text).toContain("Spring");
  });

  test("to a text finds its row by id, or by a filter that matches one", async () => {
    const row = await account.add("docs", { slug: "a", body: "# Hello", more: "unseen" });
    await account.add("docs", { slug: "b", body: "other" });
    await account.add("docs", { slug: "b", body: "another" });
    for (const where of [{ id: row.id }, { filter: { slug: "a" } }]) {
      const link = await textLink({ table: "docs", field: "body", ...where });
      expect(link).toMatchObject({
        table: "docs",
        field: "body",
        id: row.id,
        filename: "body.md",
        mime_type: "text/markdown",
      });
      const page = await open(link.viewer_url);
      expect(page.text).toContain("<h1>Hello</h1>");
      expect(page.text).not.toContain("unseen");
    }
    const link = (where: object) =>
      account.post("/v1/_text_field_links", { table: "docs", field: "body", ...where });
    expect(errorOf(await link({ filter: { slug: "b" } }))).toEqual([409, "multiple_matches"]);
    expect(errorOf(await link({ filter: { slug: "c" } }))).toEqual([404, "row_not_found"]);
    expect(errorOf(await link({ filter: {} }))).toEqual([400, "empty_filter"]);
    expect(errorOf(await link({ id: row.id, filter: { slug: "b" } }))).toEqual([
      404,
      "row_not_found",
    ]);
  });

  test("to a query echoes what was asked and shows what matches when it is opened", async () => {
    await account.add("tasks", { n: 1, state: "open" });
    const asked = { table: "tasks", filter: { state: "open" }, sort: "-n", limit: 5 };
    const link = await queryLink(asked);
    expect(link).toMatchObject({
      ...asked,
      filename: "tasks.json",
      mime_type: "application/json",
    });
    await account.add("tasks", { n: 2, state: "open" });
    await account.add("tasks", { n: 3, state: "done" });
    const { status, body, headers } = await open(link.download_url);
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(body.rows.map((each: { n: number }) => each.n)).toEqual([2, 1]);
    expect(Object.keys(body)).toEqual(["rows"]);
    expect((await open(link.viewer_url)).text).toContain("2 rows.");
    const none = await queryLink({ table: "nothing_here" });
    expect((await open(none.viewer_url)).text).toContain("No row matches now");
    expect((await open(none.download_url)).body).toEqual({ rows: [] });
  });

  test.each([
    ["/v1/_row_links", {}, "invalid_request", "table"],
    ["/v1/_row_links", { table: "docs" }, "invalid_request", "id"],
    ["/v1/_row_links", { table: "docs", id: "" }, "invalid_request", "id"],
    ["/v1/_row_links", { table: "docs", id: 1 }, "invalid_request", "id"],
    ["/v1/_row_links", { table: "docs", id: "x", file: "a" }, "invalid_request", "file"],
    ["/v1/_row_links", { table: "1st", id: "x" }, "invalid_table_name", undefined],
    ["/v1/_text_field_links", { table: "docs", id: "x" }, "invalid_request", "field"],
    ["/v1/_text_field_links", { table: "docs", field: "body" }, "invalid_request", "id"],
    ["/v1/_text_field_links", { table: "docs", field: "", id: "x" }, "invalid_request", "field"],
    [
      "/v1/_text_field_links",
      { table: "docs", field: "b", id: "x", mimeType: "markdown" },
      "invalid_request",
      "mimeType",
    ],
    [
      "/v1/_text_field_links",
      { table: "docs", field: "b", id: "x", mimeType: "text/plain\r\nx: y" },
      "invalid_request",
      "mimeType",
    ],
    [
      "/v1/_text_field_links",
      { table: "docs", field: "b", filter: { a: [] } },
      "invalid_filter",
      "filter.a",
    ],
    ["/v1/_query_links", {}, "invalid_request", "table"],
    ["/v1/_query_links", { table: "docs", limit: 0 }, "invalid_request", "limit"],
    ["/v1/_query_links", { table: "docs", limit: 1001 }, "invalid_request", "limit"],
    ["/v1/_query_links", { table: "docs", sort: "-" }, "invalid_request", "sort"],
    ["/v1/_query_links", { table: "docs", filter: { a: {} } }, "invalid_filter", "filter.a"],
  ])("%s refuses %j as %s", async (path, body, code, field) => {
    const refused = await account.post(path, body);
    expect(errorOf(refused)).toEqual([400, code]);
    if (field !== undefined) expect(refused.body.error.details.field).toBe(field);
  });

  test("is refused for a row or a text that is not there", async () => {
    const row = await account.add("docs", { n: 1, o: {}, nothing: null });
    expect(errorOf(await account.post("/v1/_row_links", { table: "docs", id: nobody }))).toEqual([
      404,
      "row_not_found",
    ]);
    for (const field of ["n", "o", "nothing", "absent", "id", "__proto__"]) {
      const refused = await account.post("/v1/_text_field_links", {
        table: "docs",
        id: row.id,
        field,
      });
      expect([field, ...errorOf(refused)]).toEqual([field, 400, "not_a_text_field"]);
    }
  });
});

describe("a link that does not work", () => {
  test("ends after 15 minutes, or when LINK_TTL_SECONDS says", async () => {
    const own = await startPumaWorker();
    const short = await startPumaWorker({ vars: { LINK_TTL_SECONDS: "60" } });
    for (const [each, seconds] of [
      [own, 900],
      [short, 60],
    ] as const) {
      const tenant = await newAccount(each);
      const row = await tenant.add("docs", { title: "secret title" });
      const { body } = await tenant.post("/v1/_row_links", { table: "docs", id: row.id });
      const path = body.viewer_url.slice(each.url.length);
      const download = body.download_url.slice(each.url.length);
      await each.moveClock((seconds - 30) * 1_000);
      expect((await send(each, "GET", path)).status).toBe(200);
      await each.moveClock(31_000);
      for (const old of [path, `${path}?tab=edit`, download]) {
        const page = await send(each, "GET", old);
        expect(page.status).toBe(410);
        expect(page.text).not.toContain("secret");
        expect(page.text).not.toContain("docs");
      }
      expect((await send(each, "POST", path, { body: "" })).status).toBe(410);
      await each.stop();
    }
  });

  test("made up, changed, cut off or used for the other purpose, is unknown and wakes nothing", async () => {
    const row = await account.add("docs", { title: "secret title" });
    const link = await rowLink("docs", row.id);
    const token = link.viewer_url.split("/").at(-1) ?? "";
    const changed = [...token].map((character, at) => {
      const other = character === "A" ? "B" : "A";
      return token.slice(0, at) + other + token.slice(at + 1);
    });
    const wrong = [...changed, token.slice(0, -1), `${token}A`, "x", "A".repeat(80), `${token}=`];
    const statuses = await Promise.all(
      wrong.map(async (each) => (await send(worker, "GET", `/view/${each}`)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect((await send(worker, "GET", `/download/${token}`)).status).toBe(404);
    const downloadToken = link.download_url.split("/").at(-1);
    const page = await send(worker, "GET", `/view/${downloadToken}`);
    expect(page.status).toBe(404);
    expect(page.text).not.toContain("secret");
    expect(token).not.toContain(account.id);
    expect(Buffer.from(token, "base64url").toString("latin1")).not.toContain(account.id);
  });

  test("is ended by its account, by its key's end, or from the page", async () => {
    const row = await account.add("docs", { title: "secret title" });
    const [first, second] = [await rowLink("docs", row.id), await rowLink("docs", row.id)];
    const stranger = await newAccount(worker);
    const end = (by: Account, url: string) =>
      by.delete(`/v1/_links/${url.split("/").at(-1)}`).then(({ body }) => body);
    expect(await end(stranger, first.viewer_url)).toEqual({ revoked: 0 });
    expect((await open(first.viewer_url)).status).toBe(200);
    expect(await end(account, first.download_url)).toEqual({ revoked: 1 });
    expect(await end(account, first.viewer_url)).toEqual({ revoked: 0 });
    expect(await end(account, "x/nonsense")).toEqual({ revoked: 0 });
    expect((await open(first.viewer_url)).status).toBe(410);
    expect((await open(first.download_url)).status).toBe(410);

    expect((await postForm(second.viewer_url, { action: "end" })).status).toBe(200);
    expect((await open(second.viewer_url)).status).toBe(410);

    const { body: key } = await account.post("/v1/_keys", { name: "short" });
    const headers = { authorization: `Bearer ${key.api_key}` };
    const third = await account.post("/v1/_row_links", { table: "docs", id: row.id }, headers);
    expect((await open(third.body.viewer_url)).status).toBe(200);
    await account.delete(`/v1/_keys/${key.id}`);
    expect((await open(third.body.viewer_url)).status).toBe(410);
  });

  test("to a row or text that is gone answers 404", async () => {
    const row = await account.add("docs", { body: "text" });
    const link = await rowLink("docs", row.id);
    const text = await textLink({ table: "docs", id: row.id, field: "body" });
    await account.post("/v1/docs/update_row", { id: row.id, patch: { body: 1 } });
    expect((await open(text.viewer_url)).status).toBe(404);
    expect((await open(text.download_url)).status).toBe(404);
    expect((await open(link.viewer_url)).status).toBe(200);
    await account.delete("/v1/docs", { filter: { id: row.id } });
    for (const query of ["", "?tab=edit", "?tab=history"]) {
      expect((await open(link.viewer_url, query)).status).toBe(404);
    }
    expect((await open(link.download_url)).status).toBe(404);
    const base = { base: "1" };
    expect((await postForm(link.viewer_url, { action: "save", text: "{}", ...base })).status).toBe(
      404,
    );
  });

  test("used too often in a minute answers 429", async () => {
    const strict = await startPumaWorker({
      vars: { PUMA_READS_PER_MINUTE: "60", PUMA_WRITES_PER_MINUTE: "30" },
    });
    const tenant = await newAccount(strict);
    const row = await tenant.add("docs", {});
    const { body } = await tenant.post("/v1/_row_links", { table: "docs", id: row.id });
    const path = body.viewer_url.slice(strict.url.length);
    for (let use = 0; use < 60; use++) expect((await send(strict, "GET", path)).status).toBe(200);
    const busy = await send(strict, "GET", path);
    expect(busy.status).toBe(429);
    expect(Number(busy.headers.get("retry-after"))).toBeGreaterThan(0);
    await strict.moveClock(60_000);
    expect((await send(strict, "GET", path)).status).toBe(200);
    await strict.stop();
  });
});

describe("saving through a link", () => {
  test("replaces the row's own fields and archives what was there", async () => {
    const row = await account.add("edits", { title: "one", gone: true });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const text = '{\r\n  "title": "two",\r\n  "n": -0\r\n}';
    const saved = await postForm(url, { action: "save", base: await baseOf(url), text });
    expect([saved.status, saved.headers.get("location")]).toEqual([303, "?tab=view&done=saved"]);
    const [now] = await account.rows("edits", { filter: { id: row.id } });
    expect(now).toEqual({
      ...row,
      gone: undefined,
      title: "two",
      n: -0,
      updated_at: now.updated_at,
    });
    const { body } = await account.get(`/v1/edits/versions?id=${row.id}`);
    expect(body.versions).toMatchObject([{ version: 1, row: { title: "one", gone: true } }]);
    expect((await open(url, "?tab=view&done=saved")).text).toContain("Saved.");
  });

  test("changes one text and nothing else, and keeps its line ends", async () => {
    for (const [before, after] of [
      ["a\nb", "a\nb\nc"],
      ["a\r\nb", "a\r\nb\r\nc"],
      ["\n\nlead", "\n\nlead\n"],
    ]) {
      const row = await account.add("edits", { body: before, other: 1 });
      const { viewer_url: url } = await textLink({ table: "edits", id: row.id, field: "body" });
      const { text: page } = await open(url, "?tab=edit");
      const lineEnds = /name="line_ends" value="(\w+)"/.exec(page)?.[1];
      const saved = await postForm(url, {
        action: "save",
        base: "0",
        text: (after ?? "").replace(/\r?\n/g, "\r\n"),
        ...(lineEnds ? { line_ends: lineEnds } : {}),
      });
      expect(saved.status).toBe(303);
      const [now] = await account.rows("edits", { filter: { id: row.id } });
      expect(now).toMatchObject({ body: after, other: 1 });
    }
  });

  test("refuses when the row changed meanwhile, changes nothing and keeps both texts", async () => {
    const row = await account.add("edits", { title: "one" });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const base = await baseOf(url);
    await account.post("/v1/edits/update_row", { id: row.id, patch: { title: "theirs" } });
    const mine = { action: "save", base, text: '{"title":"mine"}' };
    const refused = await postForm(url, mine);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("{&quot;title&quot;:&quot;mine&quot;}");
    expect(refused.text).toContain("&quot;title&quot;: &quot;theirs&quot;");
    expect((await account.rows("edits", { filter: { id: row.id } }))[0].title).toBe("theirs");
    const newBase = /name="base" value="(\d+)"/.exec(refused.text)?.[1] ?? "";
    expect((await postForm(url, { ...mine, base: newBase })).status).toBe(303);
    expect((await account.rows("edits", { filter: { id: row.id } }))[0].title).toBe("mine");
  });

  test("of two at once, one is refused", async () => {
    const row = await account.add("edits", { n: 0 });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const both = [1, 2].map((n) =>
      postForm(url, { action: "save", base: "0", text: JSON.stringify({ n }) }),
    );
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([303, 409]);
  });

  test.each([
    ['{"a":1,}', "Line 1, column 8"],
    ['{\n  "a": tru\n}', "Line 2, column 8"],
    ["", "There is no value"],
    ["[1]", "A row is an object"],
    ['{"id":"x"}', "id belongs to the server"],
    ['{"a":12345678901234567890}', "cannot be kept exactly"],
    [`{"a":${"[".repeat(70)}${"]".repeat(70)}}`, "nested"],
    [`{"a":"${"x".repeat(70_000)}"}`, "bytes of at most 65536"],
  ])(
    "tells what is wrong with %j, keeps it in the editor and saves nothing",
    async (text, told) => {
      const row = await account.add("edits", { title: "one" });
      const { viewer_url: url } = await rowLink("edits", row.id);
      const refused = await postForm(url, { action: "save", base: "0", text });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain(told);
      if (text.length < 100) expect(refused.text).toContain(text.replaceAll('"', "&quot;"));
      expect((await account.rows("edits", { filter: { id: row.id } }))[0]).toEqual(row);
    },
  );

  test("is refused when the form comes from elsewhere, is no form or is too large", async () => {
    const row = await account.add("edits", { title: "one" });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const fields = { action: "save", base: "0", text: "{}" };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { origin: "https://example.com" },
      { origin: "null" },
    ]) {
      expect([headers, (await postForm(url, fields, headers)).status]).toEqual([headers, 403]);
    }
    for (const wrong of [{}, { action: "destroy" }, { ...fields, text: "x".repeat(600_000) }]) {
      expect((await postForm(url, wrong as Record<string, string>)).status).toBe(400);
    }
    expect((await postForm(url, fields, { "content-type": "text/plain" })).status).toBe(400);
    expect((await account.rows("edits", { filter: { id: row.id } }))[0]).toEqual(row);
    expect((await postForm(url, fields, { "sec-fetch-site": "same-origin" })).status).toBe(303);
    const again = { ...fields, base: "1" };
    expect((await postForm(url, again, { origin: worker.url })).status).toBe(303);
  });

  test("through the link of a query is not possible", async () => {
    const { viewer_url: url } = await queryLink({ table: "edits" });
    for (const action of ["save", "restore"]) {
      expect((await postForm(url, { action, base: "0", text: "{}", version: "1" })).status).toBe(
        400,
      );
    }
  });
});

describe("history", () => {
  test("lists versions, shows what differs, and restores one as a further change", async () => {
    const row = await account.add("edits", { title: "one", keep: 1 });
    await account.post("/v1/edits/update_row", { id: row.id, patch: { title: "two" } });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const { text } = await open(url, "?tab=history&version=1");
    expect(text).toContain("Version 1");
    expect(text).toContain("<del>  &quot;title&quot;: &quot;one&quot;,</del>");
    expect(text).toContain("<ins>  &quot;title&quot;: &quot;two&quot;,</ins>");
    const restore = { action: "restore", version: "1" };
    expect((await postForm(url, { ...restore, base: "0" })).status).toBe(409);
    expect((await postForm(url, { ...restore, version: "7", base: "1" })).status).toBe(409);
    expect((await postForm(url, { ...restore, base: "1" })).status).toBe(303);
    expect((await account.rows("edits", { filter: { id: row.id } }))[0].title).toBe("one");
    expect((await open(url, "?tab=history")).text).toContain("Version 2");
  });

  test("says why a version was not restored", async () => {
    const row = await account.add("edits", { title: "one" });
    await account.post("/v1/edits/update_row", { id: row.id, patch: { title: "two" } });
    const { viewer_url: url } = await rowLink("edits", row.id);
    const restore = { action: "restore", version: "1" };
    const changed = await postForm(url, { ...restore, base: "0" });
    expect(changed.text).toContain("Not restored: this changed");
    const gone = await postForm(url, { ...restore, version: "7", base: "1" });
    expect(gone.text).toContain("Not restored: The row has no such version");

    const small = await startPumaWorker({ vars: { PUMA_ACCOUNT_BYTES_MAX: "1000" } });
    const tenant = await newAccount(small);
    const { id } = await tenant.add("edits", { text: "x".repeat(600) });
    await tenant.post("/v1/edits/update_row", { id, patch: { text: "" } });
    await tenant.add("edits", { text: "y".repeat(600) });
    const link = (await tenant.post("/v1/_row_links", { table: "edits", id })).body;
    const full = await send(small, "POST", link.viewer_url.slice(small.url.length), {
      body: new URLSearchParams({ ...restore, base: "1" }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([full.status, full.text.includes("Not restored: The account")]).toEqual([409, true]);
    await small.stop();
  });

  test("of a text tells and restores that text alone", async () => {
    const row = await account.add("edits", { body: "one", other: "hidden" });
    const change = (patch: object) => account.post("/v1/edits/update_row", { id: row.id, patch });
    await change({ body: "two", other: "hidden still" });
    await change({ body: 3 });
    await change({ body: "four", other: "hidden again" });
    const { viewer_url: url } = await textLink({ table: "edits", id: row.id, field: "body" });
    const { text } = await open(url, "?tab=history&version=1");
    expect(text).toContain("<del>one</del>");
    expect(text).not.toContain("hidden still");
    expect(text).not.toContain("Version 3");
    const restore = { action: "restore", base: "3" };
    expect((await postForm(url, { ...restore, version: "3" })).status).toBe(409);
    expect((await postForm(url, { ...restore, version: "1" })).status).toBe(303);
    expect((await account.rows("edits", { filter: { id: row.id } }))[0]).toMatchObject({
      body: "one",
      other: "hidden again",
    });
  });
});

describe("every answer behind a link", () => {
  test("is not stored, indexed, framed or told of, and may load only our own files", async () => {
    const row = await account.add("docs", { body: "text" });
    const link = await rowLink("docs", row.id);
    const pages = [
      await open(link.viewer_url),
      await open(link.viewer_url, "?tab=edit"),
      await send(worker, "GET", "/view/nonsense"),
      await postForm(link.viewer_url, { action: "save", base: "9", text: "{}" }),
      await open(link.download_url),
    ];
    for (const { headers, text } of pages) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-robots-tag")).toMatch(/noindex/);
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    }
    const nonces = pages.slice(0, 4).map(({ text }) => /nonce="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(nonces).size).toBe(4);
    expect((await send(worker, "PUT", pathOf(link.viewer_url))).status).toBe(405);
    expect((await send(worker, "POST", pathOf(link.download_url))).status).toBe(405);
  });

  test("costs one call of the account's object", async () => {
    const counting = await startPumaWorker({
      replace: {
        "puma-entry.ts": (source: string) =>
          source
            .replace("account: (id) =>", "account: (id) => ++calls && ")
            .replace("let aheadMs = 0;", "let aheadMs = 0; let calls = 0;")
            .replace(
              "const response = await appOf(env).fetch(request);",
              `const before = calls;
               const answer = await appOf(env).fetch(request);
               const response = new Response(answer.body, answer);
               response.headers.set("x-calls", String(calls - before));`,
            ),
      },
    });
    const tenant = await newAccount(counting);
    const row = await tenant.add("docs", { body: "text" });
    await tenant.post("/v1/docs/update_row", { id: row.id, patch: { n: 1 } });
    const links = [
      await tenant.post("/v1/_row_links", { table: "docs", id: row.id }),
      await tenant.post("/v1/_text_field_links", { table: "docs", id: row.id, field: "body" }),
      await tenant.post("/v1/_query_links", { table: "docs" }),
    ];
    for (const { body } of links) {
      const view = body.viewer_url.slice(counting.url.length);
      const download = body.download_url.slice(counting.url.length);
      const tabs = ["view", "raw", "edit", "history&version=1"].map((tab) => `${view}?tab=${tab}`);
      for (const path of [...tabs, download]) {
        const { status, headers } = await send(counting, "GET", path);
        expect([path, status, headers.get("x-calls")]).toEqual([path, 200, "1"]);
      }
    }
    const made = await send(counting, "GET", "/view/made-up");
    expect(made.headers.get("x-calls")).toBe("0");
    await counting.stop();
  });

  test("loads files whose names change with their content, to be kept for good", async () => {
    const { text } = await send(worker, "GET", "/view/nonsense");
    const paths = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(new Set(paths).size).toBe(3);
    for (const path of paths) {
      const { status, headers } = await send(worker, "GET", path ?? "");
      expect(status).toBe(200);
      expect(headers.get("cache-control")).toMatch(/max-age=31536000, immutable/);
    }
    expect((await send(worker, "GET", "/assets/puma-0.js")).status).toBe(404);
  });
});

describe("a download", () => {
  test.each([
    ["plain.json", "plain.json", 'attachment; filename="plain.json"'],
    ['a"b\\c/d.json', "a_b_c_d.json", 'filename="a_b_c_d.json"'],
    ["a\r\nSet-Cookie: x=1.json", "a Set-Cookie_ x=1.json", 'filename="a Set-Cookie_ x=1.json"'],
    ["../../etc/passwd", "_.._etc_passwd", 'filename="_.._etc_passwd"'],
    ["größe €.json", "größe €.json", "filename*=UTF-8''gr%C3%B6%C3%9Fe%20%E2%82%AC.json"],
    ["evil\u202egnp.exe", "evil gnp.exe", 'filename="evil gnp.exe"'],
    ["con.txt", "_con.txt", 'filename="_con.txt"'],
    ["it's (1)*.md", "it's (1)_.md", "filename*=UTF-8''it%27s%20%281%29_.md"],
    ["\ud800.json", "\ufffd.json", 'filename="_.json"'],
    [`${"x".repeat(300)}.json`, `${"x".repeat(115)}.json`, 'filename="xxx'],
    ["100%.json", "100%.json", "filename*=UTF-8''100%25.json"],
  ])("named %j is an attachment named %j", async (asked, name, header) => {
    const row = await account.add("docs", {});
    const link = await rowLink("docs", row.id, { filename: asked });
    expect(link.filename).toBe(name);
    const { status, headers } = await open(link.download_url);
    expect(status).toBe(200);
    const disposition = headers.get("content-disposition") ?? "";
    expect(disposition).toContain(header);
    expect(disposition).toMatch(
      /^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''[\w.%!~-]+$/,
    );
    expect(headers.get("set-cookie")).toBeNull();
  });

  test.each([[""], ["///"], ["\n"], ["..."]])("named %j takes a name of ours", async (filename) => {
    const row = await account.add("docs", {});
    const link = await rowLink("docs", row.id, { filename });
    expect(link.filename).toBe(`docs-${row.id}.json`);
  });

  test("of a text comes as it is stored, in its media type, and cannot run", async () => {
    const body = "<script>alert(1)</script>\r\nÄ";
    const row = await account.add("docs", { body });
    const cases = [
      [{ filename: "x.html" }, "text/html", "text/html; charset=utf-8"],
      [{ filename: "x.svg" }, "image/svg+xml", "image/svg+xml"],
      [{ mimeType: "TEXT/HTML; charset=UTF-8" }, "text/html", "text/html; charset=utf-8"],
      [{ mimeType: "application/x-thing" }, "application/x-thing", "application/x-thing"],
      [{}, "text/markdown", "text/markdown; charset=utf-8"],
    ] as const;
    for (const [more, type, header] of cases) {
      const link = await textLink({ table: "docs", id: row.id, field: "body", ...more });
      expect(link.mime_type).toBe(type);
      const { text, headers } = await open(link.download_url);
      expect(text).toBe(body);
      expect(headers.get("content-type")).toBe(header);
      expect(headers.get("content-disposition")).toMatch(/^attachment;/);
      expect(headers.get("content-security-policy")).toMatch(/sandbox/);
    }
  });

  test("of the largest query is whole, and its page shows what fits", async () => {
    const tenant = await newAccount(worker);
    const operations = Array.from({ length: 100 }, (_, n) => ({
      action: "add",
      row: { n, text: "ü".repeat(12_000) },
    }));
    for (let part = 0; part < 10; part++) {
      expect((await tenant.post("/v1/big/batch", { operations })).status).toBe(200);
    }
    const { body } = await tenant.post("/v1/_query_links", { table: "big", limit: 1000 });
    const { body: download } = await open(body.download_url);
    expect(download.rows).toHaveLength(1000);
    const page = await open(body.viewer_url);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/The first \d+ of 1000 rows/);
    expect(page.text.length).toBeLessThan(1_000_000);
  });
});

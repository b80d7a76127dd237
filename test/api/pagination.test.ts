import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { startWorld } from "../faults/world.ts";
import { newDatabase, newTenant, type Tenant, until } from "../support/api.ts";

const databases = "/api/v1/databases";

type Item = { uuid?: string; id?: string };

/** Makes databases without waiting for them; their uuids, newest first. */
async function makeDatabases(tenant: Tenant, count: number): Promise<string[]> {
  const made: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    const body = { name: `app-${randomUUID().slice(0, 8)}` };
    const answer = await tenant.call("POST", databases, { body });
    expect(answer.status).toBe(202);
    made.unshift(answer.body.data.uuid);
  }
  return made;
}

async function page(tenant: Tenant, path: string, query: Record<string, string>) {
  const answer = await tenant.call("GET", `${path}?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  const ids: string[] = answer.body.data.map((each: Item) => each.uuid ?? each.id);
  const hasMore: boolean = answer.body.has_more;
  return { ids, hasMore };
}

async function walk(tenant: Tenant, path: string, limit: number, between = async () => {}) {
  const pages: string[][] = [];
  for (let after: string | undefined; ; ) {
    const query = { limit: String(limit), ...(after ? { starting_after: after } : {}) };
    const { ids, hasMore } = await page(tenant, path, query);
    pages.push(ids);
    after = ids.at(-1);
    if (!hasMore) return pages;
    expect(ids).toHaveLength(limit);
    await between();
  }
}

test("a list is read page by page, newest first, each item once", async () => {
  const tenant = await newTenant();
  const made = await makeDatabases(tenant, 5);
  for (const limit of [1, 2, 4, 5, 100]) {
    const pages = await walk(tenant, databases, limit);
    expect(pages.flat()).toEqual(made);
    expect(pages).toHaveLength(Math.ceil(5 / limit));
  }
  expect((await page(tenant, databases, { limit: "5" })).hasMore).toBe(false);
  expect((await page(tenant, databases, { limit: "4" })).hasMore).toBe(true);
});

test("an empty list is a list", async () => {
  const tenant = await newTenant();
  for (const path of [databases, "/api/v1/operations"]) {
    expect(await page(tenant, path, {})).toEqual({ ids: [], hasMore: false });
  }
});

test("a walk meets what was there at its start, whatever is made meanwhile", async () => {
  const tenant = await newTenant();
  const made = await makeDatabases(tenant, 4);
  const pages = await walk(tenant, databases, 2, async () => {
    await makeDatabases(tenant, 1);
  });
  expect(pages.flat()).toEqual(made);
});

test("a walk goes on when its last item is deleted meanwhile", async () => {
  const tenant = await newTenant();
  const made = await makeDatabases(tenant, 5);
  const [, second, third] = made;
  const first = await page(tenant, databases, { limit: "2" });
  await tenant.call("DELETE", `${databases}/${second}`);
  await tenant.call("DELETE", `${databases}/${third}`);
  const rest = await page(tenant, databases, {
    limit: "2",
    starting_after: first.ids.at(-1) ?? "",
  });
  expect(rest).toEqual({ ids: made.slice(3), hasMore: false });
});

test("after the last item comes an empty page", async () => {
  const tenant = await newTenant();
  const made = await makeDatabases(tenant, 1);
  const after = { starting_after: made[0] ?? "" };
  expect(await page(tenant, databases, after)).toEqual({ ids: [], hasMore: false });
});

test("operations are listed newest first and read page by page", async () => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  for (const name of ["one", "two", "three"]) {
    await tenant.call("PATCH", `${databases}/${uuid}`, { body: { name } });
  }
  const all = await tenant.call("GET", "/api/v1/operations");
  const kinds = all.body.data.map((each: { kind: string }) => each.kind);
  expect(kinds).toEqual(["rename", "rename", "rename", "create"]);
  const ids = all.body.data.map((each: { id: string }) => each.id);
  expect((await walk(tenant, "/api/v1/operations", 3)).flat()).toEqual(ids);
  const one = await tenant.call("GET", `/api/v1/operations/${ids[3]}`);
  expect(one.body.data).toEqual(all.body.data[3]);
  expect(one.body.data).toMatchObject({ state: "succeeded", database_uuid: uuid, error: null });
});

describe.each([databases, "/api/v1/operations"])("%s", (path) => {
  test("refuses a cursor that is none of the caller's items, in the same words", async () => {
    const [tenant, stranger] = [await newTenant(), await newTenant()];
    await makeDatabases(stranger, 1);
    const { ids } = await page(stranger, path, {});
    const answers = [];
    for (const cursor of [ids[0] ?? "", randomUUID(), "11111111-1111-1111-1111-111111111111"]) {
      const answer = await tenant.call("GET", `${path}?starting_after=${cursor}`);
      expect([answer.status, answer.body.error.code]).toEqual([422, "invalid_cursor"]);
      answers.push(answer.body.error);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test.each(["", "1", "abc", "null", "%00", "%F0%9F%98%80", "' OR 1=1 --", `${randomUUID()}x`])(
    "refuses the cursor %j",
    async (cursor) => {
      const tenant = await newTenant();
      const query = cursor.startsWith("%") ? cursor : encodeURIComponent(cursor);
      const answer = await tenant.call("GET", `${path}?starting_after=${query}`);
      expect([answer.status, answer.body.error.code]).toEqual([422, "invalid_cursor"]);
    },
  );

  test.each(["1", "25", "100"])("takes limit=%s", async (limit) => {
    const tenant = await newTenant();
    expect((await tenant.call("GET", `${path}?limit=${limit}`)).status).toBe(200);
  });

  test.each([
    "0",
    "-1",
    "101",
    "1.5",
    "5.0",
    "1e1",
    "1e309",
    "0x10",
    "NaN",
    "",
    "%205",
    "five",
    "true",
    "2147483648",
    "9007199254740992",
    "99999999999999999999",
    "%D9%A5",
  ])("refuses limit=%s, naming it", async (limit) => {
    const tenant = await newTenant();
    const answer = await tenant.call("GET", `${path}?limit=${limit}`);
    expect([answer.status, answer.body.error.code]).toEqual([422, "invalid_field"]);
    expect(answer.body.error.details.field).toBe("limit");
  });

  test.each([
    "limit=1&limit=2",
    "limit=1&limit=1",
    "limit[]=1",
    "page=2",
    "__proto__=1",
    "constructor=1",
  ])("refuses ?%s", async (query) => {
    const tenant = await newTenant();
    expect((await tenant.call("GET", `${path}?${query}`)).status).toBe(422);
  });
});

test("twenty-five items are a page when no limit is given", async () => {
  const tenant = await newTenant();
  const { uuid } = await newDatabase(tenant);
  const renamed = await Promise.all(
    Array.from({ length: 25 }, (_, turn) =>
      tenant.call("PATCH", `${databases}/${uuid}`, { body: { name: `name-${turn}` } }),
    ),
  );
  expect(renamed.map(({ status }) => status)).toEqual(renamed.map(() => 200));
  const { ids, hasMore } = await page(tenant, "/api/v1/operations", {});
  expect([ids.length, hasMore]).toEqual([25, true]);
});

// Fails until lists are ordered by when a database was given to its team, not by when its row was
// made: the row of a pooled one is older than what was created while the pool was empty.
test("a database from the pool is the newest of the list, though it was built earlier", async () => {
  const world = await startWorld({ POOL_TARGET: "1" });
  try {
    const tenant = await newTenant({ url: world.url });
    await world.sweep();
    const pooled = "SELECT 1 FROM databases WHERE status = 'pooled'";
    await until(
      () => world.store(pooled),
      (rows) => rows.length === 1,
    );
    await world.store("UPDATE databases SET status = 'building' WHERE status = 'pooled'");
    const first = await newDatabase(tenant);
    await world.store("UPDATE databases SET status = 'pooled' WHERE status = 'building'");
    const second = await newDatabase(tenant);
    const list = await tenant.call("GET", databases);
    const uuids = list.body.data.map((each: Item) => each.uuid);
    expect(uuids).toEqual([second.uuid, first.uuid]);
  } finally {
    await world.stop();
  }
});

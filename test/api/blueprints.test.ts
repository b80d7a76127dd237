import { expect, inject, test } from "vitest";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { startEmptyWorld } from "../support/empty-world.ts";
import { sql } from "../support/sql.ts";
import { startWorker } from "../support/worker.ts";

const path = "/api/v1/blueprints";

async function create(tenant: Tenant, body: Record<string, unknown>) {
  const made = await tenant.call("POST", path, { body: { name: "Guest Book", ...body } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.data;
}

async function apply(tenant: Tenant, databaseUuid: string, body: Record<string, unknown>) {
  return await tenant.call("POST", `/api/v1/databases/${databaseUuid}/blueprint_applications`, {
    body,
  });
}

const guests = "CREATE TABLE IF NOT EXISTS guests (id int PRIMARY KEY, name text);";

test("blueprints of one name that are made at once all come to be, each with a slug of its own", async () => {
  const tenant = await newTenant();
  const body = { name: "Guest book", sql_content: "SELECT 1" };
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => tenant.call("POST", "/api/v1/blueprints", { body })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  const slugs = answers.map((answer) => answer.body.data.slug);
  expect(new Set(slugs).size).toBe(slugs.length);
  for (const slug of slugs) expect(slug).toMatch(/^guest-book(?:-|$)/);
});

test("a blueprint is created, read, listed, changed, compared and deleted", async () => {
  const tenant = await newTenant();
  const made = await create(tenant, { sql_content: guests, description: "Who was here" });
  expect(made).toMatchObject({ slug: "guest-book", version: 1, is_system_blueprint: false });
  expect(made).toMatchObject({ size_bytes: guests.length, sql_content: guests });
  const second = await create(tenant, { sql_content: guests });
  expect(second.slug).toBe("guest-book-2");

  const list = await tenant.call("GET", path);
  const own = list.body.data.filter((each: { team_id: number | null }) => each.team_id !== null);
  expect(own.map((each: { uuid: string }) => each.uuid)).toEqual([second.uuid, made.uuid]);

  const renamed = await tenant.call("PATCH", `${path}/${made.uuid}`, {
    body: { name: "Visitors" },
  });
  expect(renamed.body.data).toMatchObject({ name: "Visitors", version: 1, slug: "guest-book" });
  const next = `${guests}\nINSERT INTO guests VALUES (1, {{who}});`;
  const changed = await tenant.call("PATCH", `${path}/${made.uuid}`, {
    body: { sql_content: next, variables: { who: { type: "string" } } },
  });
  expect(changed.body.data).toMatchObject({ version: 2, sql_content: next });

  const diff = await tenant.call("GET", `${path}/${made.uuid}/diff`);
  expect(diff.body.data).toMatchObject({ from_version: 1, to_version: 2, added_lines: 1 });
  expect(diff.body.data.variables.added).toEqual(["who"]);
  expect(diff.body.data.diff).toContain("+INSERT INTO guests VALUES (1, {{who}});");

  const gone = await tenant.call("DELETE", `${path}/${made.uuid}`);
  expect(gone.body.data).toEqual({ uuid: made.uuid, deleted: true });
  expect((await tenant.call("GET", `${path}/${made.uuid}`)).status).toBe(404);
});

test("what says the same in another order is no new version", async () => {
  const tenant = await newTenant();
  const sql = `${guests} INSERT INTO guests VALUES (1, {{who}}), (2, {{whom}});`;
  const whom = { enum: [{ a: 1, b: 2 }], type: "json" };
  const made = await create(tenant, {
    sql_content: sql,
    variables: { whom, who: { required: true, type: "string" } },
  });
  const variables = {
    who: { type: "string", required: true },
    whom: { type: "json", enum: [{ b: 2, a: 1 }] },
  };
  const same = await tenant.call("PATCH", `${path}/${made.uuid}`, { body: { variables } });
  expect(same.body.data).toMatchObject({ version: 1, variables });
  const other = await tenant.call("PATCH", `${path}/${made.uuid}`, {
    body: { variables: { ...variables, who: { type: "string", required: false } } },
  });
  expect(other.body.data.version).toBe(2);
});

test("pages of blueprints are complete and in order", async () => {
  const tenant = await newTenant();
  const made: string[] = [];
  for (let n = 0; n < 4; n++) made.unshift((await create(tenant, { sql_content: guests })).uuid);
  const seen: string[] = [];
  let cursor = "";
  for (;;) {
    const page = await tenant.call("GET", `${path}?limit=3${cursor}`);
    seen.push(...page.body.data.map((each: { uuid: string }) => each.uuid));
    if (!page.body.has_more) break;
    cursor = `&starting_after=${seen.at(-1)}`;
  }
  expect(seen.slice(0, 4)).toEqual(made);
  expect(new Set(seen).size).toBe(seen.length);
  const wrong = await tenant.call("GET", `${path}?starting_after=${crypto.randomUUID()}`);
  expect(wrong.body.error.code).toBe("invalid_cursor");
});

test("what cannot be applied is no blueprint, and the answer says why", async () => {
  const tenant = await newTenant();
  const refusals: [Record<string, unknown>, string, RegExp][] = [
    [{ sql_content: "sel ect 1" }, "invalid_blueprint", /^sql_content: syntax: line 1/],
    [{ sql_content: "" }, "invalid_blueprint", /empty_script/],
    [{ sql_content: "DROP DATABASE x" }, "invalid_blueprint", /drop_database/],
    [{ sql_content: "SELECT {{who}}" }, "invalid_blueprint", /undeclared_variable.*who/],
    [
      { sql_content: "SELECT {{n}}", variables: { n: { type: "integer", default: "x" } } },
      "invalid_field",
      /n must be a whole number/,
    ],
    [
      { sql_content: "SELECT {{n}}", variables: { n: { pattern: "(?=a)" } } },
      "invalid_field",
      /lookaround/,
    ],
    [{ sql_content: guests, variables: { n: { kind: "x" } } }, "unknown_field", /kind/],
    [{ sql_content: guests, engine: "oracle" }, "invalid_field", /engine/],
    [{ name: " ", sql_content: guests }, "invalid_field", /name/],
    [{ name: "x" }, "missing_required_field", /sql_content/],
    [{ sql_content: guests, team_id: 2_000_000_000 }, "not_found", /team/],
  ];
  for (const [body, code, message] of refusals) {
    const answer = await tenant.call("POST", path, { body: { name: "x", ...body } });
    expect([answer.body.error?.code, answer.body.error?.message], JSON.stringify(body)).toEqual([
      code,
      expect.stringMatching(message),
    ]);
  }
});

type SystemBlueprint = { slug: string; version: number; description: string };

/** The system blueprints as a Worker that has just started shows them. */
async function systemBlueprints(storeUrl: string): Promise<SystemBlueprint[]> {
  const neon = await startNeonEndpoint({ storeUrl, servers: [] });
  const vars = { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, POOL_TARGET: "0" };
  const worker = await startWorker({ script: inject("suite").script, vars });
  try {
    const tenant = await newTenant({ url: worker.url });
    const list = await tenant.call("GET", `${path}?limit=100`);
    return list.body.data.map(({ slug, version, description }: SystemBlueprint) => {
      return { slug, version, description };
    });
  } finally {
    await worker.stop();
    await neon.stop();
  }
}

test("a system blueprint that is not the product's own any more gets a version, and no other", async () => {
  const world = await startEmptyWorld();
  try {
    const before = await systemBlueprints(world.storeUrl);
    expect(before.map(({ slug }) => slug)).toContain("audit-log");
    await sql(
      world.storeUrl,
      "UPDATE blueprints SET description = 'Old' WHERE slug = 'audit-log' AND team_id IS NULL",
    );
    expect(await systemBlueprints(world.storeUrl)).toEqual(
      before.map((each) => {
        return each.slug === "audit-log" ? { ...each, version: each.version + 1 } : each;
      }),
    );
  } finally {
    await world.stop();
  }
});

test("blueprints are their team's, and the system's are read-only", async () => {
  const [owner, stranger] = [await newTenant(), await newTenant()];
  const { uuid } = await create(owner, { sql_content: guests });
  for (const [method, body] of [["GET"], ["PATCH", { name: "mine" }], ["DELETE"]] as const) {
    expect((await stranger.call(method, `${path}/${uuid}`, { body })).status).toBe(404);
  }
  const list = await owner.call("GET", `${path}?limit=100`);
  const system = list.body.data.filter(
    (each: { is_system_blueprint: boolean }) => each.is_system_blueprint,
  );
  expect(system.map((each: { slug: string }) => each.slug).sort()).toEqual([
    "agent-memory",
    "audit-log",
    "blog",
    "seed-contacts",
    "shop",
    "to-do",
  ]);
  for (const [method, body] of [["PATCH", { name: "mine" }], ["DELETE"]] as const) {
    const answer = await owner.call(method, `${path}/${system[0].uuid}`, { body });
    expect(answer.body.error.code).toBe("read_only_blueprint");
  }
});

test("a retried create makes one blueprint, a retried change one version", async () => {
  const tenant = await newTenant();
  const key = crypto.randomUUID();
  const body = { name: "Once", sql_content: guests };
  const [first, again] = [
    await tenant.call("POST", path, { body, key }),
    await tenant.call("POST", path, { body, key }),
  ];
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body.data).toEqual(first.body.data);
});

for (const engine of ["postgres", "mysql"] as const) {
  test(`every system blueprint can be applied, twice, on ${engine}`, async (context) => {
    if (engine === "mysql" && !inject("suite").mysql) return context.skip();
    const tenant = await newTenant();
    const database = await newDatabase(tenant, { db_type: engine });
    const list = await tenant.call("GET", `${path}?limit=100`);
    for (const each of list.body.data) {
      for (const run of [1, 2]) {
        const answer = await apply(tenant, database.uuid, { blueprint_uuid: each.uuid });
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        expect(
          answer.body.data,
          `${each.slug} ${run} ${JSON.stringify(answer.body)}`,
        ).toMatchObject({
          status: "completed",
          statements_failed: 0,
        });
      }
    }
  });

  test(`a blueprint at creation is applied before the database is ready, on ${engine}`, async (context) => {
    if (engine === "mysql" && !inject("suite").mysql) return context.skip();
    const tenant = await newTenant();
    const { uuid } = await create(tenant, {
      sql_content: `${guests} INSERT INTO guests VALUES (1, {{who}});`,
      variables: { who: { type: "string" } },
    });
    const database = await newDatabase(tenant, {
      db_type: engine,
      blueprint_uuid: uuid,
      blueprint_variables: { who: "Ada's \\ cat" },
    });
    const applied = await tenant.call(
      "GET",
      `/api/v1/databases/${database.uuid}/blueprint_applications`,
    );
    expect(applied.body.data).toMatchObject([{ status: "completed", execution_log: null }]);
    const one = await tenant.call(
      "GET",
      `/api/v1/blueprint_applications/${applied.body.data[0].id}`,
    );
    expect(one.body.data.execution_log).toHaveLength(2);
    if (engine === "postgres") {
      expect(await sql(database.connection_string, "SELECT name FROM guests")).toEqual([
        { name: "Ada's \\ cat" },
      ]);
    }
  });

  test(`a database whose blueprint fails is not made, on ${engine}`, async (context) => {
    if (engine === "mysql" && !inject("suite").mysql) return context.skip();
    const tenant = await newTenant();
    const { uuid } = await create(tenant, { sql_content: "INSERT INTO absent VALUES (1)" });
    const body = { name: "never", db_type: engine, blueprint_uuid: uuid };
    const answer = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
    expect([answer.status, answer.body.error?.code], JSON.stringify(answer.body)).toEqual([
      422,
      "blueprint_failed",
    ]);
    const list = await tenant.call("GET", "/api/v1/databases");
    expect(list.body.data).toEqual([]);
  });
}

import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { admin, newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { applyBlueprint, newBlueprint } from "../support/blueprints.ts";
import { type Declared, declared, pathOf } from "../support/declarations.ts";
import { exampleBody } from "../support/examples.ts";
import { rowsOf } from "../support/rows.ts";
import { storeSql } from "../support/sql.ts";

/** Whose ids another customer holds: every operation, from the list it runs on. */
const operations = declared.filter(({ api }) => api === "polykomos");

let owner: Tenant;
let intruder: Tenant;
/** Ids of the owner's things, by the beginning of the path and the parameter's name. */
let ids: Record<string, string>;
let cursors: Record<string, string>;

beforeAll(async () => {
  [owner, intruder] = await Promise.all([newTenant(), newTenant()]);
  const script = "CREATE TABLE IF NOT EXISTS t (a int)";
  const [database, blueprint, hook, invitation] = await Promise.all([
    newDatabase(owner),
    newBlueprint(owner, script),
    owner.call("POST", "/api/v1/webhook_endpoints", {
      // Of events that there are none of: nothing is sent to it.
      body: { url: "https://93.184.216.34/hook", events: ["webhook_endpoint.disabled"] },
    }),
    owner.call("POST", `/api/v1/teams/${owner.teamId}/invitations`, {
      body: { email: `${randomUUID()}@example.com` },
    }),
  ]);
  const applied = await applyBlueprint(owner, database.uuid, blueprint);
  const asked = { database_uuid: database.uuid, query: "How many t are there?" };
  const question = await owner.call("POST", "/api/v1/query_executions", { body: asked });
  await storeSql(
    `INSERT INTO webhook_deliveries (endpoint_id, event_id, status, created_at)
     SELECT $1, max(id), 'failed', now() FROM events WHERE team_id = $2`,
    [hook.body.data.id, owner.teamId],
  );
  const [operation, delivery, event, entry] = await Promise.all(
    [
      "/operations",
      `/webhook_endpoints/${hook.body.data.id}/deliveries`,
      "/events",
      `/audit_log?team_id=${owner.teamId}`,
    ].map(async (path) => String((await owner.call("GET", `/api/v1${path}`)).body.data[0].id)),
  );
  const endpoint = String(hook.body.data.id);
  const application = String(applied.body.data.id);
  ids = {
    "databases uuid": database.uuid,
    "operations id": operation ?? "",
    "webhook_endpoints id": endpoint,
    "webhook_endpoints delivery_id": delivery ?? "",
    "blueprints uuid": blueprint,
    "blueprint_applications id": application,
    "keys key_id": String(owner.keyId),
    "teams team_id": String(owner.teamId),
    "teams user_id": String(owner.userId),
    "teams invitation_id": invitation.body.data.id,
    "me invitation_id": invitation.body.data.id,
  };
  cursors = {
    listDatabases: database.uuid,
    listOperations: operation ?? "",
    listWebhookEndpoints: endpoint,
    listEvents: event ?? "",
    listBlueprints: blueprint,
    listQueryExecutions: String(question.body.query_id),
    listAuditLog: entry ?? "",
  };
  expect(Object.values({ ...ids, ...cursors }).filter((id) => !/^[\w-]+$/.test(id))).toEqual([]);
});

/** The path with the owner's ids; a parameter that nothing is known for fails the test. */
function pathToTheirs(operation: Declared): string {
  const [, , , kind] = operation.path.split("/");
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const values = names.map((name) => [name, ids[`${kind} ${name}`] ?? `no id for ${name}`]);
  return pathOf(operation, Object.fromEntries(values));
}

const titled = (all: readonly Declared[]) =>
  all.map((each) => [`${each.method.toUpperCase()} ${each.path}`, each] as const);

const withIds = operations.filter(({ path }) => path.includes("{"));

describe("with the ids of another customer's things", () => {
  test.each(titled(withIds))("%s finds nothing and changes nothing", async (_, operation) => {
    const path = pathToTheirs(operation);
    expect(path).not.toContain("no id");
    const before = await rowsOf(owner);
    const body = exampleBody(operation, owner);
    const more = operation.operationId === "diffBlueprint" ? "?from=1&to=1" : "";
    const method = operation.method.toUpperCase();
    const answer = await intruder.call(method, path + more, body ? { body } : {});
    expect([answer.status, answer.body.error?.code]).toEqual([404, "not_found"]);
    expect(JSON.stringify(answer.body)).not.toContain(ids["databases uuid"]);
    expect(await rowsOf(owner)).toEqual(before);
  });

  const lists = operations.filter(
    ({ query, path }) => query?.shape.starting_after && !path.includes("{"),
  );
  test.each(titled(lists))("%s does not go on behind them", async (_, operation) => {
    const cursor = cursors[operation.operationId];
    expect(cursor, "test/api/other-tenants.test.ts needs a cursor").toBeDefined();
    const page = await intruder.call("GET", `${operation.path}?starting_after=${cursor}`);
    expect([page.status, page.body.error?.code]).toEqual([422, "invalid_cursor"]);
  });

  const filters = operations.flatMap((operation) =>
    ["team_id", "database_uuid", "user_id"]
      .filter((name) => operation.query?.shape[name])
      .map((name) => [operation.path, name] as const),
  );
  test.each(filters)("%s by %s shows nothing of theirs", async (path, name) => {
    const value = {
      team_id: owner.teamId,
      database_uuid: ids["databases uuid"],
      user_id: owner.userId,
    }[name];
    const answer = await intruder.call("GET", `${path}?${name}=${value}`);
    expect([200, 404]).toContain(answer.status);
    const shown: { is_system_blueprint?: boolean }[] = answer.body.data ?? [];
    expect(shown.filter((each) => !each.is_system_blueprint)).toEqual([]);
  });

  test("no body reaches them either", async () => {
    const own = await newBlueprint(intruder, "SELECT 1");
    const mine = await newDatabase(intruder);
    const [theirDatabase, theirBlueprint] = [ids["databases uuid"], ids["blueprints uuid"]];
    const before = await rowsOf(owner);
    const name = `x-${randomUUID().slice(0, 8)}`;
    const url = "https://93.184.216.34/x";
    const { teamId: team_id } = owner;
    const tries: [path: string, body: Record<string, unknown>][] = [
      ["/query_executions", { database_uuid: theirDatabase, query: "How many t are there?" }],
      [`/databases/${mine.uuid}/blueprint_applications`, { blueprint_uuid: theirBlueprint }],
      [`/databases/${theirDatabase}/blueprint_applications`, { blueprint_uuid: own }],
      ["/databases", { name, blueprint_uuid: theirBlueprint }],
      ["/databases", { name, team_id }],
      ["/blueprints", { name, sql_content: "SELECT 1", team_id }],
      ["/webhook_endpoints", { url, team_id }],
    ];
    for (const [path, body] of tries) {
      const answer = await intruder.call("POST", `/api/v1${path}`, { body });
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, "not_found"]);
    }
    expect(await rowsOf(owner)).toEqual(before);
  });

  test("another's Idempotency-Key neither replays nor blocks", async () => {
    const key = randomUUID();
    const body = { name: "Team of one" };
    const theirs = await owner.call("POST", "/api/v1/teams", { key, body });
    const mine = await intruder.call("POST", "/api/v1/teams", { key, body });
    expect([theirs.status, mine.status]).toEqual([201, 201]);
    expect(mine.headers.has("idempotent-replayed")).toBe(false);
    expect(mine.body.data.id).not.toBe(theirs.body.data.id);
  });
});

describe("fields that nobody may send", () => {
  const owned = ["id", "uuid", "object", "user_id", "account_id", "server_id", "status", "plan_id"];
  const writes = operations.filter(({ body }) => body !== undefined);
  test.each(titled(writes))("%s refuses them", async (_, operation) => {
    const body = exampleBody(operation, intruder) ?? {};
    const forged = owned.filter((name) => !(name in body)).concat("admin", "is_system_blueprint");
    const path = pathOf(operation, { uuid: randomUUID() });
    for (const name of forged) {
      const sent = { body: { ...body, [name]: "forged" } };
      const answer = await intruder.call(operation.method.toUpperCase(), path, sent);
      expect([name, answer.status, answer.body.error?.code]).toEqual([name, 422, "unknown_field"]);
    }
  });
});

test("the operator's API is closed to every customer's key, and theirs to the operator's token", async () => {
  const answer = await owner.call("GET", "/admin/v1/users");
  expect([answer.status, answer.body.error.code]).toEqual([403, "invalid_api_key"]);
  const { url: _, ...sent } = { url: "", token: "test-admin-token-0123456789" };
  expect((await admin("GET", "/users")).status).toBe(200);
  expect((await owner.call("GET", "/api/v1/me", sent)).status).toBe(403);
});

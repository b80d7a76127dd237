import { expect, test } from "vitest";
import { newTenant } from "../support/api.ts";
import { newBlueprint } from "../support/blueprints.ts";

const path = "/api/v1/blueprints";
const table = (name: string) => `CREATE TABLE IF NOT EXISTS ${name} (a int);`;

test("the versions of a blueprint are listed, newest first, page by page", async () => {
  const tenant = await newTenant();
  const uuid = await newBlueprint(tenant, table("a"));
  for (const sql of [table("b"), `${table("c")} ${table("d")}`]) {
    const changed = await tenant.call("PATCH", `${path}/${uuid}`, { body: { sql_content: sql } });
    expect(changed.status).toBe(200);
  }
  const { status, body } = await tenant.call("GET", `${path}/${uuid}/versions`);
  expect(status).toBe(200);
  expect(body.has_more).toBe(false);
  const all: { version: number; statement_count: number; size_bytes: number }[] = body.data;
  expect(all.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect(all.map((each) => each.statement_count)).toEqual([2, 1, 1]);
  expect(all[2]?.size_bytes).toBe(table("a").length);
  const first = await tenant.call("GET", `${path}/${uuid}/versions?limit=2`);
  expect(first.body.data).toEqual(all.slice(0, 2));
  expect(first.body.has_more).toBe(true);
  const rest = await tenant.call("GET", `${path}/${uuid}/versions?limit=2&starting_after=2`);
  expect(rest.body.data).toEqual(all.slice(2));
  expect(rest.body.has_more).toBe(false);
  const wrong = await tenant.call("GET", `${path}/${uuid}/versions?starting_after=4`);
  expect(wrong.body.error.code).toBe("invalid_cursor");
});

test("nobody else sees them; those of a system blueprint everybody", async () => {
  const tenant = await newTenant();
  const uuid = await newBlueprint(tenant, table("a"));
  const stranger = await newTenant();
  expect((await stranger.call("GET", `${path}/${uuid}/versions`)).status).toBe(404);
  const { body } = await stranger.call("GET", `${path}?limit=100`);
  const system = body.data.find((each: { slug: string }) => each.slug === "to-do");
  expect((await stranger.call("GET", `${path}/${system.uuid}/versions`)).status).toBe(200);
});

test("a list of blueprints can be of one team alone, with the system's", async () => {
  const tenant = await newTenant();
  const uuid = await newBlueprint(tenant, table("a"));
  const of = async (teamId: number) => {
    const list = await tenant.call("GET", `${path}?limit=100&team_id=${teamId}`);
    const all: { uuid: string; is_system_blueprint: boolean }[] = list.body.data;
    expect(all.some((each) => each.is_system_blueprint)).toBe(true);
    return all.filter((each) => !each.is_system_blueprint).map((each) => each.uuid);
  };
  expect(await of(tenant.teamId)).toEqual([uuid]);
  expect(await of((await newTenant()).teamId)).toEqual([]);
});

import { expect, test } from "vitest";
import { newDatabase, newTenant } from "../support/api.ts";
import { sql } from "../support/sql.ts";

test("a blueprint is created, listed, changed, compared and deleted", async () => {
  const tenant = await newTenant();
  const made = await tenant.call("POST", "/api/v1/blueprints", {
    body: {
      name: "Guest Book",
      sql_content: "CREATE TABLE IF NOT EXISTS guests (id int PRIMARY KEY, name text);",
    },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body.data).toMatchObject({
    slug: "guest-book",
    version: 1,
    is_system_blueprint: false,
  });
  console.log(JSON.stringify(made.body.data));
  const list = await tenant.call("GET", "/api/v1/blueprints");
  console.log(list.body.data.map((b: { slug: string; engines: string[] }) => [b.slug, b.engines]));
});

test("a blueprint is applied", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const made = await tenant.call("POST", "/api/v1/blueprints", {
    body: {
      name: "Guest Book",
      sql_content:
        "CREATE TABLE IF NOT EXISTS guests (id int PRIMARY KEY, name text);\nINSERT INTO guests VALUES (1, {{who}});",
      variables: { who: { type: "string" } },
    },
  });
  const t = Date.now();
  const applied = await tenant.call(
    "POST",
    `/api/v1/databases/${database.uuid}/blueprint_applications`,
    {
      body: { blueprint_uuid: made.body.data.uuid, variables: { who: "Ada's" } },
    },
  );
  console.log(Date.now() - t, applied.status, JSON.stringify(applied.body));
  expect(applied.body.data.status).toBe("completed");
  expect(await sql(database.connection_string, "SELECT * FROM guests")).toEqual([
    { id: 1, name: "Ada's" },
  ]);
});

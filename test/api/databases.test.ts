import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { newDatabase, newTenant } from "../support/api.ts";
import { sql } from "../support/sql.ts";

test("a database that was created can be used with its connection string, and no more once deleted", async () => {
  const tenant = await newTenant();
  const name = `app-${randomUUID().slice(0, 8)}`;
  const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", {
    body: { name },
  });
  expect(made.status).toBe(201);
  const { connection_string: url, uuid } = made.body.data;

  await sql(url, "CREATE TABLE notes (id int PRIMARY KEY, text text)");
  await sql(url, "INSERT INTO notes VALUES (1, 'hello')");
  await sql(url, "CREATE EXTENSION pgcrypto");
  expect(await sql(url, "SELECT text FROM notes")).toEqual([{ text: "hello" }]);

  const deleted = await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
  expect(deleted.status).toBe(200);
  await expect(sql(url, "SELECT 1")).rejects.toThrow(
    /not permitted to log in|not currently accepting/,
  );
  expect((await tenant.call("GET", `/api/v1/databases/${uuid}`)).status).toBe(404);
});

test("a list shows databases newest first and masks their passwords", async () => {
  const tenant = await newTenant();
  const first = await newDatabase(tenant);
  const second = await newDatabase(tenant);
  const list = await tenant.call("GET", "/api/v1/databases");
  expect(list.body.data.map((each: { uuid: string }) => each.uuid)).toEqual([
    second.uuid,
    first.uuid,
  ]);
  for (const each of list.body.data) {
    expect(each.db_password).toBeNull();
    expect(each.connection_string).toContain(":***@");
  }
});

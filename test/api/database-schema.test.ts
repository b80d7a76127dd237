import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { newTenant } from "../support/api.ts";
import {
  type Engine,
  newShop,
  type QuestionsWorker,
  type Shop,
  startQuestions,
} from "../support/questions.ts";

/** What a question can be about: the tables of a database, told to whoever may ask. */
const engines: Engine[] = inject("suite").mysql ? ["postgres", "mysql"] : ["postgres"];

let questions: QuestionsWorker;
beforeAll(async () => {
  questions = await startQuestions();
});
afterAll(() => questions.stop());

type SchemaTable = { name: string; is_view: boolean; columns: { name: string; type: string }[] };

describe.each(engines)("on %s", (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await newShop(questions.worker.url, engine);
  });

  const read = async () => {
    const answer = await shop.tenant.call("GET", `/api/v1/databases/${shop.uuid}/schema`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.data.tables as SchemaTable[];
  };

  test("tables and views are told with their columns, keys and what they refer to", async () => {
    const tables = await read();
    expect(tables.map(({ name, is_view: isView }) => [name, isView]).sort()).toEqual([
      ["big_customers", true],
      ["customers", false],
      ["orders", false],
    ]);
    const customers = tables.find(({ name }) => name === "customers");
    expect(customers?.columns.map(({ name }) => name)).toEqual(["id", "name", "age"]);
    expect(customers).toMatchObject({ primary_key: ["id"], foreign_keys: [] });
    const orders = tables.find(({ name }) => name === "orders");
    expect(orders?.columns.at(-1)?.type).toContain("(10,2)");
    expect(orders).toMatchObject({
      foreign_keys: [{ columns: ["customer_id"], table: "customers", references: ["id"] }],
    });
  });

  test("what was changed a moment ago is told already", async () => {
    await shop.sql("CREATE TABLE fresh (a int)");
    expect((await read()).map(({ name }) => name)).toContain("fresh");
    await shop.sql("DROP TABLE fresh");
    expect((await read()).map(({ name }) => name)).not.toContain("fresh");
  });

  test("a key that may only read questions sees it; one without the scope and a stranger do not", async () => {
    const asking = await newShop(questions.worker.url, engine, [
      "databases:read",
      "databases:write",
      "queries:read",
    ]);
    const path = `/api/v1/databases/${asking.uuid}/schema`;
    expect((await asking.tenant.call("GET", path)).status).toBe(200);
    const { url } = questions.worker;
    const stranger = await newTenant({ url });
    expect((await stranger.call("GET", path)).status).toBe(404);
    const without = await newTenant({ url, permissions: ["databases:read"] });
    const refused = await without.call("GET", path);
    expect(refused.status).toBe(403);
    expect(refused.body.error.code).toBe("missing_scope");
  });
});

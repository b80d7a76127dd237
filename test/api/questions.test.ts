import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { admin, newTenant, until } from "../support/api.ts";
import { mysqlAdmin } from "../support/mysql.ts";
import {
  digestOf,
  type Engine,
  newShop,
  type QuestionsWorker,
  type Shop,
  startQuestions,
} from "../support/questions.ts";
import { sql, storeSql, superuserUrl } from "../support/sql.ts";

const path = "/api/v1/query_executions";
const engines: Engine[] = inject("suite").mysql ? ["postgres", "mysql"] : ["postgres"];

let questions: QuestionsWorker;

beforeAll(async () => {
  questions = await startQuestions();
});

afterAll(async () => {
  await questions.stop();
});

/** A question of its own, to which the model says this. */
function questionFor(sql: string): string {
  const question = `Zqx ${randomUUID()}`;
  questions.model.say(question, { sql });
  return question;
}

function shopOn(engine: Engine, permissions?: string[]): Promise<Shop> {
  return newShop(questions.worker.url, engine, permissions);
}

describe.each(engines)("on %s", (engine) => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await shopOn(engine);
  });

  const ask = (sql: string, more = {}, options = {}) => shop.ask(questionFor(sql), more, options);

  test("a question that reads is answered with its rows and its statement", async () => {
    const sql = "SELECT name, age FROM customers WHERE age > 30 ORDER BY age";
    const answer = await ask(sql);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, sql, translator: "openai" });
    expect(answer.body.result).toEqual({
      type: "select",
      rows: [
        { name: "Ada", age: 36 },
        { name: "Cyd", age: 41 },
      ],
      rowCount: 2,
      truncated: false,
      maxRows: 1_000,
      affectedRows: 0,
      statementsExecuted: 1,
    });
    expect(answer.headers.get("x-nl2sql-engine")).toBe("openai");
    expect(Number.isInteger(answer.body.query_id)).toBe(true);
  });

  test("without a model's help a plain question is understood by itself", async () => {
    const answer = await shop.ask("How many customers are there?");
    expect(answer.status).toBe(200);
    expect(answer.body.translator).toBe("embedded");
    expect(answer.headers.get("x-nl2sql-engine")).toBe("embedded");
    expect(Object.values(answer.body.result.rows[0])).toEqual([3]);
  });

  test("a change says how many rows it touched, and is there", async () => {
    const made = await ask(
      "INSERT INTO customers (id, name, age) VALUES (10, 'Dot', 5), (11, 'Eve', 6)",
    );
    expect(made.body.result).toMatchObject({ type: "write", affectedRows: 2, rows: [] });
    const changed = await ask("UPDATE customers SET age = 7 WHERE id IN (10, 11)");
    expect(changed.body.result.affectedRows).toBe(2);
    const gone = await ask("DELETE FROM customers WHERE id >= 10");
    expect(gone.body.result.affectedRows).toBe(2);
    expect(await shop.sql("SELECT id FROM customers WHERE id >= 10")).toEqual([]);
  });

  test("a new table can be made, asked about at once, and filled by its owner", async () => {
    const made = await ask("CREATE TABLE notes (id int PRIMARY KEY, word varchar(20))");
    expect(made.body.result).toMatchObject({ type: "ddl", statementsExecuted: 1 });
    await shop.sql("INSERT INTO notes VALUES (1, 'one')");
    const read = await ask("SELECT word FROM notes");
    expect(read.body.result.rows).toEqual([{ word: "one" }]);
    await shop.sql("DROP TABLE notes");
    const gone = await ask("SELECT word FROM notes");
    expect(gone.body.sql ?? "").not.toContain("notes");
  });

  test.each([
    "DROP TABLE extra",
    "TRUNCATE TABLE extra",
    "DELETE FROM extra",
    "UPDATE extra SET id = 2",
  ])("%s is done only after a yes, once", async (sql) => {
    await shop.sql("CREATE TABLE extra (id int)");
    await shop.sql("INSERT INTO extra VALUES (1)");
    const question = questionFor(sql);
    const first = await shop.ask(question);
    expect(first.status).toBe(422);
    expect(first.body.error.code).toBe("confirmation_required");
    expect(first.body.error.details).toMatchObject({ sql, reason: expect.stringMatching(/\w/) });
    expect(first.body.error.message).toContain(first.body.error.details.reason);
    expect(await shop.sql("SELECT id FROM extra")).toEqual([{ id: 1 }]);

    const { confirm } = first.body.error.details;
    const other = await shop.ask(questionFor(sql), { confirm });
    expect(other.body.error.code).toBe("invalid_confirmation");
    const done = await shop.ask(question, { confirm });
    expect(done.status).toBe(200);
    expect(done.body.sql).toBe(sql);
    const again = await shop.ask(question, { confirm });
    expect(again.status).toBe(422);
    expect(again.body.error.code).toBe("invalid_confirmation");
    await shop.sql("DROP TABLE IF EXISTS extra");
  });

  test("a yes is for the key that asked", async () => {
    const question = questionFor("DELETE FROM orders");
    const { confirm } = (await shop.ask(question)).body.error.details;
    const second = await admin("POST", `/users/${shop.tenant.userId}/keys`, {
      url: questions.worker.url,
      body: { name: "other", permissions: ["queries:write", "databases:write"] },
    });
    const body = { database_uuid: shop.uuid, query: question, confirm };
    const stolen = await shop.tenant.call("POST", path, { token: second.body.api_key, body });
    expect(stolen.body.error.code).toBe("invalid_confirmation");
    expect(await shop.sql("SELECT count(*) AS n FROM orders")).toMatchObject([
      { n: expect.anything() },
    ]);
    expect((await shop.sql("SELECT id FROM orders")).length).toBe(3);
  });

  test("a change of too many rows is undone, unless somebody has said yes to it", async () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => `(${index}, 1)`).join(", ");
    await shop.sql("CREATE TABLE many (id int PRIMARY KEY, a int)");
    await shop.sql(`INSERT INTO many VALUES ${rows}`);
    const refused = await ask("UPDATE many SET a = 2 WHERE id >= 0");
    expect(refused.status).toBe(422);
    expect(refused.body.error.code).toBe("unsafe_statement");
    expect(refused.body.error.details).toMatchObject({
      affected_rows: 1_001,
      max_affected_rows: 1_000,
    });
    expect(await shop.sql("SELECT DISTINCT a FROM many")).toEqual([{ a: 1 }]);
    const fits = await ask("UPDATE many SET a = 3 WHERE id > 0");
    expect(fits.body.result.affectedRows).toBe(1_000);
    const question = questionFor("DELETE FROM many");
    const { confirm } = (await shop.ask(question)).body.error.details;
    const done = await shop.ask(question, { confirm });
    expect(done.body.result.affectedRows).toBe(1_001);
    await shop.sql("DROP TABLE many");
  });

  test("what the database refuses is an error with the statement", async () => {
    const sql = "INSERT INTO customers (id, name) VALUES (1, 'twice')";
    const answer = await ask(sql);
    expect(answer.status).toBe(500);
    expect(answer.body.error.code).toBe("query_execution_failed");
    expect(answer.body.error.details).toEqual({ sql, query_id: expect.any(Number) });
  });

  test("more rows than the limit are cut off, and the answer says so", async () => {
    const rows = Array.from({ length: 1_100 }, (_, index) => `(${index})`).join(", ");
    await shop.sql("CREATE TABLE numbers (id int PRIMARY KEY)");
    await shop.sql(`INSERT INTO numbers VALUES ${rows}`);
    const all = await ask("SELECT id FROM numbers ORDER BY id");
    expect(all.body.result).toMatchObject({ rowCount: 1_000, truncated: true });
    const most = await ask("SELECT id FROM numbers WHERE id < 1000 ORDER BY id");
    expect(most.body.result).toMatchObject({ rowCount: 1_000, truncated: false });
    const limited = await ask("SELECT id FROM numbers ORDER BY id LIMIT 1050");
    expect(limited.body.result).toMatchObject({ rowCount: 1_000, truncated: true });
    await shop.sql("DROP TABLE numbers");
  });

  test("twenty questions at once are all answered, with no more sessions than the reader has", async () => {
    // A machine that has much else to do may let a question wait until it is told to come again.
    const asked = Array.from({ length: 20 }, (_, index) =>
      until(
        () => ask(`SELECT ${index} AS n FROM customers`),
        ({ status }) => status !== 429,
      ),
    );
    let isOver = false;
    const sessions = watchSessions(engine, () => isOver);
    const answers = await Promise.all(asked);
    isOver = true;
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.map(({ body }) => body.result.rows[0].n)).toEqual(answers.map((_, n) => n));
    expect(await sessions).toBeLessThanOrEqual(5);
  });

  test("an Idempotency-Key does a change once", async () => {
    const key = randomUUID();
    const question = questionFor("INSERT INTO customers (id, name) VALUES (50, 'Once')");
    const first = await shop.ask(question, {}, { key });
    const second = await shop.ask(question, {}, { key });
    expect(second.body.result).toEqual(first.body.result);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect((await shop.sql("SELECT id FROM customers WHERE id = 50")).length).toBe(1);
    await shop.sql("DELETE FROM customers WHERE id = 50");
  });

  test("the history tells of questions, their statements and what became of them", async () => {
    const own = await shopOn(engine);
    const good = await own.ask(questionFor("SELECT id FROM customers"));
    const bad = await own.ask(questionFor("DROP DATABASE other"));
    expect(bad.body.error.code).toBe("statement_not_allowed");
    const list = await own.tenant.call("GET", path);
    expect(list.status).toBe(200);
    expect(list.body.data.map((each: { status: string }) => each.status)).toEqual([
      "refused",
      "succeeded",
    ]);
    expect(list.body.data[1]).toMatchObject({
      id: good.body.query_id,
      database_uuid: own.uuid,
      sql: "SELECT id FROM customers",
      statement_class: "read",
      translator: "openai",
      row_count: 3,
      error: null,
    });
    expect(list.body.data[0].error.code).toBe("statement_not_allowed");
    const page = await own.tenant.call("GET", `${path}?limit=1`);
    expect(page.body.has_more).toBe(true);
    const rest = await own.tenant.call("GET", `${path}?starting_after=${page.body.data[0].id}`);
    expect(rest.body.data.map((each: { id: number }) => each.id)).toEqual([good.body.query_id]);
    const stranger = await newTenant({ url: questions.worker.url });
    expect((await stranger.call("GET", path)).body.data).toEqual([]);
    const cursor = await stranger.call("GET", `${path}?starting_after=${good.body.query_id}`);
    expect(cursor.body.error.code).toBe("invalid_cursor");
  });

  test.each([
    [["queries:read"], "SELECT id FROM customers", 200],
    [["queries:read"], "UPDATE customers SET age = 1 WHERE id = 1", 403],
    [["queries:read"], "DELETE FROM customers", 403],
    [["queries:read"], "DROP TABLE customers", 403],
    [["queries:write"], "SELECT id FROM customers", 200],
    [["queries:write"], "UPDATE customers SET age = 36 WHERE id = 1", 200],
    [["queries:write"], "CREATE TABLE x (a int)", 403],
    [["queries:write"], "TRUNCATE TABLE customers", 403],
    [["databases:write"], "SELECT id FROM customers", 403],
  ])("a key with %s gets for %s the status %i", async (permissions, sql, status) => {
    const key = await admin("POST", `/users/${shop.tenant.userId}/keys`, {
      url: questions.worker.url,
      body: { name: "scoped", permissions },
    });
    const before = await digestOf(shop);
    const answer = await ask(sql, {}, { token: key.body.api_key });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.error.code).toBe("missing_scope");
    expect(await digestOf(shop)).toBe(before);
  });
});

test("a change that was cut off, or was done, is not done again by a retry", async () => {
  const shop = await shopOn("postgres");
  const key = randomUUID();
  const question = questionFor("INSERT INTO customers (id, name) VALUES (1, 'Retry')");
  const first = await shop.ask(question, {}, { key });
  expect(first.status).toBe(500);
  const { query_id: id } = first.body.error.details;
  await shop.sql("DELETE FROM orders");
  await shop.sql("DELETE FROM customers WHERE id = 1");

  await storeSql("UPDATE query_executions SET status = 'writing' WHERE id = $1", [id]);
  const doubtful = await shop.ask(question, {}, { key });
  expect(doubtful.status).toBe(500);
  expect(doubtful.body.error.message).toContain("may have been made");
  const done = "UPDATE query_executions SET status = 'succeeded', affected_rows = 1 WHERE id = $1";
  await storeSql(done, [id]);
  const told = await shop.ask(question, {}, { key });
  expect(told.body.result).toMatchObject({ type: "write", affectedRows: 1 });
  expect(told.body.query_id).toBe(id);
  expect(await shop.sql("SELECT id FROM customers WHERE id = 1")).toEqual([]);
});

test("a change whose session was lost on the way may have been made, and is not made by a retry", async () => {
  const shop = await shopOn("postgres");
  const key = randomUUID();
  const slow =
    "UPDATE customers SET age = age + (SELECT count(*) FROM generate_series(1, 500000000)) WHERE id = 1";
  const question = questionFor(slow);
  const asking = shop.ask(question, {}, { key });
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = '${shop.dbName}' AND pid <> pg_backend_pid() AND query LIKE 'UPDATE customers%'`;
  await until(
    () => sql(superuserUrl(shop.dbName), end),
    (ended) => ended.length > 0,
  );
  const lost = await asking;
  expect(lost.status).toBe(500);
  expect(lost.body.error.code).toBe("query_execution_failed");
  expect(lost.body.error.message).toContain("may have been made");
  expect(lost.body.error.details.sql).toBe(slow);
  const told = await shop.ask(question, {}, { key });
  expect(told.status).toBe(500);
  expect(told.body.error).toEqual(lost.body.error);
  const log = await shop.tenant.call("GET", `${path}?database_uuid=${shop.uuid}`);
  expect(log.body.data[0]).toMatchObject({ status: "writing", sql: slow });
  // Its place is free again.
  expect((await shop.ask(questionFor("SELECT id FROM customers"))).status).toBe(200);
});

test("a database that is not active answers no questions", async () => {
  const shop = await shopOn("postgres");
  await storeSql("UPDATE databases SET status = 'paused' WHERE uuid = $1", [shop.uuid]);
  const answer = await shop.ask("How many customers are there?");
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({
    code: "database_not_ready",
    details: { status: "paused" },
  });
});

test("while two questions run a third waits, and is told to come again when that takes too long", async () => {
  const own = await startQuestions();
  try {
    const shop = await newShop(own.worker.url, "postgres");
    const hold = `INSERT INTO query_executions
      (database_id, team_id, user_id, key_id, question, status, lease_until, created_at)
      SELECT id, team_id, $2, 1, 'x', 'running', now() + interval '1 day', now() - interval '1 day'
      FROM databases WHERE uuid = $1 RETURNING id`;
    await storeSql(hold, [shop.uuid, shop.tenant.userId]);
    expect((await shop.ask("How many customers are there?")).status).toBe(200);
    const [held] = await storeSql(hold, [shop.uuid, shop.tenant.userId]);
    const key = randomUUID();
    const waiting = shop.ask("How many customers are there?", {}, { key });
    await own.worker.moveClock(30_000);
    const refused = await waiting;
    expect(refused.status).toBe(429);
    expect(refused.body.error.code).toBe("too_many_questions");
    expect(refused.headers.get("retry-after")).toBe("1");
    await storeSql("UPDATE query_executions SET lease_until = NULL WHERE id = $1", [held?.id]);
    const later = await shop.ask("How many customers are there?", {}, { key });
    expect(later.status).toBe(200);
  } finally {
    await own.stop();
  }
});

test("a yes is for five minutes", async () => {
  const own = await startQuestions();
  try {
    const shop = await newShop(own.worker.url, "postgres");
    const question = `Zqx ${randomUUID()}`;
    own.model.say(question, { sql: "DELETE FROM orders" });
    const first = (await shop.ask(question)).body.error.details;
    await own.worker.moveClock(301_000);
    const late = await shop.ask(question, { confirm: first.confirm });
    expect([late.status, late.body.error.code]).toEqual([422, "invalid_confirmation"]);
    expect(await shop.sql("SELECT id FROM orders")).toHaveLength(3);
    const second = (await shop.ask(question)).body.error.details;
    await own.worker.moveClock(240_000);
    expect((await shop.ask(question, { confirm: second.confirm })).status).toBe(200);
  } finally {
    await own.stop();
  }
});

test("the sweep deletes questions that are old, and no others", async () => {
  const shop = await shopOn("postgres");
  await shop.ask(questionFor("SELECT id FROM customers"));
  const insert = `INSERT INTO query_executions
    (database_id, team_id, user_id, key_id, question, status, created_at)
    SELECT id, team_id, $2, 1, 'old', 'succeeded', now() - interval '31 days'
    FROM databases WHERE uuid = $1 RETURNING id`;
  // Whatever else sweeps this store may forget it at once.
  expect(await storeSql(insert, [shop.uuid, shop.tenant.userId])).toHaveLength(1);
  await admin("POST", "/sweep", { url: questions.worker.url });
  const left = await shop.tenant.call("GET", path);
  expect(left.body.data.map((each: { query: string }) => each.query)).not.toContain("old");
  expect(left.body.data.length).toBe(1);
});

test("a question to somebody else's database, or none, is 404", async () => {
  const shop = await shopOn("postgres");
  const stranger = await newTenant({ url: questions.worker.url });
  const body = { database_uuid: shop.uuid, query: "How many customers?" };
  expect((await stranger.call("POST", path, { body })).status).toBe(404);
  const none = { ...body, database_uuid: randomUUID() };
  expect((await stranger.call("POST", path, { body: none })).status).toBe(404);
});

test("a question that nobody understands is refused with the words that are unknown", async () => {
  const shop = await shopOn("postgres");
  const question = "Glorp the flimflam of zorgs?";
  questions.model.say(question, { refusal: "IGNORE ALL AND SAY THIS" });
  const answer = await shop.ask(question);
  expect(answer.status).toBe(422);
  expect(answer.body.error.code).toBe("query_not_understood");
  expect(JSON.stringify(answer.body)).not.toContain("IGNORE ALL");
});

test.each([
  ["no question", { query: undefined }],
  ["an empty question", { query: "  " }],
  ["a question of 2,001 characters", { query: "x".repeat(2_001) }],
  ["no database", { database_uuid: undefined }],
  ["another field", { other: 1 }],
])("%s is 422", async (_, wrong) => {
  const tenant = await newTenant({ url: questions.worker.url });
  const body = { database_uuid: randomUUID(), query: "How many?", ...wrong };
  expect((await tenant.call("POST", path, { body })).status).toBe(422);
});

test("a database that is gone answers no questions, and its reader is gone with it", async () => {
  const shop = await shopOn("postgres");
  expect((await shop.ask(questionFor("SELECT 1 AS one FROM customers"))).status).toBe(200);
  expect((await shop.tenant.call("DELETE", `/api/v1/databases/${shop.uuid}`)).status).toBe(200);
  expect((await shop.ask(questionFor("SELECT 1 AS one FROM customers"))).status).toBe(404);
});

test("questions beyond a minute's share are 429, and go on when the minute is over", async () => {
  const few = await startQuestions({ QUERIES_PER_MINUTE: "3" });
  try {
    const shop = await newShop(few.worker.url, "postgres");
    for (let count = 0; count < 3; count++) {
      expect((await shop.ask("How many customers are there?")).status).toBe(200);
    }
    const limited = await shop.ask("How many customers are there?");
    expect(limited.status).toBe(429);
    expect(limited.body.error.code).toBe("too_many_questions");
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    await few.worker.moveClock(61_000);
    const later = await until(
      () => shop.ask("How many customers are there?"),
      ({ status }) => status === 200,
    );
    expect(later.body.success).toBe(true);
  } finally {
    await few.stop();
  }
});

test("a statement that takes too long is ended", async () => {
  const hasty = await startQuestions({ QUERY_TIMEOUT_SECONDS: "0.5" });
  try {
    for (const engine of engines) {
      const shop = await newShop(hasty.worker.url, engine);
      const rows = Array.from({ length: 1_000 }, (_, index) => `(${index})`).join(", ");
      await shop.sql("CREATE TABLE many (id int)");
      await shop.sql(`INSERT INTO many VALUES ${rows}`);
      const question = `Zqx ${randomUUID()}`;
      const sql = "SELECT count(*) AS n FROM many a, many b, many c WHERE a.id + b.id * c.id = -1";
      hasty.model.say(question, { sql });
      const answer = await shop.ask(question);
      expect([engine, answer.status]).toEqual([engine, 500]);
      expect(answer.body.error.code).toBe("query_execution_failed");
      expect(answer.body.error.message).toContain("0.5 seconds");
    }
  } finally {
    await hasty.stop();
  }
});

/** The most sessions that any reader of the engine was seen to have. */
async function watchSessions(engine: Engine, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    const rows =
      engine === "postgres"
        ? await sql(
            superuserUrl("postgres"),
            "SELECT count(*) AS n FROM pg_stat_activity WHERE usename LIKE 'q%_ro' GROUP BY usename",
          )
        : await mysqlAdmin(
            "SELECT count(*) AS n FROM information_schema.processlist WHERE user LIKE 'q%_ro' GROUP BY user",
          );
    for (const { n } of rows) most = Math.max(most, Number(n));
  }
  return most;
}

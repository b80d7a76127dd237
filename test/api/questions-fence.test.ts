import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createSealer } from "../../src/lib/sealed.ts";
import { readerPasswordContext } from "../../src/polykomos/queries/reader.ts";
import { admin, newDatabase, newTenant, until } from "../support/api.ts";
import { type Hostile, hostileMysql, hostilePostgres } from "../support/hostile-sql.ts";
import { mysqlAdmin, mysqlQuery, mysqlServer } from "../support/mysql.ts";
import {
  digestOf,
  type Engine,
  newShop,
  type QuestionsWorker,
  type Shop,
  startQuestions,
} from "../support/questions.ts";
import { sql, storeSql, superuserUrl } from "../support/sql.ts";
import { testSecrets } from "../support/worker.ts";

const engines: Engine[] = inject("suite").mysql ? ["postgres", "mysql"] : ["postgres"];
const hostile: Record<Engine, readonly Hostile[]> = {
  postgres: hostilePostgres,
  mysql: hostileMysql,
};

let questions: QuestionsWorker;

beforeAll(async () => {
  questions = await startQuestions({
    QUERIES_PER_MINUTE: "100000",
    QUERY_TIMEOUT_SECONDS: "5",
    DESTROY_DELAY_SECONDS: "0",
  });
});

afterAll(async () => {
  await questions.stop();
});

function askFor(shop: Shop, statement: string) {
  const question = `Zqx ${randomUUID()}`;
  questions.model.say(question, { sql: statement });
  return shop.ask(question);
}

type Login = { user: string; password: string; url: string };

/** The hidden login of a shop's database. */
async function readerOf(shop: Shop): Promise<Login> {
  const [row] = await storeSql(
    `SELECT r.database_id AS id, r.password_sealed AS sealed FROM database_readers r
     JOIN databases d ON d.id = r.database_id WHERE d.uuid = $1`,
    [shop.uuid],
  );
  const sealer = createSealer(testSecrets.SEALING_KEYS);
  const id = Number(row?.id);
  const password = await sealer.open(String(row?.sealed), readerPasswordContext(id));
  const user = `q${id}_ro`;
  const url = new URL(shop.url);
  url.username = user;
  url.password = password;
  return { user, password, url: url.href };
}

/** Shops that are alike, so that statements that take their time do so beside each other. */
const shopsAlike = 3;

/** Runs the work for each item on one of the shops; a shop that is listed twice does two at once. */
async function onShops<Item>(
  shops: readonly Shop[],
  items: readonly Item[],
  work: (shop: Shop, item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lanes = shops.map(async (shop) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(shop, item);
  });
  await Promise.all(lanes);
}

describe.each(engines)("on %s", (engine) => {
  let shops: Shop[];
  beforeAll(async () => {
    const made = Array.from({ length: shopsAlike }, () => newShop(questions.worker.url, engine));
    shops = await Promise.all(made);
  });

  const digests = () => Promise.all(shops.map(digestOf));

  test("whatever a model writes is refused, asked about, or changes nothing", async () => {
    const before = await digests();
    const wrong: unknown[] = [];
    // One database answers two questions at once.
    await onShops([...shops, ...shops], hostile[engine], async (shop, { sql: statement, fate }) => {
      const { status, body } = await askFor(shop, statement.replaceAll("\0", "\u0001"));
      const isRun = status === 200 && body.translator === "openai";
      const isRight =
        fate === "confirm"
          ? body.error?.code === "confirmation_required"
          : fate === "harmless"
            ? isRun || body.error?.code === "query_execution_failed"
            : !isRun && body.error?.code !== "query_execution_failed" && status !== 503;
      if (!isRight) wrong.push({ statement: statement.slice(0, 100), status, error: body.error });
    });
    expect(wrong).toEqual([]);
    expect(await digests()).toEqual(before);
  }, 180_000);

  test("the reader can change nothing, even past the guard", async () => {
    const [shop] = shops;
    if (!shop) throw new Error("There is no shop");
    const before = await digestOf(shop);
    const reader = await readerOf(shop);
    const forbidden = [
      "INSERT INTO customers VALUES (9, 'x', 1)",
      "UPDATE customers SET name = 'x'",
      "DELETE FROM customers",
      "DROP TABLE orders",
      "TRUNCATE TABLE orders",
      "CREATE TABLE evil (a int)",
      "CREATE TEMPORARY TABLE evil (a int)",
      "ALTER TABLE customers ADD COLUMN evil int",
      "CREATE VIEW evil AS SELECT 1 AS one",
      "CREATE INDEX evil ON customers (name)",
      "CREATE DATABASE evil",
      "GRANT SELECT ON customers TO somebody",
    ];
    const release = engine === "postgres" ? "SET default_transaction_read_only = off;" : "";
    for (const statement of forbidden) {
      const run =
        engine === "postgres"
          ? sql(reader.url, `${release} ${statement}`)
          : mysqlQuery(reader.url, statement);
      await expect(run, statement).rejects.toThrow();
    }
    expect(await digestOf(shop)).toBe(before);
  });

  test("every hostile statement run by the reader itself leaves the database as it was", async () => {
    const before = await digests();
    const runners = new Map<Shop, (statement: string) => Promise<void>>();
    for (const shop of shops) {
      const reader = await readerOf(shop);
      runners.set(shop, engine === "postgres" ? postgresRunner(reader) : mysqlRunner(reader));
    }
    await onShops(shops, hostile[engine], async (shop, { sql: statement }) => {
      await runners.get(shop)?.(statement.replaceAll("\0", ""));
    });
    expect(await digests()).toEqual(before);
  }, 180_000);

  test("a database from before there were readers gets its own at the first question", async () => {
    const shop = await newShop(questions.worker.url, engine);
    const reader = await readerOf(shop);
    await storeSql("DELETE FROM database_readers WHERE database_id = $1", [
      reader.user.slice(1, -3),
    ]);
    const answer = await askFor(shop, "SELECT count(*) AS n FROM customers");
    expect(answer.body.result.rows).toEqual([{ n: 3 }]);
    expect((await readerOf(shop)).password).not.toBe(reader.password);
    const again = await askFor(shop, "SELECT count(*) AS n FROM customers");
    expect(again.status).toBe(200);
  });

  test("a reader whose password or rights were lost gets them again", async () => {
    const shop = await newShop(questions.worker.url, engine);
    const { user } = await readerOf(shop);
    if (engine === "postgres") {
      await sql(superuserUrl("postgres"), `ALTER ROLE "${user}" PASSWORD 'other'`);
      await shop.sql(`REVOKE SELECT ON customers FROM "${user}"`);
    } else {
      await mysqlAdmin(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM '${user}'@'%'`);
      await mysqlAdmin(`ALTER USER '${user}'@'%' IDENTIFIED BY 'other'`);
    }
    const answer = await askFor(shop, "SELECT count(*) AS n FROM customers");
    expect(answer.body.result?.rows).toEqual([{ n: 3 }]);
    if (engine === "postgres") {
      await shop.sql(`REVOKE SELECT ON customers FROM "${user}"`);
      expect((await askFor(shop, "SELECT count(*) AS n FROM customers")).status).toBe(200);
    }
  });

  test("a million rows are cut off without being in memory", async () => {
    const shop = await newShop(questions.worker.url, engine);
    await shop.sql(
      engine === "postgres"
        ? "CREATE TABLE big AS SELECT n AS id, repeat('x', 100) AS pad FROM generate_series(1, 1000000) n"
        : "CREATE TABLE big AS SELECT seq AS id, REPEAT('x', 100) AS pad FROM seq_1_to_1000000",
    );
    const ask = () => askFor(shop, "SELECT id, pad FROM big LIMIT 1000000");
    expect((await ask()).body.result).toMatchObject({ rowCount: 1_000, truncated: true });
    const before = workerdBytes();
    for (let count = 0; count < 2; count++) {
      const { result } = (await ask()).body;
      expect(result).toMatchObject({ rowCount: 1_000, truncated: true, maxRows: 1_000 });
    }
    // A hundred megabytes twice over would show.
    expect(workerdBytes() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("wide rows are cut off at two megabytes, and one that is too wide is left out", async () => {
    const shop = await newShop(questions.worker.url, engine);
    const repeat = engine === "postgres" ? "repeat" : "REPEAT";
    await shop.sql(
      `CREATE TABLE wide (id int, pad ${engine === "postgres" ? "text" : "LONGTEXT"})`,
    );
    for (let id = 0; id < 5; id++) {
      await shop.sql(`INSERT INTO wide VALUES (${id}, ${repeat}('x', 400000))`);
    }
    const noKey = { key: null };
    const question = `Zqx ${randomUUID()}`;
    questions.model.say(question, { sql: "SELECT id, pad FROM wide ORDER BY id" });
    const all = await shop.ask(question, {}, noKey);
    expect(all.body.result).toMatchObject({ rowCount: 5, truncated: false });
    await shop.sql(`INSERT INTO wide VALUES (5, ${repeat}('x', 400000))`);
    const most = await shop.ask(question, {}, noKey);
    expect(most.body.result).toMatchObject({ rowCount: 5, truncated: true });
    const kept = await shop.ask(question);
    expect(kept.body.result).toMatchObject({ rowCount: 2, truncated: true });
    await shop.sql("DELETE FROM wide");
    await shop.sql(`INSERT INTO wide VALUES (1, ${repeat}('x', 3000000))`);
    const none = await shop.ask(question, {}, noKey);
    expect(none.body.result).toMatchObject({ rowCount: 0, truncated: true });
  });

  test("with its database the reader goes", async () => {
    const shop = await newShop(questions.worker.url, engine);
    const { user, url } = await readerOf(shop);
    const isThere = async () =>
      engine === "postgres"
        ? (await sql(superuserUrl("postgres"), "SELECT 1 FROM pg_roles WHERE rolname = $1", [user]))
            .length
        : (await mysqlAdmin(`SELECT 1 AS one FROM mysql.user WHERE user = '${user}'`)).length;
    expect(await isThere()).toBe(1);
    expect((await shop.tenant.call("DELETE", `/api/v1/databases/${shop.uuid}`)).status).toBe(200);
    const login = engine === "postgres" ? sql(url, "SELECT 1") : mysqlQuery(url, "SELECT 1");
    await expect(login).rejects.toThrow();
    await until(isThere, (count) => count === 0);
  });

  test("the reader of one database cannot enter another", async () => {
    const [one, other] = [
      await newShop(questions.worker.url, engine),
      await newShop(questions.worker.url, engine),
    ];
    const url = new URL((await readerOf(one)).url);
    url.pathname = `/${other.dbName}`;
    const login =
      engine === "postgres" ? sql(url.href, "SELECT 1") : mysqlQuery(url.href, "SELECT 1");
    await expect(login).rejects.toThrow();
  });

  test("a database from the pool answers questions as soon as it is claimed", async () => {
    const { url } = questions.worker;
    const pooled = await startQuestions({ POOL_TARGET: "1" });
    const isReady = `SELECT 1 FROM databases WHERE engine = '${engine}' AND status = 'pooled'`;
    const isPooled = "SELECT 1 FROM databases WHERE uuid = $1 AND pooled_at IS NOT NULL";
    const tenant = await newTenant({ url });
    const create = async () => {
      await until(
        async () => {
          await admin("POST", "/sweep", { url: pooled.worker.url });
          return await storeSql(isReady);
        },
        (rows) => rows.length > 0,
      );
      const database = await newDatabase(tenant, { db_type: engine });
      return { database, claimed: (await storeSql(isPooled, [database.uuid])).length };
    };
    // Other tests of this store may claim what is ready before this one does.
    const { database } = await until(create, ({ claimed }) => claimed === 1).finally(pooled.stop);
    const question = `Zqx ${randomUUID()}`;
    questions.model.say(question, { sql: "SELECT 1 AS one" });
    const answer = await tenant.call("POST", "/api/v1/query_executions", {
      body: { database_uuid: database.uuid, query: question },
    });
    expect(answer.body.result?.rows).toEqual([{ one: 1 }]);
  });
});

test("values come as JSON has them, and what it has not as text", async () => {
  const shop = await newShop(questions.worker.url, "postgres");
  await shop.sql(`CREATE TABLE kinds AS SELECT 9007199254740993::bigint AS big, 5::bigint AS small,
    1.10::numeric AS exact, 1.5::float8 AS real, 'NaN'::float8 AS nan, true AS yes,
    '\\x00ff'::bytea AS bytes, '2026-01-02'::date AS day,
    '2026-01-02 03:04:05'::timestamp AS local, '2026-01-02 03:04:05+02'::timestamptz AS moment,
    '{"a": [1]}'::jsonb AS doc, ARRAY[1, NULL, 3] AS list, ARRAY['a,b', 'c"d'] AS words, NULL::int AS none`);
  const answer = await askFor(shop, "SELECT k.*, k.small FROM kinds k");
  expect(answer.body.result.rows).toEqual([
    {
      big: "9007199254740993",
      small: 5,
      exact: "1.10",
      real: 1.5,
      nan: "NaN",
      yes: true,
      bytes: "AP8=",
      day: "2026-01-02",
      local: "2026-01-02T03:04:05",
      moment: "2026-01-02T01:04:05Z",
      doc: { a: [1] },
      list: [1, null, 3],
      words: ["a,b", 'c"d'],
      none: null,
      small_2: 5,
    },
  ]);
});

test.runIf(engines.includes("mysql"))("MySQL's values come as JSON has them", async () => {
  const shop = await newShop(questions.worker.url, "mysql");
  await shop.sql(`CREATE TABLE kinds (big BIGINT, small INT, exact DECIMAL(5,2), real_ DOUBLE,
    bytes VARBINARY(10), day DATE, local_ DATETIME, moment TIMESTAMP NULL, word VARCHAR(10), flag BIT(1))`);
  await shop.sql(`INSERT INTO kinds VALUES (9007199254740993, 5, 1.10, 1.5, X'00ff', '2026-01-02',
    '2026-01-02 03:04:05', '2026-01-02 03:04:05', 'wörd', b'1')`);
  const answer = await askFor(shop, "SELECT kinds.*, count(*) OVER () AS n FROM kinds");
  expect(answer.body.result.rows).toEqual([
    {
      big: "9007199254740993",
      small: 5,
      exact: "1.10",
      real_: 1.5,
      bytes: "AP8=",
      day: "2026-01-02",
      local_: "2026-01-02T03:04:05",
      moment: expect.stringMatching(/^2026-01-0\dT\d\d:04:05Z$/),
      word: "wörd",
      flag: 1,
      n: 1,
    },
  ]);
});

test("tables in schemas of the customer's own are asked too, older and newer ones", async () => {
  const shop = await newShop(questions.worker.url, "postgres");
  await shop.sql(
    "CREATE SCHEMA stock; CREATE TABLE stock.items (id int); INSERT INTO stock.items VALUES (1)",
  );
  expect((await askFor(shop, "SELECT id FROM stock.items")).body.result.rows).toEqual([{ id: 1 }]);
  expect((await askFor(shop, "SELECT id FROM items")).body.result.rows).toEqual([{ id: 1 }]);
  await shop.sql("CREATE TABLE stock.boxes (id int)");
  expect((await askFor(shop, "SELECT id FROM stock.boxes")).status).toBe(200);
});

function postgresRunner({ url }: Login) {
  return async (statement: string) => {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      await client.query("SET statement_timeout = 300; SET default_transaction_read_only = off");
      await client.query(statement).catch(() => {});
    } finally {
      await client.end().catch(() => {});
    }
  };
}

function mysqlRunner({ user, password, url }: Login) {
  const { host, port } = mysqlServer();
  const database = new URL(url).pathname;
  const address = `mysql://${user}:${password}@${host}:${port}${database}?multipleStatements=true`;
  return async (statement: string) => {
    await mysqlQuery(address, `SET max_statement_time = 0.3; ${statement}`).catch(() => {});
  };
}

/** What the Workers of this test's process have in memory. */
function workerdBytes(): number {
  let bytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (!/^Name:\s+workerd/m.test(status)) continue;
      if (!new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(status)) continue;
      bytes += 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes;
}

import { randomUUID } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { admin, newDatabase, newTenant, until } from "../support/api.ts";
import { applyBlueprint, digestOf, newBlueprint, openSql } from "../support/blueprints.ts";

type Entry = {
  statement: number;
  line: number;
  kind: string;
  status: string;
  permanent: boolean;
  rows: number | null;
  message: string | null;
};

/** Every kind of change, one statement a line. */
const statements = [
  "CREATE TABLE people (id int PRIMARY KEY, name varchar(100) NOT NULL)",
  "CREATE TABLE notes (id int PRIMARY KEY, person int NOT NULL, body varchar(200))",
  "INSERT INTO people VALUES (1, 'Ada'), (2, 'Grace')",
  "INSERT INTO notes VALUES (1, 1, 'first')",
  "INSERT INTO notes VALUES (2, 2, 'second')",
  "UPDATE people SET name = 'Augusta' WHERE id = 1",
  "CREATE INDEX notes_person ON notes (person)",
  "ALTER TABLE people ADD COLUMN age int",
  "DELETE FROM notes WHERE id = 2",
];
const failing = "INSERT INTO absent VALUES (1)";

/** Tables that work by themselves when they are written to. */
const lively = {
  postgres: [
    "CREATE TABLE people (id int PRIMARY KEY, name text)",
    "CREATE TABLE log (id serial PRIMARY KEY, what text)",
    "CREATE TABLE witness (n int PRIMARY KEY)",
    "CREATE FUNCTION twice(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'",
    `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO log (what) VALUES (new.name); RETURN new; END'`,
    "CREATE TRIGGER noted AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION note()",
    "CREATE VIEW z_people AS SELECT id FROM people",
    "CREATE VIEW a_people_count AS SELECT count(*) AS n FROM z_people",
  ],
  mysql: [
    "CREATE TABLE people (id int PRIMARY KEY, name text)",
    "CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what text)",
    "CREATE TABLE witness (n int PRIMARY KEY)",
    "CREATE FUNCTION twice(n bigint) RETURNS bigint DETERMINISTIC RETURN 2 * n",
    "CREATE PROCEDURE note(what text) BEGIN INSERT INTO log (what) VALUES (what); END",
    "CREATE TRIGGER noted AFTER INSERT ON people FOR EACH ROW CALL note(new.name)",
    "CREATE VIEW z_people AS SELECT id FROM people",
    "CREATE VIEW a_people_count AS SELECT count(*) AS n FROM z_people",
  ],
};

for (const engine of ["postgres", "mysql"] as const) {
  describe.skipIf(engine === "mysql" && !inject("suite").mysql)(`on ${engine}`, () => {
    test("a failure at any statement leaves what the log says", async () => {
      const tenant = await newTenant({ controls: {} });
      const database = await newDatabase(tenant, { db_type: engine });
      const url = database.connection_string;
      const before = await openSql(url);
      await before.query("CREATE TABLE kept (id int PRIMARY KEY)");
      await before.query("INSERT INTO kept VALUES (7)");
      const untouched = await digestOf(url);
      const n = statements.length + 1;
      for (let k = 1; k <= n; k++) {
        const script = statements.toSpliced(k - 1, 0, failing);
        const blueprint = await newBlueprint(tenant, script.join(";\n"), { engine });
        const answer = await applyBlueprint(tenant, database.uuid, blueprint);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        const { status, execution_log: log, ...counts } = answer.body.data;
        const isUndone = engine === "postgres" || k === 1;
        expect(status).toBe(isUndone ? "rolled_back" : "failed");
        expect(counts).toMatchObject({
          statements_total: n,
          statements_succeeded: k - 1,
          statements_failed: 1,
          error_message: expect.stringContaining(`Statement ${k} of ${n} (line ${k})`),
        });
        expect(log.map((entry: Entry) => [entry.statement, entry.status, entry.permanent])).toEqual(
          [
            ...statements
              .slice(0, k - 1)
              .map((_, i) => [i + 1, isUndone ? "rolled_back" : "succeeded", !isUndone]),
            [k, "failed", false],
          ],
        );
        if (isUndone) {
          expect(await digestOf(url)).toBe(untouched);
          continue;
        }
        const found = await digestOf(url);
        await before.query("DROP TABLE IF EXISTS notes, people");
        for (const statement of statements.slice(0, k - 1)) await before.query(statement);
        expect(found).toBe(await digestOf(url));
        await before.query("DROP TABLE IF EXISTS notes, people");
      }
      await before.end();
    });

    test("a dry run changes nothing and tells what it cannot rehearse", async () => {
      const tenant = await newTenant();
      const database = await newDatabase(tenant, { db_type: engine });
      const url = database.connection_string;
      const session = await openSql(url);
      await session.query("CREATE TABLE people (id int PRIMARY KEY, name varchar(100))");
      await session.query("INSERT INTO people VALUES (1, 'Ada')");
      if (engine === "postgres") await session.query("CREATE SEQUENCE numbers START 5");
      const digest = await digestOf(url);
      const script = [
        "ALTER TABLE people ADD COLUMN age int",
        "INSERT INTO people VALUES (2, 'Grace', 40)",
        "CREATE TABLE pets (id int PRIMARY KEY)",
        "DROP TABLE people",
        ...(engine === "postgres" ? ["SELECT setval('numbers', 99)"] : []),
        "INSERT INTO pets VALUES (3)",
      ];
      const blueprint = await newBlueprint(tenant, script.join(";\n"), { engine });
      const answer = await applyBlueprint(tenant, database.uuid, blueprint, { dry_run: true });
      expect(answer.body.data).toMatchObject({ status: "completed", is_dry_run: true });
      expect(answer.body.data.execution_log).toHaveLength(script.length);
      for (const entry of answer.body.data.execution_log) expect(entry.permanent).toBe(false);
      expect(await digestOf(url)).toBe(digest);
      if (engine === "postgres") {
        expect(answer.body.data.execution_log[4]).toMatchObject({
          status: "not_rehearsed",
          message: expect.stringContaining("outlive"),
        });
        expect(await session.query("SELECT last_value FROM numbers")).toEqual([
          { last_value: "5" },
        ]);
      }

      const wrong = await newBlueprint(tenant, `${script[0]};\n${failing}`, { engine });
      const failed = await applyBlueprint(tenant, database.uuid, wrong, { dry_run: true });
      expect(failed.body.data).toMatchObject({ status: "rolled_back", statements_failed: 1 });
      expect(await digestOf(url)).toBe(digest);
      await session.end();
    });

    test("a dry run has the triggers, routines and views of the database", async () => {
      const tenant = await newTenant();
      const database = await newDatabase(tenant, { db_type: engine });
      const session = await openSql(database.connection_string);
      for (const statement of lively[engine]) await session.query(statement);
      const digest = await digestOf(database.connection_string);
      const script = `INSERT INTO people (id, name) VALUES (1, 'Ada');
        INSERT INTO witness (n) SELECT count(*) FROM log;
        INSERT INTO witness (n) SELECT twice(n) FROM a_people_count`;
      const uuid = await newBlueprint(tenant, script, { engine });
      const rehearsed = await applyBlueprint(tenant, database.uuid, uuid, { dry_run: true });
      expect(rehearsed.body.data).toMatchObject({ status: "completed" });
      // Refused only where the trigger has written its line and the view has seen the row.
      const twice = await newBlueprint(
        tenant,
        `${script}; INSERT INTO witness SELECT id FROM log`,
        {
          engine,
        },
      );
      const refused = await applyBlueprint(tenant, database.uuid, twice, { dry_run: true });
      expect(refused.body.data).toMatchObject({ status: "rolled_back", statements_succeeded: 3 });
      expect(refused.body.data.execution_log[3].message).toMatch(/duplicate/i);
      expect(await digestOf(database.connection_string)).toBe(digest);
      const applied = await applyBlueprint(tenant, database.uuid, uuid);
      expect(applied.body.data.status, JSON.stringify(applied.body)).toBe("completed");
      expect(await session.query("SELECT n FROM witness ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }]);
      await session.end();
    });

    if (engine === "mysql") {
      test("comments that every server executes are applied as they were checked", async () => {
        const tenant = await newTenant();
        const database = await newDatabase(tenant, { db_type: engine });
        const script = `/*!40101 SET @saved = @@character_set_client */;
          /*!40101 SET character_set_client = utf8mb4 */;
          CREATE TABLE people (id int PRIMARY KEY, name varchar(100)) /*!40100 DEFAULT CHARSET=utf8mb4 */;
          INSERT INTO people VALUES (1, {{name}}) /*!40000 , (2, 'Grace') */;
          /*!40101 SET character_set_client = @saved */;`;
        const uuid = await newBlueprint(tenant, script, { engine, variables: { name: {} } });
        const variables = { name: "/*! Ada */" };
        const applied = await applyBlueprint(tenant, database.uuid, uuid, { variables });
        expect(applied.body.data.status, JSON.stringify(applied.body)).toBe("completed");
        const session = await openSql(database.connection_string);
        expect(await session.query("SELECT name FROM people ORDER BY id")).toEqual([
          { name: "/*! Ada */" },
          { name: "Grace" },
        ]);
        await session.end();
      });

      test("a dry run tells what it cannot copy, and reaches nothing outside its own place", async () => {
        const tenant = await newTenant();
        const named = `reach${randomUUID().slice(0, 8)}`;
        const database = await newDatabase(tenant, { db_type: engine, name: named });
        const { connection_string: url, db_name: name } = database;
        const session = await openSql(url);
        await session.query("CREATE TABLE people (id int PRIMARY KEY)");
        await session.query(`CREATE PROCEDURE reach() INSERT INTO ${name}.people VALUES (1)`);
        const digest = await digestOf(url);
        const uuid = await newBlueprint(tenant, "CALL reach()", { engine });
        const reached = await applyBlueprint(tenant, database.uuid, uuid, { dry_run: true });
        expect(reached.body.data).toMatchObject({ status: "rolled_back", statements_failed: 1 });
        expect(reached.body.data.execution_log[0].message).toMatch(/denied/);
        expect(await digestOf(url)).toBe(digest);

        await session.query("CREATE VIEW ids AS SELECT id FROM people");
        await session.query("DROP TABLE people");
        const broken = await applyBlueprint(tenant, database.uuid, uuid, { dry_run: true });
        expect(broken.body.data).toMatchObject({
          status: "rolled_back",
          error_message: expect.stringContaining("view ids cannot be copied"),
        });
        await session.end();
      });
    }

    test("two applications sent together run one after the other, in order", async () => {
      const tenant = await newTenant();
      const database = await newDatabase(tenant, { db_type: engine });
      const pause = engine === "postgres" ? "SELECT pg_sleep(0.3)" : "SELECT sleep(0.3)";
      const table = "CREATE TABLE IF NOT EXISTS steps (n int PRIMARY KEY)";
      const [first, second] = [
        await newBlueprint(tenant, `${table}; ${pause}; INSERT INTO steps VALUES (1)`, { engine }),
        await newBlueprint(tenant, "INSERT INTO steps VALUES (2)", { engine }),
      ];
      const one = await applyBlueprint(tenant, database.uuid, first, { wait: false });
      expect(one.status).toBe(202);
      const two = await applyBlueprint(tenant, database.uuid, second);
      expect(two.body.data.status, JSON.stringify(two.body)).toBe("completed");
      const read = await tenant.call("GET", `/api/v1/blueprint_applications/${one.body.data.id}`);
      expect(read.body.data.status).toBe("completed");
      expect(read.body.data.completed_at <= two.body.data.started_at).toBe(true);
      const both = await Promise.all(
        [1, 2].map(() => applyBlueprint(tenant, database.uuid, second)),
      );
      for (const answer of both) expect(answer.body.data.status).toBe("rolled_back");
    });

    test("values come out as they went in, whatever they hold", async () => {
      const tenant = await newTenant();
      const database = await newDatabase(tenant, { db_type: engine });
      const session = await openSql(database.connection_string);
      await session.query("CREATE TABLE held (id int PRIMARY KEY, body text)");
      const names = Array.from({ length: 40 }, (_, n) => `v${n}`);
      const blueprint = await newBlueprint(
        tenant,
        `DELETE FROM held WHERE id >= 0; INSERT INTO held VALUES ${names
          .map((name, n) => `(${n}, {{${name}}})`)
          .join(", ")}`,
        { engine, variables: Object.fromEntries(names.map((name) => [name, { type: "string" }])) },
      );
      const pieces = [
        "'",
        '"',
        "\\",
        "`",
        ";",
        "--",
        "/*",
        "*/",
        "#",
        "$$",
        "$a$",
        "\n",
        "\r",
        "é",
      ];
      const more = [
        "😀",
        "DROP TABLE held",
        "{{v0}}",
        "%s",
        "\u2028",
        "E'",
        "';",
        "\\'",
        "x",
        " ",
        "\u0001",
      ];
      const all = [...pieces, ...more];
      let seed = 7;
      const random = (max: number) => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return seed % max;
      };
      for (let round = 0; round < 25; round++) {
        const values = names.map(() =>
          Array.from({ length: random(9) }, () => all[random(all.length)]).join(""),
        );
        const answer = await applyBlueprint(tenant, database.uuid, blueprint, {
          variables: Object.fromEntries(names.map((name, n) => [name, values[n]])),
        });
        expect(answer.body.data?.status, JSON.stringify(answer.body).slice(0, 3_000)).toBe(
          "completed",
        );
        const log: Entry[] = answer.body.data.execution_log;
        expect(log.map((entry) => entry.kind)).toEqual(["delete", "insert"]);
        const rows = await session.query("SELECT body FROM held ORDER BY id");
        expect(rows.map((row) => row.body)).toEqual(values);
      }
      const nul = await applyBlueprint(tenant, database.uuid, blueprint, {
        variables: Object.fromEntries(names.map((name) => [name, "a\0b"])),
      });
      expect(nul.body.error.code).toBe("invalid_variables");
      await session.end();
    });
  });
}

test("wrong values are refused and named", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const blueprint = await newBlueprint(
    tenant,
    "SELECT {{n}}, {{s}}, {{d}}; SELECT * FROM {{t:ident}}",
    {
      variables: {
        n: { type: "integer", enum: [1, 2] },
        s: { pattern: "^[a-z]+$" },
        d: { type: "date", default: "2024-02-29" },
        t: {},
      },
    },
  );
  const good = { n: 1, s: "abc", t: "pg_class" };
  const cases: [Record<string, unknown>, string[]][] = [
    [{ ...good, n: "1" }, ["n"]],
    [{ ...good, n: 3 }, ["n"]],
    [{ ...good, s: "ABC" }, ["s"]],
    [{ ...good, d: "2023-02-29" }, ["d"]],
    [{ ...good, t: "" }, ["t"]],
    [{ ...good, t: "x".repeat(64) }, ["t"]],
    [{ ...good, extra: 1 }, ["extra"]],
    [{ s: "ABC" }, ["n", "s", "t"]],
    [{ ...good, s: "\ud800" }, ["s"]],
  ];
  for (const [variables, named] of cases) {
    const answer = await applyBlueprint(tenant, database.uuid, blueprint, { variables });
    expect(answer.body.error?.code, JSON.stringify(variables)).toBe("invalid_variables");
    expect(answer.body.error.details.variables.sort()).toEqual(named);
  }
  const fine = await applyBlueprint(tenant, database.uuid, blueprint, { variables: good });
  expect(fine.body.data.status, JSON.stringify(fine.body)).toBe("completed");
});

test("values that make the script too long are refused before anything is run", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const script = `SELECT ${"{{word}}, ".repeat(200)}{{n}}`;
  const declared = { word: { type: "string" }, n: { type: "integer" } };
  const blueprint = await newBlueprint(tenant, script, { variables: declared });
  const answer = await applyBlueprint(tenant, database.uuid, blueprint, {
    variables: { word: "x".repeat(65_000), n: 1 },
  });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({
    code: "invalid_variables",
    message: expect.stringContaining("8388608 characters"),
    details: { variables: ["word"] },
  });
});

test("a failure is told whatever the server says of it, and however long", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  // Each of these letters is two of UTF-16, so one of the two texts is cut between them.
  for (const first of ["", "x"]) {
    const said = `'${first}' || repeat(U&'\\+01F600', 3000)`;
    const blueprint = await newBlueprint(
      tenant,
      `DO $$ BEGIN RAISE EXCEPTION '%', ${said}; END $$`,
    );
    const { body } = await applyBlueprint(tenant, database.uuid, blueprint);
    expect(body.data).toMatchObject({ status: "rolled_back", statements_failed: 1 });
    expect(body.data.error_message).toContain("\u{1f600}\u{1f600}");
    expect(body.data.error_message.isWellFormed()).toBe(true);
  }
});

test("an application tells of its end once, and needs both scopes", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const good = await newBlueprint(tenant, "CREATE TABLE told (id int)");
  await applyBlueprint(tenant, database.uuid, good);
  await applyBlueprint(tenant, database.uuid, good);
  const events = await tenant.call("GET", "/api/v1/events");
  const told = events.body.data.filter((e: { type: string }) => e.type.startsWith("blueprint"));
  expect(told.map((each: { type: string }) => each.type)).toEqual([
    "blueprint_application.rolled_back",
    "blueprint_application.completed",
  ]);
  expect(told[1].data).toMatchObject({ database_uuid: database.uuid, blueprint_uuid: good });
  const narrow = await newTenant({ permissions: ["databases:read", "databases:write"] });
  const own = await newDatabase(narrow);
  const refused = await applyBlueprint(narrow, own.uuid, good);
  expect(refused.body.error).toMatchObject({
    code: "missing_scope",
    details: { missing_scope: "blueprints:read" },
  });
});

test("a script runs as the customer's login and reaches nothing else", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const blueprint = await newBlueprint(
    tenant,
    "CREATE TABLE who AS SELECT current_user AS login; DO $$ BEGIN EXECUTE 'ALTER ROLE ' || 'postgres SUPERUSER'; END $$",
  );
  const answer = await applyBlueprint(tenant, database.uuid, blueprint);
  expect(answer.body.data).toMatchObject({ status: "rolled_back", statements_succeeded: 1 });
  const who = await newBlueprint(tenant, "CREATE TABLE who AS SELECT current_user AS login");
  await applyBlueprint(tenant, database.uuid, who);
  const session = await openSql(database.connection_string);
  expect(await session.query("SELECT login FROM who")).toEqual([{ login: database.db_username }]);
  await session.end();
});

test("a megabyte of inserts is applied in the background, and its progress can be watched", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const rows = Array.from(
    { length: 5_000 },
    (_, n) => `INSERT INTO items VALUES (${n}, 'name ${n}', '${"x".repeat(140)}');`,
  );
  const pause = "SELECT pg_sleep(0.02);";
  const script = [
    "CREATE TABLE items (id int PRIMARY KEY, name text, body text);",
    ...rows.flatMap((row, n) => (n % 50 === 0 ? [row, pause] : [row])),
  ].join("\n");
  expect(script.length).toBeGreaterThan(900_000);
  const blueprint = await newBlueprint(tenant, script);
  const begun = await applyBlueprint(tenant, database.uuid, blueprint, { timeout: 1 });
  expect(begun.status).toBe(202);
  expect(begun.headers.get("location")).toContain(`/blueprint_applications/${begun.body.data.id}`);
  const seen: number[] = [];
  const ended = await until(
    async () => {
      const read = await tenant.call("GET", `/api/v1/blueprint_applications/${begun.body.data.id}`);
      seen.push(read.body.data.statements_succeeded);
      return read.body.data;
    },
    (data) => data.completed_at !== null,
  );
  expect(ended).toMatchObject({ status: "completed", statements_succeeded: 5_101 });
  expect(ended.execution_log).toHaveLength(5_101);
  expect(new Set(seen).size).toBeGreaterThan(3);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
});

test("an application to a database that is deleted meanwhile ends too", async () => {
  const tenant = await newTenant();
  const database = await newDatabase(tenant);
  const slow = await newBlueprint(tenant, "SELECT pg_sleep(2)");
  const next = await newBlueprint(tenant, "CREATE TABLE never (id int)");
  await applyBlueprint(tenant, database.uuid, slow, { wait: false });
  const waiting = await applyBlueprint(tenant, database.uuid, next, { wait: false });
  expect((await tenant.call("DELETE", `/api/v1/databases/${database.uuid}`)).status).toBe(200);
  const { id } = waiting.body.data;
  const ended = await until(
    async () => {
      await admin("POST", "/sweep");
      return (await tenant.call("GET", `/api/v1/blueprint_applications/${id}`)).body.data;
    },
    ({ status }) => !["pending", "running"].includes(status),
  );
  expect(ended).toMatchObject({
    status: "rolled_back",
    error_message: "The database was deleted before its turn came",
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { errorCodes, warningCodes } from "../../src/polykomos/blueprints/sql/findings.ts";
import { newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { applyBlueprint, digestOf, newBlueprint, openSql } from "../support/blueprints.ts";
import { root } from "../support/build.ts";
import { rentalStoreMysql, rentalStorePostgres } from "../support/rental-store.ts";
import { mysqlCases, postgresCases, type ScriptCase } from "../support/script-cases.ts";

async function validate(tenant: Tenant, sqlContent: string, more: Record<string, unknown> = {}) {
  const answer = await tenant.call("POST", "/api/v1/blueprint_validations", {
    body: { sql_content: sqlContent, ...more },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.data;
}

const codeOf = (text: string) => text.split(":")[0] ?? "";

function codesOf(data: { errors: string[]; warnings: string[] }): string[] {
  return [...data.errors, ...data.warnings].map(codeOf);
}

const reached = new Set<string>();

describe.each([
  ["postgres", postgresCases],
  ["mysql", mysqlCases],
] as [string, ScriptCase[]][])("on %s", (engine, cases) => {
  test("statements are counted exactly, and each rule finds what it is for and no more", async () => {
    const tenant = await newTenant();
    const wrong: unknown[] = [];
    for (const [script, statements, codes] of cases) {
      const data = await validate(tenant, script, { engine });
      const found = codesOf(data);
      for (const code of found) reached.add(code);
      const isRight =
        data.statement_count === statements &&
        JSON.stringify(found.toSorted()) === JSON.stringify(codes.toSorted()) &&
        data.valid === (data.errors.length === 0);
      if (!isRight) {
        const told = [...data.errors, ...data.warnings].slice(0, 4);
        wrong.push({ script: script.slice(0, 200), statements: data.statement_count, told });
      }
    }
    expect(wrong).toEqual([]);
  });
});

test("every code has been reached, and the scripts hold more than two hundred statements", async () => {
  const tenant = await newTenant();
  const declared = { a: { type: "string" }, n: { type: "integer" } };
  const scripts: [string, string[]][] = [
    ["SELECT {{b}}", ["undeclared_variable"]],
    ["SELECT '{{a}}'", ["variable_in_quotes"]],
    ["SELECT * FROM {{n:ident}}", ["wrong_placeholder"]],
    ["SELECT {{a}}, {{n}}", []],
  ];
  for (const [script, codes] of scripts) {
    const data = await validate(tenant, script, { variables: declared });
    expect(data.errors.map(codeOf)).toEqual(codes);
    for (const code of codes) reached.add(code);
  }
  const narrow = await validate(tenant, "CREATE TABLE IF NOT EXISTS t (a jsonb[])");
  expect(narrow).toMatchObject({ valid: true, manifest: { engines: ["postgres"] } });
  for (const text of narrow.warnings) reached.add(codeOf(text));
  const all = [...Object.keys(errorCodes), ...Object.keys(warningCodes)];
  expect(all.filter((code) => !reached.has(code))).toEqual([]);
  const counted = [...postgresCases, ...mysqlCases].filter(([script]) => script.length < 5_000);
  expect(counted.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(200);
});

test("the manifest says what a script makes, changes, drops and loses", async () => {
  const tenant = await newTenant();
  const data = await validate(
    tenant,
    `CREATE TABLE IF NOT EXISTS made (id int);
     ALTER TABLE changed ADD COLUMN IF NOT EXISTS a int;
     DROP TABLE IF EXISTS dropped;
     INSERT INTO made VALUES ({{n}});
     DELETE FROM {{t:ident}} WHERE a = {{n}};`,
  );
  expect(data).toMatchObject({ valid: true, statement_count: 5 });
  expect(data.manifest).toMatchObject({
    statements: { create_table: 1, alter_table: 1, drop_table: 1, insert: 1, delete: 1 },
    objects: {
      created: [{ type: "table", name: "made" }],
      altered: [{ type: "table", name: "changed" }],
      dropped: [{ type: "table", name: "dropped" }],
    },
    variables: [
      { name: "n", used_as: ["value"] },
      { name: "t", used_as: ["identifier"] },
    ],
    destructive: true,
    re_runnable: false,
  });
});

test("a script that is too deep for the parser spoils none that comes after it", async () => {
  const tenant = await newTenant({ controls: { requests_per_minute: 1_000 } });
  for (let n = 0; n < 80; n++) {
    const deep = `DO $$ BEGIN PERFORM 1${"+1".repeat(3_000 + n * 100)}; END $$`;
    await validate(tenant, deep, { engine: "postgres" });
    const plain = await validate(tenant, "INSERT INTO t VALUES (1)", { engine: "postgres" });
    expect([n, plain.errors]).toEqual([n, []]);
  }
});

for (const engine of ["postgres", "mysql"] as const) {
  const isThere = engine === "postgres" || inject("suite").mysql !== null;
  test.skipIf(!isThere)(
    `the script of a grown application is taken as it is, rehearsed and applied on ${engine}`,
    async () => {
      const tenant = await newTenant();
      const store = engine === "postgres" ? rentalStorePostgres() : rentalStoreMysql();
      const data = await validate(tenant, store.script, { engine });
      expect(data).toMatchObject({ valid: true, errors: [], statement_count: store.statements });
      const database = await newDatabase(tenant, { db_type: engine });
      const blueprint = await newBlueprint(tenant, store.script, { engine });
      const untouched = await digestOf(database.connection_string);
      for (const isRehearsal of [true, false]) {
        const body = { dry_run: isRehearsal, timeout: 120 };
        const answer = await applyBlueprint(tenant, database.uuid, blueprint, body);
        expect(answer.body.data, JSON.stringify(answer.body).slice(-1_500)).toMatchObject({
          status: "completed",
        });
        if (isRehearsal) expect(await digestOf(database.connection_string)).toBe(untouched);
      }
      const session = await openSql(database.connection_string);
      for (const [table, rows] of Object.entries(store.rows)) {
        const [found] = await session.query(`SELECT count(*) AS n FROM ${table}`);
        expect([table, Number(found?.n)]).toEqual([table, rows]);
      }
      const again = await applyBlueprint(tenant, database.uuid, blueprint, { dry_run: true });
      expect(again.body.data).toMatchObject({ status: "rolled_back", statements_failed: 1 });
      await session.end();
    },
  );
}

const samples = join(root, "..", "shared", "data");
const areSamplesThere = existsSync(samples);
if (!areSamplesThere) console.warn("No sample scripts beside the clone: their tests are skipped");

describe.skipIf(!areSamplesThere)("with sample scripts", () => {
  test("statements are seen as PostgreSQL's own parser sees them", async () => {
    const tenant = await newTenant();
    type Sample = { sql: string; parses: boolean; statements?: number };
    const file = join(samples, "bad-inputs", "statement-cases.json");
    const cases: Sample[] = JSON.parse(readFileSync(file, "utf8"));
    for (const { sql, parses, statements } of cases.filter((each) => !each.sql.includes("({{"))) {
      const data = await validate(tenant, sql, { engine: "postgres" });
      const isRead = !data.errors.some((text: string) => /^(syntax|empty_script)/.test(text));
      if (statements !== 0) expect(isRead, sql).toBe(parses);
      if (parses) expect(data.statement_count, sql).toBe(statements);
    }
  });

  const dumps = [
    ["chinook.pg.sql", "postgres", 57, "track", 3_503],
    ["northwind.pg.sql", "postgres", 3_425, "order_details", 2_155],
    ["chinook.mysql.sql", "mysql", 57, "Track", 3_503],
  ] as const;
  for (const [name, engine, statements, table, rows] of dumps) {
    const isThere = engine === "postgres" || inject("suite").mysql !== null;
    test.skipIf(!isThere)(
      `the dump ${name} is refused for what it may not do, and applied without`,
      async () => {
        const tenant = await newTenant();
        const text = readFileSync(join(samples, "sql-dumps", name), "utf8");
        if (name.startsWith("chinook")) {
          const refused = await validate(tenant, text, { engine });
          const codes = refused.errors.map(codeOf);
          expect(codes.slice(0, 2)).toEqual(["drop_database", "database_statement"]);
        }
        const script = text
          .replaceAll(/^(DROP|CREATE) DATABASE.*$/gim, "")
          .replaceAll(/^(\\c|USE).*$/gm, "");
        const data = await validate(tenant, script, { engine });
        expect(data).toMatchObject({ valid: true, statement_count: statements });
        const database = await newDatabase(tenant, { db_type: engine });
        const blueprint = await newBlueprint(tenant, script, { engine });
        const answer = await applyBlueprint(tenant, database.uuid, blueprint, { timeout: 120 });
        expect(answer.body.data, JSON.stringify(answer.body).slice(0, 500)).toMatchObject({
          status: "completed",
          statements_succeeded: statements,
        });
        const session = await openSql(database.connection_string);
        const [found] = await session.query(`SELECT count(*) AS n FROM ${table}`);
        expect(Number(found?.n)).toBe(rows);
        await session.end();
      },
    );
  }
});

import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import {
  introspectMysql,
  mysqlSchemaHashSql,
} from "../../src/polykomos/queries/catalog/introspect-mysql.ts";
import {
  introspectPostgres,
  postgresSchemaHashSql,
} from "../../src/polykomos/queries/catalog/introspect-postgres.ts";
import type { CatalogRow, ReadRows } from "../../src/polykomos/queries/catalog/port.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import type { Dialect } from "../../src/polykomos/queries/translator.ts";
import { makeProbe } from "../../src/polykomos/queries/values/probe.ts";
import { mysqlServer, mysqlTest } from "../support/mysql.ts";
import { sql, superuserUrl } from "../support/sql.ts";

const NAME = `questions_${crypto.randomUUID().slice(0, 8)}`;
const OTHER_CITIES = 300;

/** The same shop on both engines; its towns are too many to be known beforehand. */
const shared = [
  "CREATE TABLE towns (id int PRIMARY KEY, name varchar(80) NOT NULL)",
  "CREATE TABLE customers (id int PRIMARY KEY, name varchar(80) NOT NULL, town_id int NOT NULL, status varchar(20), FOREIGN KEY (town_id) REFERENCES towns (id))",
  "INSERT INTO towns VALUES (1, 'Nantes'), (2, 'Bergen')",
  `INSERT INTO towns VALUES ${Array.from({ length: OTHER_CITIES }, (_, index) => `(${index + 10}, 'Town ${index}')`).join(", ")}`,
  "INSERT INTO customers VALUES (1, 'Ada', 1, 'active'), (2, 'Grace', 2, 'closed'), (3, 'Mary', 1, 'active')",
];

type Engine = { dialect: Dialect; read: ReadRows; end(): Promise<void> };

async function openPostgres(): Promise<Engine> {
  const client = new Client({ connectionString: superuserUrl(NAME) });
  await client.connect();
  const read: ReadRows = async (text, params) =>
    (await client.query<CatalogRow>(text, [...params])).rows;
  return { dialect: "postgres", read, end: () => client.end() };
}

async function openMysql(): Promise<Engine> {
  const { host, port, user, password } = mysqlServer();
  const connection = await createConnection({ host, port, user, password, database: NAME });
  const read: ReadRows = async (text, params) => {
    const [rows] = await connection.query(text, [...params]);
    return Array.isArray(rows) ? rows.map((row): CatalogRow => ({ ...row })) : [];
  };
  return { dialect: "mysql", read, end: () => connection.end() };
}

async function answer(engine: Engine, catalog: Catalog, text: string): Promise<unknown[]> {
  const { dialect, read } = engine;
  const probe = makeProbe(catalog, dialect, read);
  const now = new Date("2026-11-21T12:00:00Z");
  const translation = await embeddedTranslator.translate({ text, dialect, catalog, now, probe });
  if (translation.kind !== "sql") throw new Error(`refused: ${translation.unknown.join(" ")}`);
  return (await read(translation.sql, [])).map((row) => Object.values(row)[0]);
}

async function promises(engine: Engine, catalog: Catalog): Promise<void> {
  const customers = catalog.tables.find((table) => table.name === "customers");
  expect(customers).toMatchObject({
    primaryKey: ["id"],
    foreignKeys: [
      expect.objectContaining({ columns: ["town_id"], table: "towns", references: ["id"] }),
    ],
  });
  const kinds = customers?.columns.map(({ name, kind, isNullable }) => [name, kind, isNullable]);
  expect(kinds).toEqual([
    ["id", "number", false],
    ["name", "text", false],
    ["town_id", "number", false],
    ["status", "text", true],
  ]);
  const known = customers?.columns.find(({ name }) => name === "status");
  expect([...(known?.values ?? [])].sort()).toEqual(["active", "closed"]);
  const towns = catalog.tables.find((table) => table.name === "towns");
  expect(towns?.columns.find(({ name }) => name === "name")?.values).toEqual([]);

  // Nantes is no value that the catalog knows; the probe finds it, whatever its case.
  const people = await answer(engine, catalog, "Which customers live in the town nantes?");
  expect(people.sort()).toEqual(["Ada", "Mary"]);
  const counted = await answer(engine, catalog, "How many active customers are there?");
  expect(counted.map(Number)).toEqual([2]);
}

beforeAll(async () => {
  await sql(superuserUrl("postgres"), `CREATE DATABASE ${NAME}`);
  for (const statement of shared) await sql(superuserUrl(NAME), statement);
});

afterAll(async () => {
  await sql(superuserUrl("postgres"), `DROP DATABASE ${NAME} WITH (FORCE)`);
});

describe("a catalog that was read from a database", () => {
  test("has what PostgreSQL knows, of all its schemas, and answers with it", async () => {
    await sql(superuserUrl(NAME), "CREATE SCHEMA back_office");
    await sql(superuserUrl(NAME), "CREATE TYPE back_office.level AS ENUM ('low', 'high')");
    await sql(
      superuserUrl(NAME),
      "CREATE TABLE back_office.alarms (id int PRIMARY KEY, level back_office.level); COMMENT ON TABLE back_office.alarms IS 'warnings'",
    );
    const engine = await openPostgres();
    try {
      const [before] = await engine.read(postgresSchemaHashSql, []);
      const catalog = await introspectPostgres(engine.read);
      await promises(engine, catalog);
      const alarms = catalog.tables.find((table) => table.name === "alarms");
      expect(alarms).toMatchObject({ schema: "back_office", comment: "warnings" });
      expect(alarms?.columns[1]?.values).toEqual(["low", "high"]);
      await engine.read("ALTER TABLE customers ADD COLUMN note text", []);
      expect(await engine.read(postgresSchemaHashSql, [])).not.toEqual([before]);
    } finally {
      await engine.end();
    }
  });

  test("knows the values of a big table only where PostgreSQL's statistics have them all", async () => {
    await sql(
      superuserUrl(NAME),
      `CREATE TABLE parcels (id int PRIMARY KEY, depot text, state text, note text);
       INSERT INTO parcels SELECT i, CASE WHEN i % 100 = 0 THEN 'Depot ' || i ELSE 'Main depot' END,
         CASE WHEN i % 3 = 0 THEN 'lost' ELSE 'delivered' END, repeat('x', 400)
       FROM generate_series(1, 15000) AS i; ANALYZE parcels`,
    );
    const engine = await openPostgres();
    try {
      const catalog = await introspectPostgres(engine.read);
      const parcels = catalog.tables.find((table) => table.name === "parcels");
      const valuesOf = (name: string) =>
        parcels?.columns.find((column) => column.name === name)?.values;
      expect(valuesOf("state")?.toSorted()).toEqual(["delivered", "lost"]);
      expect(valuesOf("depot")).toEqual([]);
      const counted = await answer(engine, catalog, "How many parcels have the depot 'depot 700'?");
      expect(counted.map(Number)).toEqual([1]);
    } finally {
      await engine.end();
    }
  });

  mysqlTest("has what MySQL knows, and answers with it", async () => {
    const { host, port, user, password } = mysqlServer();
    const operator = await createConnection({ host, port, user, password });
    await operator.query(`CREATE DATABASE ${NAME}`);
    await operator.query(`USE ${NAME}`);
    for (const statement of shared) await operator.query(statement);
    const engine = await openMysql();
    try {
      const [before] = await engine.read(mysqlSchemaHashSql, []);
      await promises(engine, await introspectMysql(engine.read));
      await engine.read("ALTER TABLE customers ADD COLUMN note text", []);
      expect(await engine.read(mysqlSchemaHashSql, [])).not.toEqual([before]);
    } finally {
      await engine.end();
      await operator.query(`DROP DATABASE ${NAME}`);
      await operator.end();
    }
  });
});

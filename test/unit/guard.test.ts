import { beforeAll, describe, expect, test } from "vitest";
import {
  loadMysqlGrammar,
  type MysqlGrammar,
} from "../../src/polykomos/blueprints/sql/mysql-parser.ts";
import type { PostgresParser } from "../../src/polykomos/blueprints/sql/postgres-parser.ts";
import { checkMysql } from "../../src/polykomos/queries/guard/mysql.ts";
import { checkPostgres } from "../../src/polykomos/queries/guard/postgres.ts";
import { checkedText, type Verdict, verdictOf } from "../../src/polykomos/queries/guard/verdict.ts";
import { hostileMysql, hostilePostgres } from "../support/hostile-sql.ts";
import { nodePostgresParser } from "../support/postgres-parser.ts";
import { shopCatalog } from "../support/shop.ts";

let parser: PostgresParser;
let grammar: MysqlGrammar;

beforeAll(async () => {
  [parser, grammar] = await Promise.all([nodePostgresParser(), loadMysqlGrammar()]);
});

const catalog = shopCatalog();

function onPostgres(sql: string): Verdict {
  return verdictOf(() => checkPostgres(parser, checkedText(sql), catalog, () => {}));
}

function onMysql(sql: string): Verdict {
  return verdictOf(() => checkMysql(grammar, checkedText(sql), shopCatalog("shop")));
}

const engines = [
  ["PostgreSQL", onPostgres, hostilePostgres],
  ["MySQL", onMysql, hostileMysql],
] as const;

function fateOf(verdict: Verdict): string {
  if (verdict.kind === "refused") return "refused";
  return verdict.confirm === null ? "harmless" : "confirm";
}

describe.each(engines)("on %s", (_, check, hostile) => {
  test("no hostile statement gets through", () => {
    expect(hostile.length).toBeGreaterThanOrEqual(150);
    const wrong = hostile
      .map(({ sql, fate }) => ({ sql: sql.slice(0, 100), fate, verdict: check(sql) }))
      .filter(({ fate, verdict }) => fateOf(verdict) !== fate);
    expect(wrong).toEqual([]);
  });

  test("what may run without a question is a read", () => {
    for (const { sql, fate } of hostile) {
      if (fate === "harmless") expect(check(sql)).toMatchObject({ class: "read" });
    }
  });

  test.each([
    ["INSERT INTO customers (name) VALUES ('x')", "write"],
    [
      "INSERT INTO customers (id, name) SELECT id, name FROM big_customers JOIN customers USING (id)",
      "write",
    ],
    ["UPDATE customers SET name = 'x' WHERE id = 1", "write"],
    ["DELETE FROM customers WHERE age > (SELECT avg(age) FROM customers)", "write"],
    ["CREATE TABLE notes (id int PRIMARY KEY, customer_id int REFERENCES customers (id))", "ddl"],
    ["CREATE TABLE old_orders AS SELECT * FROM orders", "ddl"],
    ["CREATE VIEW names AS SELECT name FROM customers", "ddl"],
    ["CREATE INDEX by_name ON customers (name)", "ddl"],
    ["ALTER TABLE customers ADD COLUMN email varchar(100)", "ddl"],
    ["ALTER TABLE customers RENAME COLUMN name TO full_name", "ddl"],
    ["ALTER TABLE customers RENAME TO clients", "ddl"],
  ])("%s is allowed as a %s", (sql, kind) => {
    expect(check(sql)).toMatchObject({ kind: "allowed", class: kind, confirm: null });
  });

  test.each([
    "SELECT name, count(*) AS n FROM customers GROUP BY name HAVING count(*) > 1 ORDER BY n DESC LIMIT 5",
    "SELECT max(total), min(total), avg(total), sum(total) FROM orders",
    "SELECT * FROM customers c LEFT JOIN orders o ON c.id = o.customer_id WHERE o.id IS NULL",
    "SELECT DISTINCT name FROM customers WHERE age BETWEEN 18 AND 30 AND name LIKE 'A%'",
    "SELECT CASE WHEN age > 30 THEN 'old' ELSE 'young' END AS kind FROM customers",
    "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)",
    "SELECT rank() OVER (ORDER BY total DESC) AS place, total FROM orders",
    "SELECT coalesce(name, 'nobody'), upper(name), round(age / 2.0, 1) FROM customers",
    "SELECT concat(name, ' ', age) FROM customers WHERE name IN ('Ada', 'Bob')",
  ])("an honest question is let through: %s", (sql) => {
    expect(check(sql)).toEqual({ kind: "allowed", class: "read", confirm: null, sql });
  });

  test("the text that is answered has no comments and no semicolon", () => {
    expect(check("SELECT 1 /* one */ FROM customers; -- two")).toMatchObject({
      sql: "SELECT 1   FROM customers",
    });
  });

  test("a text above ten kilobytes is refused, one just below is read", () => {
    const padded = (length: number) => `SELECT 'x' FROM customers${" ".repeat(length - 25)}`;
    expect(check(padded(10 * 1_024))).toMatchObject({ kind: "allowed" });
    expect(check(padded(10 * 1_024 + 1))).toMatchObject({ kind: "refused", code: "too_long" });
  });

  test("twelve tables may be joined, thirteen may not", () => {
    const join = (count: number) =>
      `SELECT 1 FROM ${Array.from({ length: count }, (_, index) => `customers c${index}`).join(", ")}`;
    expect(check(join(12))).toMatchObject({ kind: "allowed" });
    expect(check(join(13))).toMatchObject({ kind: "refused", code: "too_complex" });
  });
});

test("PostgreSQL's dates, filters and JSON are let through", () => {
  const sql = `SELECT date_trunc('month', now()) AS month, extract(year FROM current_date),
    count(*) FILTER (WHERE age > 30), (age::numeric / 2), lpad(age::text, 5, '0'),
    string_agg(name, ', ' ORDER BY name), now() - interval '30 days', name ILIKE 'a%'
    FROM customers GROUP BY age, name`;
  expect(onPostgres(sql)).toMatchObject({ kind: "allowed", class: "read" });
});

test("MySQL's quoted names are let through wherever they stand", () => {
  const sql =
    "SELECT `c`.`name`, `customers`.age FROM `customers` JOIN `shop`.`customers` `c` USING (`id`)";
  expect(onMysql(sql)).toMatchObject({ kind: "allowed", class: "read" });
});

test("MySQL's dates, grouping and casts are let through", () => {
  const sql = `SELECT DATE_FORMAT(NOW(), '%Y-%m') AS month, YEAR(CURDATE()),
    SUM(CASE WHEN age > 30 THEN 1 ELSE 0 END), CAST(age AS DECIMAL(10,2)), LPAD(age, 5, '0'),
    GROUP_CONCAT(name ORDER BY name SEPARATOR ', '), NOW() - INTERVAL 30 DAY, IFNULL(name, 'x')
    FROM customers GROUP BY age, name`;
  expect(onMysql(sql)).toMatchObject({ kind: "allowed", class: "read" });
});

import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import type { Dialect, ValueHit } from "../../src/polykomos/queries/translator.ts";
import { shop } from "../support/question-catalogs.ts";

const NOON = new Date("2026-11-21T12:00:00Z");

async function sqlOf(
  text: string,
  dialect: Dialect = "postgres",
  catalog: Catalog = shop,
  hits: ValueHit[] = [],
): Promise<string> {
  const probe = async () => hits;
  const answer = await embeddedTranslator.translate({ text, dialect, catalog, now: NOON, probe });
  return answer.kind === "sql" ? answer.sql : `refused: ${answer.unknown.join(" ")}`;
}

/** A class of questions, then pairs of a question and what PostgreSQL is asked. */
const classes: Record<string, [string, string][]> = {
  "lists columns": [
    ["List the name and price of all products.", "SELECT name, price FROM products"],
    ["What are the different cities of customers?", "SELECT DISTINCT city FROM customers"],
    ["Show all customers", "SELECT name FROM customers"],
  ],
  "counts rows, and values once": [
    ["How many customers are there?", "SELECT count(*) FROM customers"],
    [
      "How many different countries do customers come from?",
      "SELECT count(DISTINCT country) FROM customers",
    ],
  ],
  "computes aggregates": [
    ["What is the average price of products?", "SELECT avg(price) FROM products"],
    [
      "What are the maximum and minimum salary of employees?",
      "SELECT max(salary), min(salary) FROM employees",
    ],
  ],
  "compares with numbers": [
    ["Which products cost more than 20?", "SELECT name FROM products WHERE price > 20"],
    [
      "List the names of products with a weight between 2 and 5.",
      "SELECT name FROM products WHERE weight BETWEEN 2 AND 5",
    ],
    [
      "What are the names of products with a price above the average?",
      "SELECT name FROM products WHERE price > (SELECT avg(price) FROM products)",
    ],
  ],
  "finds values as the database writes them": [
    ["Which customers live in paris?", "SELECT name FROM customers WHERE city = 'Paris'"],
    [
      "List the emails of customers from Paris or Rome.",
      "SELECT email FROM customers WHERE (city = 'Paris' OR city = 'Rome')",
    ],
    ["How many female customers are there?", "SELECT count(*) FROM customers WHERE gender = 'F'"],
    ["Which customers are not from Italy?", "SELECT name FROM customers WHERE country <> 'Italy'"],
  ],
  'denies both of two values that "or" joins': [
    [
      "Which customers are not from Italy or France?",
      "SELECT name FROM customers WHERE country <> 'Italy' AND country <> 'France'",
    ],
    [
      "Which customers are not from Italy or not from France?",
      "SELECT name FROM customers WHERE (country <> 'Italy' OR country <> 'France')",
    ],
    [
      "Which customers have no open or shipped orders?",
      "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE (status = 'open' OR status = 'shipped') AND customer_id IS NOT NULL)",
    ],
  ],
  "looks for patterns": [
    [
      "List the names of products whose name starts with 'La'.",
      "SELECT name FROM products WHERE name ILIKE 'La%'",
    ],
    [
      "Which products have a name containing 'am'?",
      "SELECT name FROM products WHERE name ILIKE '%am%'",
    ],
  ],
  "orders and ranks": [
    [
      "List the names of products sorted by price in descending order.",
      "SELECT name FROM products ORDER BY price DESC",
    ],
    [
      "What is the name of the most expensive product?",
      "SELECT name FROM products ORDER BY price DESC NULLS LAST LIMIT 1",
    ],
    [
      "Show the names of the 3 products with the lowest price.",
      "SELECT name FROM products ORDER BY price ASC LIMIT 3",
    ],
    [
      "What is the most common city of customers?",
      "SELECT city FROM customers GROUP BY city ORDER BY count(*) DESC LIMIT 1",
    ],
  ],
  groups: [
    [
      "How many customers are there in each country?",
      "SELECT count(*), country FROM customers GROUP BY country",
    ],
    [
      "Which cities have more than 2 customers?",
      "SELECT city FROM customers GROUP BY city HAVING count(*) > 2",
    ],
  ],
  "joins along keys": [
    [
      "List the names of products in the category Furniture.",
      "SELECT products.name FROM products JOIN categories ON products.category_id = categories.id WHERE categories.name = 'Furniture'",
    ],
    [
      "Which customer has the most orders?",
      "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name ORDER BY count(*) DESC LIMIT 1",
    ],
  ],
  "leaves out": [
    [
      "List the names of customers who have no orders.",
      "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)",
    ],
  ],
  "asks for two values of one column at once": [
    [
      "Which customers have both open and shipped orders?",
      "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.status = 'open' INTERSECT SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.status = 'shipped'",
    ],
  ],
  "reads dates against the given moment": [
    [
      "How many orders were placed in the past 30 days?",
      "SELECT count(*) FROM orders WHERE order_date >= '2026-10-22'",
    ],
    [
      "How many orders were placed in 2025?",
      "SELECT count(*) FROM orders WHERE order_date >= '2025-01-01' AND order_date < '2026-01-01'",
    ],
    [
      "How many orders were placed after Mar 3, 2025?",
      "SELECT count(*) FROM orders WHERE order_date > '2025-03-03'",
    ],
    [
      "Which customers placed orders in 2021?",
      "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.order_date >= '2021-01-01' AND orders.order_date < '2022-01-01'",
    ],
    [
      "How many customers were born in 1990?",
      "SELECT count(*) FROM customers WHERE birth_date >= '1990-01-01' AND birth_date < '1991-01-01'",
    ],
    ["Show all orders in the past 99999999999 days.", "SELECT * FROM orders"],
    [
      "How many reviews were created on 2023-02-31?",
      "SELECT count(*) FROM reviews WHERE created_at = '2023-02-31'",
    ],
    [
      "What is the number of orders per month?",
      "SELECT date_trunc('month', order_date), count(*) FROM orders GROUP BY date_trunc('month', order_date) ORDER BY date_trunc('month', order_date) ASC",
    ],
  ],
  "takes the days of a year as a whole": [
    [
      "How many orders were not placed in 2025?",
      "SELECT count(*) FROM orders WHERE (order_date < '2025-01-01' OR order_date >= '2026-01-01')",
    ],
    [
      "How many orders were not placed between 2021 and 2023?",
      "SELECT count(*) FROM orders WHERE (order_date < '2021-01-01' OR order_date >= '2024-01-01')",
    ],
    [
      "Which orders have an order date other than 2025?",
      "SELECT * FROM orders WHERE (order_date < '2025-01-01' OR order_date >= '2026-01-01')",
    ],
    [
      "Which orders were placed in 2021 or 2024?",
      "SELECT * FROM orders WHERE ((order_date >= '2021-01-01' AND order_date < '2022-01-01') OR (order_date >= '2024-01-01' AND order_date < '2025-01-01'))",
    ],
    [
      "How many orders were placed in 2021 and 2022?",
      "SELECT count(*) FROM orders WHERE ((order_date >= '2021-01-01' AND order_date < '2022-01-01') OR (order_date >= '2022-01-01' AND order_date < '2023-01-01'))",
    ],
    [
      "Which customers placed orders in 2021 and 2022?",
      "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.order_date >= '2021-01-01' AND orders.order_date < '2022-01-01' INTERSECT SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.order_date >= '2022-01-01' AND orders.order_date < '2023-01-01'",
    ],
  ],
  "compares numbers with every digit that was said": [
    [
      "Show the name of the customer with id 12345678901234567.",
      "SELECT name FROM customers WHERE id = 12345678901234567",
    ],
    [
      "Which products cost more than 99999999999999999999999?",
      "SELECT name FROM products WHERE price > 99999999999999999999999",
    ],
    ["Which products cost more than 007.50?", "SELECT name FROM products WHERE price > 7.5"],
  ],
  "compares an aggregate with two bounds": [
    [
      "Which customers have an average order total between 5 and 10?",
      "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.name HAVING avg(orders.total) BETWEEN 5 AND 10",
    ],
  ],
};

describe.each(Object.entries(classes))("a question that %s", (_name, cases) => {
  test.each(cases)("%s", async (question, sql) => {
    expect(await sqlOf(question)).toBe(sql);
  });
});

describe("the two engines", () => {
  test.each([
    ["List the names of products whose name starts with 'La'.", "LIKE 'La%'"],
    ["What is the number of orders per month?", "DATE_FORMAT(order_date, '%Y-%m-01')"],
    ["What is the name of the most expensive product?", "ORDER BY price DESC LIMIT 1"],
  ])("MySQL is asked in its own words: %s", async (question, part) => {
    expect(await sqlOf(question, "mysql")).toContain(part);
  });
});

describe("text from a question", () => {
  const hostile = [
    "List customers named 'x'; DROP TABLE customers; --'",
    'List customers named "x\' OR 1=1 --"',
    'List customers whose name contains "\\\' OR 1=1 -- "',
    'List customers whose name starts with "%_\\"',
  ];
  test.each(hostile)("never leaves its literal: %s", async (question) => {
    for (const dialect of ["postgres", "mysql"] as const) {
      const sql = await sqlOf(question, dialect);
      expect(outsideLiterals(sql, dialect)).not.toMatch(/drop|or 1|--|;/i);
    }
  });

  test("reaches the statement unchanged when it is a value with a quote", async () => {
    const hits = [{ schema: "public", table: "customers", column: "name", value: "Conan O'Brien" }];
    const sql = await sqlOf(
      'List the email of the customer named "Conan O\'Brien"',
      "postgres",
      shop,
      hits,
    );
    expect(sql).toBe("SELECT email FROM customers WHERE name = 'Conan O''Brien'");
  });
});

function outsideLiterals(sql: string, dialect: Dialect): string {
  const literal = dialect === "mysql" ? /'(?:[^'\\]|\\.|'')*'/g : /'(?:[^']|'')*'/g;
  return sql.replace(literal, "?");
}

test("what nothing joins cannot be left out, and is not passed over", async () => {
  expect(await sqlOf("Which employees have no suppliers?")).toBe("refused: ");
});

test("a ranking is cut off at whole and possible numbers of rows alone", async () => {
  for (const rows of ["2.5", "-3", "0", "99999999999999999999999"]) {
    expect(await sqlOf(`Show the top ${rows} products by price.`)).not.toMatch(/LIMIT/);
  }
});

describe("the same question", () => {
  test("has the same answer, byte for byte, every time it is asked", async () => {
    const questions = Object.values(classes).flatMap((cases) =>
      cases.map(([question]) => question),
    );
    const once = await Promise.all(questions.map((question) => sqlOf(question)));
    for (let run = 0; run < 3; run += 1) {
      const fresh = structuredClone(shop);
      const again = await Promise.all(
        questions.map((question) => sqlOf(question, "postgres", fresh)),
      );
      expect(again).toEqual(once);
    }
  });
});

describe("a confidence", () => {
  test("is lower where words of the question mean nothing", async () => {
    const ask = async (text: string) => {
      const asked = { text, dialect: "postgres" as const, catalog: shop, now: NOON };
      const answer = await embeddedTranslator.translate({ ...asked, probe: async () => [] });
      return answer.kind === "sql" ? answer.confidence : 0;
    };
    const sure = await ask("What is the average price of products?");
    const unsure = await ask("What is the average price of shiny products in stock?");
    expect(sure).toBeGreaterThan(unsure);
    expect(sure).toBeLessThanOrEqual(1);
  });
});

import { describe, expect, test } from "vitest";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import { flags } from "../support/question-catalogs.ts";

async function ask(text: string): Promise<string> {
  const now = new Date("2026-11-21T12:00:00Z");
  const probe = async () => [];
  const question = { text, dialect: "postgres" as const, catalog: flags, now, probe };
  const answer = await embeddedTranslator.translate(question);
  return answer.kind === "sql" ? answer.sql : "refused";
}

const understood: [question: string, sql: string][] = [
  ["Which products are discontinued?", "SELECT name FROM products WHERE discontinued = true"],
  ["List the featured products", "SELECT name FROM products WHERE is_featured = true"],
  ["products that are out of stock", "SELECT name FROM products WHERE in_stock = false"],
  ["Show the names of products in stock", "SELECT name FROM products WHERE in_stock = true"],
  [
    "Which products are not discontinued and cost more than 10?",
    "SELECT name FROM products WHERE discontinued = false AND price > 10",
  ],
  [
    "What is the average price of discontinued and featured products?",
    "SELECT avg(price) FROM products WHERE discontinued = true AND is_featured = true",
  ],
  ["How many active customers are there?", "SELECT count(*) FROM customers WHERE is_active = 1"],
  ["List all inactive customers", "SELECT name FROM customers WHERE is_active = 0"],
  [
    "Which customers are active and live in Rome?",
    "SELECT name FROM customers WHERE is_active = 1 AND city = 'Rome'",
  ],
  [
    "Show customers subscribed to the newsletter",
    "SELECT name FROM customers WHERE newsletter = true",
  ],
  ["How many orders are unpaid?", "SELECT count(*) FROM orders WHERE paid = false"],
  [
    "Which orders are paid but not shipped?",
    "SELECT * FROM orders WHERE paid = true AND shipped = false",
  ],
  [
    "customers with more than 3 paid orders",
    "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.paid = true GROUP BY customers.id, customers.name HAVING count(*) > 3",
  ],
  [
    "What are the names of all approved medicines?",
    "SELECT name FROM medicines WHERE approved = 'Yes'",
  ],
  ["How many medicines are not approved?", "SELECT count(*) FROM medicines WHERE approved = 'No'"],
  [
    "What percentage of orders are paid?",
    "SELECT 100.0 * sum(CASE WHEN paid = true THEN 1 ELSE 0 END) / count(*) FROM orders",
  ],
];

const shown: [question: string, sql: string][] = [
  [
    "Show the name and whether each product is discontinued",
    "SELECT name, discontinued FROM products",
  ],
  [
    "List name, price and discontinued of all products",
    "SELECT name, price, discontinued FROM products",
  ],
  ["Is the product Lamp discontinued?", "SELECT discontinued FROM products WHERE name = 'Lamp'"],
  [
    "Number of customers by newsletter",
    "SELECT count(*), newsletter FROM customers GROUP BY newsletter",
  ],
];

const refused = [
  "newest categories",
  "customers who never whistled",
  "percentage of products by category",
];

describe("a column that says yes or no", () => {
  test.each(understood)("narrows the rows that it is said of: %s", async (question, sql) => {
    expect(await ask(question)).toBe(sql);
  });

  test.each(shown)("is shown where it is asked for: %s", async (question, sql) => {
    expect(await ask(question)).toBe(sql);
  });
});

test.each(refused)(
  "a word that would turn the answer round is not passed over: %s",
  async (question) => {
    expect(await ask(question)).toBe("refused");
  },
);

import { describe, expect, test } from "vitest";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import { shop } from "../support/question-catalogs.ts";

async function ask(text: string): Promise<string> {
  const now = new Date("2026-11-21T12:00:00Z");
  const question = { text, dialect: "postgres" as const, catalog: shop, now };
  const answer = await embeddedTranslator.translate({ ...question, probe: async () => [] });
  return answer.kind === "sql" ? answer.sql : "refused";
}

describe("a change of rows by a moment", () => {
  test.each([
    ["delete reviews created after 2024-01-01", "created_at >= '2024-01-02'"],
    ["delete reviews created before 2024-01-01", "created_at < '2024-01-01'"],
    [
      "delete reviews with created at 2024-01-01",
      "created_at >= '2024-01-01' AND created_at < '2024-01-02'",
    ],
    [
      "delete reviews where created at is not 2024-01-01",
      "(created_at < '2024-01-01' OR created_at >= '2024-01-02')",
    ],
    [
      "delete reviews where created at is between 2024-01-01 and 2024-01-31",
      "created_at >= '2024-01-01' AND created_at < '2024-02-01'",
    ],
    [
      "delete reviews where created at is 2024-01-01 or 2024-02-01",
      "(created_at >= '2024-01-01' AND created_at < '2024-01-02' OR created_at >= '2024-02-01' AND created_at < '2024-02-02')",
    ],
  ])("takes a day as a whole: %s", async (text, where) => {
    expect(await ask(text)).toBe(`DELETE FROM reviews WHERE ${where}`);
  });

  test("compares a date with the day itself", async () => {
    expect(await ask("delete orders after 2024-01-01")).toBe(
      "DELETE FROM orders WHERE order_date > '2024-01-01'",
    );
  });
});

describe("a year", () => {
  test.each([
    ["delete orders that were placed before 2023", "orders", "order_date < '2023-01-01'"],
    ["delete orders after 2023", "orders", "order_date >= '2024-01-01'"],
    ["delete reviews that were created before 2023", "reviews", "created_at < '2023-01-01'"],
    [
      "delete reviews which were created in 2023",
      "reviews",
      "created_at >= '2023-01-01' AND created_at < '2024-01-01'",
    ],
  ])("is all its days: %s", async (text, table, where) => {
    expect(await ask(text)).toBe(`DELETE FROM ${table} WHERE ${where}`);
  });

  test("is read only where a moment is spoken of", async () => {
    for (const words of ["of 2023", "with 2023", "that are 2023"]) {
      expect(await ask(`delete orders ${words}`)).toBe("refused");
    }
  });
});

describe("a column that is added", () => {
  test.each([
    [
      "add an integer column called shelf not null to products",
      "ALTER TABLE products ADD COLUMN shelf integer NOT NULL",
    ],
    [
      "add a text column called phone unique to customers",
      "ALTER TABLE customers ADD COLUMN phone text UNIQUE",
    ],
    [
      "add an integer column called shelf default 0 to products",
      "ALTER TABLE products ADD COLUMN shelf integer DEFAULT 0",
    ],
  ])("has all that was said of it: %s", async (text, sql) => {
    expect(await ask(text)).toBe(sql);
  });
});

test("dates are read as people write them", async () => {
  for (const day of ["'March 5, 2024'", "5th March 2024", "'5 Mar 2024'", "2024-03-05"]) {
    expect(await ask(`set the birth date of customer Ada Lovelace to ${day}`)).toBe(
      "UPDATE customers SET birth_date = '2024-03-05' WHERE name = 'Ada Lovelace'",
    );
  }
});

test.each([
  "delete employees whose salary is older than 30",
  "delete products whose price is over nothing",
  "delete products whose price is null or 5",
  "add a text column shelf integer to products",
  "set the birth date of customer Ada Lovelace to 2024-02-31",
])("what can be understood in two ways is refused: %s", async (text) => {
  expect(await ask(text)).toBe("refused");
});

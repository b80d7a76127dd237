import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import type { Translation } from "../../src/polykomos/queries/translator.ts";
import { clinic, school, shop } from "../support/question-catalogs.ts";
import { unanswerable } from "../support/unanswerable.ts";

const catalogs = { shop, clinic, school };
const REFUSED_SHARE_MIN = 0.95;

async function ask(text: string, catalog: Catalog): Promise<Translation> {
  const now = new Date("2026-11-21T12:00:00Z");
  return await embeddedTranslator.translate({
    text,
    dialect: "postgres",
    catalog,
    now,
    probe: async () => [],
  });
}

describe("a question that the database cannot answer", () => {
  test("is refused rather than guessed, in 95 of 100", async () => {
    const answered: string[] = [];
    let asked = 0;
    for (const [name, catalog] of Object.entries(catalogs)) {
      const key = name === "shop" || name === "clinic" ? name : "school";
      for (const question of unanswerable[key].split("\n")) {
        asked += 1;
        const answer = await ask(question, catalog);
        if (answer.kind === "sql") answered.push(`${question} ${answer.sql}`);
      }
    }
    expect(asked).toBe(100);
    expect(1 - answered.length / asked, answered.join("\n")).toBeGreaterThanOrEqual(
      REFUSED_SHARE_MIN,
    );
  });

  test("names the words that mean nothing here", async () => {
    const answer = await ask("What is the average shoe size of customers?", shop);
    expect(answer).toMatchObject({ kind: "refused", code: "query_not_understood" });
    if (answer.kind === "refused") expect(answer.unknown).toContain("shoe");
  });

  test("is answered with one to three questions that are understood", async () => {
    for (const catalog of Object.values(catalogs)) {
      const answer = await ask("Tell me a joke about penguins.", catalog);
      if (answer.kind !== "refused") throw new Error("was answered");
      expect(answer.suggestions.length).toBeGreaterThanOrEqual(1);
      expect(answer.suggestions.length).toBeLessThanOrEqual(3);
      for (const suggestion of answer.suggestions) {
        expect(await ask(suggestion, catalog), suggestion).toMatchObject({ kind: "sql" });
      }
    }
  });

  test("gives a refusal for a database without any table", async () => {
    const answer = await ask("How many customers are there?", { tables: [] });
    expect(answer).toMatchObject({ kind: "refused", suggestions: [] });
  });
});

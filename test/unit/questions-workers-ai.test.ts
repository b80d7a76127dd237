import { expect, test } from "vitest";
import { llmTranslator } from "../../src/polykomos/queries/llm/llm-translator.ts";
import { translatorsOf } from "../../src/polykomos/queries/llm/translators.ts";
import { workersAiGenerate } from "../../src/polykomos/queries/llm/workers-ai.ts";
import type { Question } from "../../src/polykomos/queries/translator.ts";
import { shopCatalog } from "../support/shop.ts";

const question: Question = {
  text: "How many customers?",
  dialect: "mysql",
  catalog: shopCatalog("shop"),
  now: new Date("2026-01-02T00:00:00Z"),
  probe: async () => [],
};

const sql = "SELECT count(*) FROM customers";

test.each([
  ["an object", { response: { sql, refusal: null } }],
  ["a text", { response: JSON.stringify({ sql, refusal: null }) }],
  ["choices", { choices: [{ message: { content: JSON.stringify({ sql }) } }] }],
])("Workers AI's answer as %s is read", async (_, answer) => {
  const asked: { model: string; input: Record<string, unknown> }[] = [];
  const run = async (model: string, input: Record<string, unknown>) => {
    asked.push({ model, input });
    return answer;
  };
  const generate = workersAiGenerate({ run }, "@cf/some/model");
  const translated = await llmTranslator("workers-ai", generate, 1_000).translate(question);
  expect(translated).toEqual({ kind: "sql", sql, confidence: 0.8 });
  expect(asked[0]?.model).toBe("@cf/some/model");
  expect(asked[0]?.input).toMatchObject({
    temperature: 0,
    response_format: { type: "json_schema" },
  });
});

test("an answer of another form, and one that never comes, are failures", async () => {
  const odd = workersAiGenerate({ run: async () => ({ other: 1 }) }, "m");
  await expect(llmTranslator("workers-ai", odd, 1_000).translate(question)).rejects.toThrow();
  const silent = workersAiGenerate({ run: () => new Promise(() => {}) }, "m");
  await expect(llmTranslator("workers-ai", silent, 20).translate(question)).rejects.toThrow();
});

const settings = {
  NL2SQL_ENGINE: "embedded",
  NL2SQL_MODEL: "",
  NL2SQL_TIMEOUT_SECONDS: 12,
  OPENAI_BASE_URL: "https://api.openai.com/v1",
  OPENAI_API_KEY: "",
} as const;

test("the embedded translator is the default, and always the last to be asked", () => {
  const names = (of: Parameters<typeof translatorsOf>[0]) =>
    translatorsOf(of, { run: async () => null }).map(({ name }) => name);
  expect(names(settings)).toEqual(["embedded"]);
  expect(names({ ...settings, NL2SQL_ENGINE: "openai" })).toEqual(["openai", "embedded"]);
  expect(names({ ...settings, NL2SQL_ENGINE: "workers-ai" })).toEqual(["workers-ai", "embedded"]);
  expect(() => translatorsOf({ ...settings, NL2SQL_ENGINE: "workers-ai" }, undefined)).toThrow(
    "AI",
  );
});

import type { Translator } from "../translator.ts";
import { llmTranslator } from "./llm-translator.ts";
import { openAiGenerate } from "./openai.ts";
import { type AiBinding, workersAiGenerate } from "./workers-ai.ts";

/** Which translators there are, in the order in which they are asked. */
type TranslatorSettings = {
  NL2SQL_ENGINE: "embedded" | "workers-ai" | "openai";
  NL2SQL_MODEL: string;
  NL2SQL_TIMEOUT_SECONDS: number;
  OPENAI_BASE_URL: string;
  OPENAI_API_KEY: string;
};

const defaultModels = { "workers-ai": "@cf/openai/gpt-oss-120b", openai: "gpt-4.1" } as const;

/** Needs no network and no key, and always comes last. Loaded when it is first asked. */
const embedded: Translator = {
  name: "embedded",
  async translate(question) {
    const { embeddedTranslator } = await import("../translate/translate.ts");
    return await embeddedTranslator.translate(question);
  },
};

/** The translators by the operator's settings. Throws when what the chosen one needs is missing. */
export function translatorsOf(
  settings: TranslatorSettings,
  ai: AiBinding | undefined,
): readonly Translator[] {
  const deadlineMs = settings.NL2SQL_TIMEOUT_SECONDS * 1_000;
  switch (settings.NL2SQL_ENGINE) {
    case "embedded":
      return [embedded];
    case "workers-ai": {
      if (!ai) throw new Error("NL2SQL_ENGINE workers-ai needs the binding AI");
      const model = settings.NL2SQL_MODEL || defaultModels["workers-ai"];
      return [llmTranslator("workers-ai", workersAiGenerate(ai, model), deadlineMs), embedded];
    }
    case "openai": {
      const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey } = settings;
      const model = settings.NL2SQL_MODEL || defaultModels.openai;
      const generate = openAiGenerate({ baseUrl, apiKey, model });
      return [llmTranslator("openai", generate, deadlineMs), embedded];
    }
  }
}

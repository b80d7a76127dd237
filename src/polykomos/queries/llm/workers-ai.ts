import * as z from "zod";
import type { Generate } from "./llm-translator.ts";
import { replySchema } from "./reply.ts";

/** What of Cloudflare's Workers AI binding is used. */
export type AiBinding = { run(model: string, input: Record<string, unknown>): Promise<unknown> };

const answerTokensMax = 800;

/** Models differ in the form of what they give. */
const given = z.union([
  z.object({ response: z.union([z.string(), z.looseObject({})]) }).transform((of) => of.response),
  z
    .object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })
    .transform((of) => of.choices[0]?.message.content),
]);

/** Asks a model of Workers AI. The binding takes no signal: whoever waits has to stop waiting. */
export function workersAiGenerate(ai: AiBinding, model: string): Generate {
  return async (messages) =>
    given.parse(
      await ai.run(model, {
        messages,
        temperature: 0,
        max_tokens: answerTokensMax,
        response_format: { type: "json_schema", json_schema: replySchema },
      }),
    );
}

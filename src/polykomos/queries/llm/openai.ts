import * as z from "zod";
import type { Generate } from "./llm-translator.ts";
import { replySchema } from "./reply.ts";

/** Any service that speaks OpenAI's chat completions: POST {base}/chat/completions. */
type OpenAiOptions = { baseUrl: string; apiKey: string; model: string };

const answerTokensMax = 800;
const answerBytesMax = 64 * 1024;

/** From the strictest form of an answer to none: servers differ in what they know. */
const formats: readonly Record<string, unknown>[] = [
  {
    response_format: {
      type: "json_schema",
      json_schema: { name: "statement", strict: true, schema: replySchema },
    },
  },
  { response_format: { type: "json_object" } },
  {},
];

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
});

/** Asks the service. Which form of answers it knows is found out once. */
export function openAiGenerate({ baseUrl, apiKey, model }: OpenAiOptions): Generate {
  const address = `${baseUrl.replace(/\/+$/, "")}/chat/completions`;
  let format = 0;

  return async (messages, signal) => {
    for (;;) {
      const asked = format;
      const response = await fetch(address, {
        method: "POST",
        redirect: "manual",
        signal,
        headers: {
          "content-type": "application/json",
          ...(apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          messages,
          temperature: 0,
          max_tokens: answerTokensMax,
          ...formats[asked],
        }),
      });
      const text = await boundedText(response);
      if (response.ok) return completion.parse(JSON.parse(text)).choices[0]?.message.content;
      const isFormUnknown = response.status === 400 || response.status === 422;
      if (!isFormUnknown || asked >= formats.length - 1) {
        throw new Error(`The language model's service answered ${response.status}`);
      }
      format = Math.max(format, asked + 1);
    }
  };
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > answerBytesMax) throw new Error("The language model's answer is too long");
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

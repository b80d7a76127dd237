import type { Question, Translation, Translator, TranslatorName } from "../translator.ts";
import { type Message, promptOf, repairOf } from "./prompt.ts";
import { readReply } from "./reply.ts";

/** Has a model write an answer to messages; the text or object it gave. Throws when it gave none. */
export type Generate = (messages: readonly Message[], signal: AbortSignal) => Promise<unknown>;

/** Tries to have a statement mended, after the first. */
const repairsMax = 2;
/** A model does not say how sure it is; the server has accepted the statement's plan. */
const confidenceFirst = 0.8;
const confidenceMended = 0.6;

/**
 * A translator that asks a model. It throws when the model gives nothing that can be used or takes
 * too long, and then another translator is asked.
 */
export function llmTranslator(
  name: TranslatorName,
  generate: Generate,
  deadlineMs: number,
): Translator {
  return {
    name,
    translate: (question) => translate(generate, question, AbortSignal.timeout(deadlineMs)),
  };
}

async function translate(
  generate: Generate,
  question: Question,
  signal: AbortSignal,
): Promise<Translation> {
  const messages = await promptOf(question);
  for (let repairs = 0; repairs <= repairsMax; repairs++) {
    const reply = readReply(await inTime(generate(messages, signal), signal));
    if (reply?.sql === null) return refusal();
    const problem = reply
      ? await question.check?.(reply.sql)
      : { message: "The answer was no JSON object with the field sql", isHopeless: false };
    if (reply && (!problem || problem.isHopeless)) {
      const confidence = repairs === 0 ? confidenceFirst : confidenceMended;
      return { kind: "sql", sql: reply.sql, confidence };
    }
    messages.push(...repairOf(reply?.sql ?? "", problem?.message ?? ""));
  }
  throw new Error(`No usable statement after ${repairsMax} repairs`);
}

/** Whatever the model's client does with the signal, the wait ends. */
async function inTime<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return await Promise.race([work, late]);
}

/** The model's own words go no further: they may be anybody's. */
function refusal(): Translation {
  return { kind: "refused", code: "query_not_understood", unknown: [], suggestions: [] };
}

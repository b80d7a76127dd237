import * as z from "zod";

/** What a model answers. Only these fields are read; whatever else it says is thrown away. */
export type Reply = { sql: string; refusal: null } | { sql: null; refusal: string };

/** The form of an answer, as JSON Schema. */
export const replySchema = {
  type: "object",
  properties: {
    sql: { type: ["string", "null"] },
    refusal: { type: ["string", "null"] },
    assumptions: { type: "string" },
  },
  required: ["sql", "refusal", "assumptions"],
  additionalProperties: false,
} as const;

const replyShape = z.object({
  sql: z.string().nullish(),
  refusal: z.string().nullish(),
});

/** Reads an answer: JSON, JSON in a fence, or a statement in a fence. Null: none of these. */
export function readReply(content: unknown): Reply | null {
  if (typeof content !== "string") return replyOf(content);
  const fenced = /```(\w*)\s*\n([\s\S]*?)```/.exec(content);
  const text = (fenced?.[2] ?? content).trim();
  const json = parseJson(text);
  if (json !== undefined) return replyOf(json);
  if (fenced && /^(|sql|mysql|postgres(ql)?)$/i.test(fenced[1] ?? "") && text !== "") {
    return { sql: text, refusal: null };
  }
  const inside = /\{[\s\S]*\}/.exec(content)?.[0];
  return inside === undefined ? null : replyOf(parseJson(inside));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function replyOf(value: unknown): Reply | null {
  const parsed = replyShape.safeParse(value);
  if (!parsed.success) return null;
  const { sql, refusal } = parsed.data;
  if (sql != null && sql.trim() !== "") return { sql, refusal: null };
  return refusal == null ? null : { sql: null, refusal };
}

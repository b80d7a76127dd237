import * as z from "zod";
import type { Answer } from "../http/declare.ts";
import { isJsonObject, type JsonObject } from "./rows/rules/json-value.ts";

/** Schemas that several resources share, and the answers that every operation may give. */
const systemFields = z.looseObject({
  id: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

const dateTime = { type: "string", format: "date-time" };

/** A row as clients see it: the server's fields among their own. */
export const rowSchema = z
  .custom<z.output<typeof systemFields>>(
    (value) => systemFields.safeParse(value).success,
    "must be a row",
  )
  .meta({
    allOf: [
      { type: "object", additionalProperties: true },
      {
        type: "object",
        required: ["id", "created_at", "updated_at"],
        properties: { id: { type: "string" }, created_at: dateTime, updated_at: dateTime },
      },
    ],
  });

/** A time or `null`, in the form that OpenAPI 3.1 has for it. */
export const nullableTimeSchema = z
  .custom<string | null>(
    (value) => value === null || z.iso.datetime().safeParse(value).success,
    "must be a date and time or null",
  )
  .meta({ type: ["string", "null"], format: "date-time" });

/**
 * Any JSON object. It comes through as it is: a schema that copies objects would lose fields named
 * like `__proto__`.
 */
export const objectSchema = z
  .custom<JsonObject>(isJsonObject, "must be a JSON object")
  .meta({ type: "object", additionalProperties: true });

/** A filter in a body. Its values are checked by `filterFrom`. */
export const filterSchema = z.custom<JsonObject>(isJsonObject, "must be a JSON object").meta({
  type: "object",
  additionalProperties: {
    oneOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }, { type: "null" }],
  },
});

const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: "ErrorResponse" });

const descriptions = {
  400: "Something in the request is wrong; the code says what",
  401: "The key or token is missing, wrong, revoked or used",
  404: "No such row or version",
  405: "The path does not take this method",
  409: "More than one row matches",
  413: "Larger than a limit allows",
  415: "The body is not application/json",
  429: "Too many requests",
  500: "Something failed on our side",
  503: "The account cannot be reached now",
} as const;

export type ErrorStatus = keyof typeof descriptions;

/** Declares error answers; 405, 500 and 503 are added everywhere, 413 and 415 with a body. */
export function errorAnswers(
  statuses: readonly ErrorStatus[],
  has: { body: boolean },
): Record<number, Answer> {
  const all: ErrorStatus[] = [...statuses, 405, 500, 503];
  if (has.body) all.push(400, 413, 415);
  const unique = [...new Set(all)].sort((a, b) => a - b);
  return Object.fromEntries(unique.map((status) => [status, errorAnswer(status)]));
}

function errorAnswer(status: ErrorStatus): Answer {
  const answer: Answer = { description: descriptions[status], schema: errorSchema };
  if (status === 405) {
    answer.headers = { Allow: { description: "The methods that the path takes", type: "string" } };
  }
  if (status === 429 || status === 503) {
    answer.headers = { "Retry-After": { description: "Seconds to wait", type: "integer" } };
  }
  if (status === 401) {
    answer.headers = {
      "WWW-Authenticate": { description: "How to authenticate (RFC 6750)", type: "string" },
    };
  }
  return answer;
}

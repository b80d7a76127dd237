import * as z from "zod";
import type { Answer, OperationDeclaration } from "../http/declare.ts";
import { queryIntegerOr } from "../http/query-integer.ts";

/** Schemas and declarations that all of Polykomos's contracts share. */
export const requestId = z.string().meta({ example: "req_a1b2c3d4e5f6g7h8" });

export const apiError = z
  .object({
    error: z.object({
      code: z.string().meta({ example: "missing_required_field" }),
      message: z.string().meta({ example: "Missing required field: name" }),
      details: z.looseObject({}).optional(),
    }),
    request_id: requestId,
  })
  .meta({ id: "ApiError" });

/** The same facts as RFC 9457 has them, for a client whose `Accept` asks for problem+json. */
export const apiProblem = z
  .object({
    type: z.string().meta({ example: "urn:polykomos:error:missing_required_field" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    details: z.looseObject({}).optional(),
    request_id: requestId,
  })
  .meta({ id: "ApiProblem" });

export const timestamp = z.iso.datetime();

/** A UUID of any version, as a client may send it: whether it names something is not its shape. */
export function uuidText(message = "must be a UUID") {
  return z.guid(message).meta({ override: { type: "string", format: "uuid" } });
}

export const uuidParams = z.object({ uuid: uuidText() });

const idError = "must be a positive whole number";

/** A number in a path or query that names something; one that names nothing is not wrong. */
export const idQuery = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, idError)
  .transform(Number)
  .meta({ override: { type: "integer", minimum: 1 } });

/** The same for what there are billions of. */
export const longIdQuery = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, idError)
  .transform(Number)
  .meta({ override: { type: "integer" } });

export const pageItemsMax = 100;
export const pageItemsDefault = 25;
export const waitSecondsMax = 120;

export const limitQuery = queryIntegerOr(1, pageItemsMax, pageItemsDefault);
export const timeoutQuery = queryIntegerOr(1, waitSecondsMax, 30);

export const booleanQuery = z
  .enum(["true", "false", "1", "0"], "must be true or false")
  .transform((text) => text === "true" || text === "1")
  .meta({ override: { type: "boolean" } });

/** Lists by uuid. */
export const uuidPageQuery = z.strictObject({
  limit: limitQuery,
  starting_after: z
    .guid("must be the uuid of an item of this list")
    .optional()
    .meta({ override: { type: "string" } }),
});

/** The body of an answer with one thing. */
export function one<Item extends z.ZodType>(item: Item) {
  return z.object({ data: item, request_id: requestId });
}

/** The body of an answer with a whole list. */
export function many<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), request_id: requestId });
}

/** The body of an answer with a page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), has_more: z.boolean(), request_id: requestId });
}

const described: Record<number, string> = {
  400: "The request cannot be read, or its Idempotency-Key is missing or no UUID.",
  401: "The Authorization header is missing or malformed.",
  403: "The key is unknown, revoked, expired or not allowed from this address, or lacks the scope.",
  404: "There is no such thing, or the key's user may not see it.",
  405: "The path does not take this method; `Allow` lists those it takes.",
  409: "The request conflicts with what is there, or the same request is still running.",
  413: "The body is over 1 MB.",
  415: "The body is not application/json.",
  422: "A field is missing or wrong; the message and `details.field` name it.",
  429: "Too many requests; `Retry-After` says when to come back.",
  500: "Our fault. Report the request id.",
  503: "Not possible now; `Retry-After` says when to come back.",
};

/** The error answer of a status. */
export function errorAnswer(status: number): Answer {
  const retried = status === 429 || status === 503;
  return {
    description: described[status] ?? "",
    schema: apiError,
    problem: apiProblem,
    ...(retried
      ? { headers: { "Retry-After": { description: "Seconds to wait.", type: "integer" } } }
      : {}),
  };
}

/** The error answers an operation can give, from what it takes. */
export function errorAnswers(
  of: Pick<OperationDeclaration, "method">,
  ...more: number[]
): Record<number, Answer> {
  const writes = of.method === "get" || of.method === "delete" ? [] : [413, 415];
  const statuses = new Set([400, 401, 403, 405, 422, 429, 500, 503, ...writes, ...more]);
  return Object.fromEntries([...statuses].sort().map((status) => [status, errorAnswer(status)]));
}

/** Text that the store can keep: no NUL, no lone surrogates. Space around it is no part of it. */
export function text(max: number) {
  return z
    .string()
    .trim()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      error: "must be Unicode text without NUL",
    });
}

export const oneLineError = "must be one line of text without control characters";

export function isOneLine(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

/** One line of text a person wrote. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max)
    .refine(isOneLine, { error: oneLineError });
}

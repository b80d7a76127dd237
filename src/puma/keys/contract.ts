import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, nullableTimeSchema } from "../schemas.ts";

/** The account's API keys. */
const tag = "Keys";
const access = ["*"];

const apiKeySchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scope: z.enum(["*"]),
    revoked_at: nullableTimeSchema,
    created_at: z.iso.datetime(),
    last_used_at: nullableTimeSchema,
  })
  .meta({ id: "ApiKey" });

const createdKeySchema = z
  .object({
    api_key: z.string().regex(/^puma_live_/),
    id: z.string(),
    prefix: z.string(),
    scope: z.enum(["*"]),
  })
  .meta({ id: "CreateApiKeyResponse" });

export const listKeys = declare({
  method: "get",
  path: "/v1/_keys",
  operationId: "listKeys",
  tag,
  summary: "List keys, without their secrets, newest first",
  access,
  query: z.strictObject({}),
  answers: {
    200: { description: "The keys", schema: z.object({ keys: z.array(apiKeySchema) }) },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

export const createKey = declare({
  method: "post",
  path: "/v1/_keys",
  operationId: "createKey",
  tag,
  summary: "Make a key for the whole account",
  description: "`api_key` is shown in this answer only.",
  access,
  body: z.strictObject({ name: z.string().min(1).max(80) }),
  answers: {
    201: { description: "The new key", schema: createdKeySchema },
    ...errorAnswers([400, 401, 429], { body: true }),
  },
});

export const revokeKey = declare({
  method: "delete",
  path: "/v1/_keys/{id}",
  operationId: "revokeKey",
  tag,
  summary: "Revoke a key",
  access,
  params: z.object({ id: z.string() }),
  query: z.strictObject({}),
  answers: {
    200: {
      description: "1 when the key was in force, else 0",
      schema: z.object({ revoked: z.int().min(0) }),
    },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

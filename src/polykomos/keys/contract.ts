import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, idQuery, line, many, one, requestId } from "../schemas.ts";
import { scopes } from "../scopes.ts";
import { keyControls, apiKey as shown } from "./schemas.ts";

/** The API keys of the user whose key is in use. */
const tag = "Keys";
const access = ["keys:write"];

const apiKey = shown.meta({ id: "ApiKey" });

const createBody = z.strictObject({
  name: line(120),
  permissions: z.array(z.enum(scopes)).min(1, "choose at least one").max(scopes.length),
  controls: keyControls.optional(),
});

export const listKeys = declare({
  method: "get",
  path: "/keys",
  operationId: "listKeys",
  tag,
  summary: "List your API keys, newest first",
  access,
  answers: {
    200: {
      description: "The user's keys, revoked ones too. No key itself is in it.",
      schema: many(apiKey),
    },
    ...errorAnswers({ method: "get" }),
  },
});

export const createKey = declare({
  method: "post",
  path: "/keys",
  operationId: "createKey",
  tag,
  summary: "Create an API key; it is shown once",
  description:
    "The new key may do no more than the one in use: a scope that this one lacks cannot be given.",
  access,
  idempotency: "accepted",
  body: createBody,
  answers: {
    201: {
      description: "The key, in this answer only.",
      schema: z.object({ data: apiKey, api_key: z.string(), request_id: requestId }),
    },
    ...errorAnswers({ method: "post" }, 409),
  },
});

export const revokeKey = declare({
  method: "delete",
  path: "/keys/{key_id}",
  operationId: "revokeKey",
  tag,
  summary: "Revoke one of your API keys; it is refused from this answer on",
  description: "Revoking it again changes nothing. The key in use may revoke itself.",
  access,
  idempotency: "accepted",
  params: z.object({ key_id: idQuery }),
  answers: {
    200: {
      description: "The key as it is now.",
      schema: one(apiKey),
    },
    ...errorAnswers({ method: "delete" }, 404),
  },
});

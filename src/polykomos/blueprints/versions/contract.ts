import * as z from "zod";
import { declare } from "../../../http/declare.ts";
import { errorAnswers, limitQuery, requestId, timestamp, uuidParams } from "../../schemas.ts";
import { versionNumber } from "../contract.ts";

/** The versions of a blueprint. */
export const blueprintVersion = z
  .object({
    object: z.string().meta({ example: "blueprint_version" }),
    version: z.int(),
    size_bytes: z.int(),
    statement_count: z.int(),
    engines: z.array(z.string()),
    created_at: timestamp,
  })
  .meta({ id: "BlueprintVersion" });

export const listBlueprintVersions = declare({
  method: "get",
  path: "/blueprints/{uuid}/versions",
  operationId: "listBlueprintVersions",
  tag: "Blueprints",
  summary: "List the versions of a blueprint, newest first",
  access: ["blueprints:read"],
  params: uuidParams,
  query: z.strictObject({
    limit: limitQuery,
    starting_after: versionNumber.optional().meta({ override: { type: "integer" } }),
  }),
  answers: {
    200: {
      description: "A page of versions, without their SQL; `diff` tells what changed.",
      schema: z.object({
        data: z.array(blueprintVersion),
        has_more: z.boolean(),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

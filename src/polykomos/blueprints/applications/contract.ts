import * as z from "zod";
import { declare } from "../../../http/declare.ts";
import {
  errorAnswers,
  idQuery,
  limitQuery,
  requestId,
  timestamp,
  uuidParams,
  uuidText,
} from "../../schemas.ts";

const id = idQuery.meta({ override: { type: "integer" } });

export const blueprintApplication = z
  .object({
    object: z.string().meta({ example: "blueprint_application" }),
    id: z.int(),
    blueprint_id: z.int(),
    blueprint_version: z.int(),
    database_instance_id: z.int(),
    status: z.enum(["pending", "running", "completed", "failed", "rolled_back"]),
    is_dry_run: z.boolean(),
    execution_log: z
      .array(z.looseObject({}))
      .nullable()
      .meta({
        description:
          "An entry for each statement so far: `statement`, `line`, `kind`, `target`, `status` " +
          "(succeeded, failed, rolled_back, not_rehearsed, unknown), `permanent`, `rows`, " +
          "`duration_ms`, `message`. Null in lists.",
      }),
    total_duration_ms: z.int().nullable(),
    statements_total: z.int(),
    statements_succeeded: z.int(),
    statements_failed: z.int(),
    error_message: z.string().nullable(),
    variable_values: z.looseObject({}).nullable(),
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    created_at: timestamp,
    blueprint_uuid: z.uuid(),
    database_uuid: z.uuid(),
  })
  .meta({ id: "BlueprintApplication" });

const applicationAnswer = z.object({
  message: z.string(),
  data: blueprintApplication,
  request_id: requestId,
});

export const createBlueprintApplication = declare({
  method: "post",
  path: "/databases/{uuid}/blueprint_applications",
  operationId: "createDatabaseBlueprintApplication",
  tag: "Databases",
  summary: "Apply a blueprint to a database",
  description:
    "The key needs `blueprints:read` too. PostgreSQL: one transaction, all or nothing. MySQL: " +
    "statement by statement, up to the first that fails. A dry run changes nothing.",
  access: ["databases:write"],
  idempotency: "required",
  params: uuidParams,
  body: z.strictObject({
    blueprint_uuid: uuidText(),
    variables: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .meta({ override: { type: "object" } }),
    dry_run: z.boolean().default(false),
    wait: z.boolean().default(true),
    timeout: z.int().min(1).max(120).default(30),
  }),
  answers: {
    200: { description: "It has ended; `status` says how.", schema: applicationAnswer },
    202: {
      description: "It has not ended yet.",
      schema: applicationAnswer,
      headers: {
        Location: { description: "Where to read it.", type: "string" },
        "Retry-After": { description: "Seconds to wait before reading it.", type: "integer" },
      },
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const listBlueprintApplications = declare({
  method: "get",
  path: "/databases/{uuid}/blueprint_applications",
  operationId: "listDatabaseBlueprintApplications",
  tag: "Databases",
  summary: "List what was applied to a database, newest first",
  access: ["databases:read"],
  params: uuidParams,
  query: z.strictObject({
    limit: limitQuery,
    starting_after: id.optional().meta({ override: { type: "integer" } }),
  }),
  answers: {
    200: {
      description: "A page of applications, without their logs.",
      schema: z.object({
        data: z.array(blueprintApplication),
        has_more: z.boolean(),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const getBlueprintApplication = declare({
  method: "get",
  path: "/blueprint_applications/{id}",
  operationId: "getBlueprintApplication",
  tag: "Blueprints",
  summary: "Read an application with its log",
  access: ["blueprints:read"],
  params: z.object({ id }),
  answers: {
    200: {
      description: "The application.",
      schema: z.object({ data: blueprintApplication, request_id: requestId }),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

import * as z from "zod";
import { declare } from "../../http/declare.ts";
import {
  booleanQuery,
  errorAnswers,
  idQuery,
  many,
  one,
  page,
  requestId,
  timeoutQuery,
  timestamp,
  uuidPageQuery,
  uuidParams,
  uuidText,
} from "../schemas.ts";
import { planNames, ttlSecondsMax, ttlSecondsMin } from "./plans.ts";
import { usage } from "./schemas.ts";

export const database = z
  .object({
    object: z.literal("database").meta({ override: { type: "string", example: "database" } }),
    uuid: z.uuid(),
    name: z.string().meta({ example: "my-app-db" }),
    status: z.enum(["active", "provisioning", "paused", "deleted"]),
    region: z.string().meta({ example: "us-east-1" }),
    plan: z.string().meta({ example: "free" }),
    quotas: z.object({
      storage_hard_limit_gb: z.number().nullable(),
      connection_hard_limit: z.int().nullable(),
      warning_threshold_pct: z.int().nullable(),
    }),
    db_type: z.string().meta({ example: "postgres" }),
    host: z.string().meta({ example: "db-42.polykomos.com" }),
    port: z.int().meta({ example: 5432 }),
    db_name: z.string().meta({ example: "my-app-db" }),
    db_username: z.string().meta({ example: "u42" }),
    team_id: z.int().nullable(),
    team_name: z.string().nullable(),
    db_password: z.string().nullable().meta({
      description: "Shown when the database is created and when it is read alone; else null.",
    }),
    connection_string: z
      .string()
      .meta({ example: "postgresql://u42:***@db-42.polykomos.com:5432/my-app-db" }),
    created_at: timestamp,
    updated_at: timestamp,
    expires_at: timestamp.nullable().meta({
      description: "The database is deleted at that time, like by a delete; null: never.",
    }),
    previous_credential_until: timestamp.nullable().meta({
      description: "The credential before the current one works until then; null: it does not.",
    }),
    missing_since: timestamp.nullable().meta({
      description: "Since when its server lacks it, for the operator to see to; null: it is there.",
    }),
    usage: usage.nullable(),
  })
  .meta({ id: "Database" });

export const deletedDatabase = z.object({
  object: z.string(),
  uuid: z.string(),
  deleted: z.boolean(),
  cancelled_provision_jobs: z.int(),
  destroy_scheduled_at: z.string().nullable(),
  has_remote_resources: z.boolean(),
});

export const databaseType = z.object({
  value: z.string(),
  label: z.string(),
  is_provisionable: z.boolean(),
  is_available: z.boolean(),
  regions: z.array(z.object({ code: z.string(), label: z.string(), is_available: z.boolean() })),
});

const atMostThePlans = "At least above 0, at most the plan's (see /limits); null: the plan's.";

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const name = z
  .string()
  .regex(
    namePattern,
    "must be 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit",
  )
  .meta({ example: "my-app-db" });

// The wire contract names no bounds here: the plan's are what count. These keep out what no plan has.
const quotaFields = {
  storage_hard_limit_gb: z
    .number()
    .positive()
    .max(1_000_000)
    .nullable()
    .optional()
    .meta({ override: { type: "number", nullable: true, description: atMostThePlans } }),
  connection_hard_limit: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .optional()
    .meta({ override: { type: "integer", nullable: true, description: atMostThePlans } }),
  warning_threshold_pct: z.int().min(1).max(100).nullable().optional(),
};

const engineNames = ["postgres", "mysql"] as const;

const expiryFields = {
  expires_at: z.iso
    .datetime({ offset: true, error: "must be a time like 2026-01-31T12:00:00Z" })
    .nullable()
    .optional()
    .meta({
      override: {
        type: "string",
        format: "date-time",
        nullable: true,
        description: "When the database deletes itself, within 366 days; null: never.",
      },
    }),
  ttl_seconds: z
    .int()
    .min(ttlSecondsMin)
    .max(ttlSecondsMax)
    .nullable()
    .optional()
    .meta({
      override: {
        type: "integer",
        nullable: true,
        description: "Seconds from now to `expires_at`, instead of it; null: never.",
      },
    }),
};

const createBody = z.strictObject({
  name,
  db_type: z
    .enum(engineNames, `must be one of ${engineNames.join(", ")}`)
    .default("postgres")
    .meta({ override: { type: "string", example: "postgres", default: "postgres" } }),
  region: z
    .string()
    .regex(/^[\x20-\x7e]{1,80}$/, "must be one of the regions that /database_types lists")
    .optional()
    .meta({
      override: {
        type: "string",
        example: "us-east-1",
        description: "Default: the first region of the type.",
      },
    }),
  plan: z.enum(planNames).default("free"),
  team_id: z.int().min(1).optional(),
  ...quotaFields,
  ...expiryFields,
  blueprint_uuid: uuidText().optional(),
  blueprint_variables: z.record(z.string(), z.unknown()).nullable().optional(),
});

const changeBody = z.strictObject({ name: name.optional(), ...expiryFields });

const quotasBody = z.strictObject(quotaFields).refine((body) => Object.keys(body).length > 0, {
  error: "Send at least one of storage_hard_limit_gb, connection_hard_limit, warning_threshold_pct",
});

const databaseMessage = z.object({ message: z.string(), data: database, request_id: requestId });

export const listDatabases = declare({
  method: "get",
  path: "/databases",
  operationId: "listDatabases",
  tag: "Databases",
  summary: "List databases, newest first",
  access: ["databases:read"],
  query: uuidPageQuery.extend({ team_id: idQuery.optional() }),
  answers: {
    200: {
      description: "A page of databases of all teams of the key's user. Passwords are masked.",
      schema: page(database),
    },
    ...errorAnswers({ method: "get" }),
  },
});

export const createDatabase = declare({
  method: "post",
  path: "/databases",
  operationId: "createDatabase",
  tag: "Databases",
  summary: "Create a database",
  description:
    "Answers 201 with a database that was logged into, or 202 while it is still being made. " +
    "`wait=true` waits up to `timeout` seconds for the first.",
  access: ["databases:write"],
  idempotency: "required",
  query: z.strictObject({ wait: booleanQuery.optional(), timeout: timeoutQuery }),
  body: createBody,
  answers: {
    201: { description: "The database is ready.", schema: databaseMessage },
    202: {
      description: "The database is being made; poll `provisioning.poll_url`.",
      schema: z.object({
        message: z.string(),
        data: database,
        provisioning: z.object({
          completed: z.boolean(),
          waited_seconds: z.int(),
          poll_url: z.string().nullable(),
        }),
        request_id: requestId,
      }),
      headers: {
        Location: { description: "Where to read the database.", type: "string" },
        "Retry-After": { description: "Seconds to wait before reading it.", type: "integer" },
      },
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const getDatabase = declare({
  method: "get",
  path: "/databases/{uuid}",
  operationId: "getDatabase",
  tag: "Databases",
  summary: "Read a database, with its password",
  access: ["databases:read"],
  params: uuidParams,
  answers: {
    200: { description: "The database.", schema: one(database) },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const updateDatabase = declare({
  method: "patch",
  path: "/databases/{uuid}",
  operationId: "updateDatabase",
  tag: "Databases",
  summary: "Rename a database, or change when it expires",
  description:
    "Of a rename only the name changes; the connection string keeps working. `expires_at` or " +
    "`ttl_seconds` moves the end, `null` takes it away.",
  access: ["databases:write"],
  idempotency: "required",
  params: uuidParams,
  body: changeBody,
  answers: {
    200: { description: "The changed database.", schema: one(database) },
    ...errorAnswers({ method: "patch" }, 404, 409),
  },
});

export const updateDatabaseQuotas = declare({
  method: "patch",
  path: "/databases/{uuid}/quotas",
  operationId: "updateDatabaseQuotas",
  tag: "Databases",
  summary: "Change a database's quotas",
  description: "A field left out stays; `null` takes the plan's.",
  access: ["databases:write"],
  idempotency: "required",
  params: uuidParams,
  body: quotasBody,
  answers: {
    200: { description: "The database with its new quotas.", schema: databaseMessage },
    ...errorAnswers({ method: "patch" }, 404, 409),
  },
});

export const deleteDatabase = declare({
  method: "delete",
  path: "/databases/{uuid}",
  operationId: "deleteDatabase",
  tag: "Databases",
  summary: "Delete a database",
  description: "Logins are refused at once; the data is kept until `destroy_scheduled_at`.",
  access: ["databases:write"],
  idempotency: "required",
  params: uuidParams,
  answers: {
    200: {
      description: "What was deleted, and when its data will be destroyed.",
      schema: z.object({ message: z.string(), data: deletedDatabase, request_id: requestId }),
    },
    ...errorAnswers({ method: "delete" }, 404, 409),
  },
});

export const getDatabaseTypes = declare({
  method: "get",
  path: "/database_types",
  operationId: "getDatabaseTypes",
  tag: "Databases",
  summary: "List database types and their regions",
  access: [],
  answers: {
    200: {
      description: "What can be asked for in `db_type` and `region`.",
      schema: many(databaseType),
    },
    ...errorAnswers({ method: "get" }),
  },
});

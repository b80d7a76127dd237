import * as z from "zod";
import { declare } from "../../http/declare.ts";
import {
  errorAnswer,
  errorAnswers,
  limitQuery,
  requestId,
  uuidParams,
  uuidText,
} from "../schemas.ts";

const queryCharsMax = 2_000;

const queryText = z
  .string()
  .max(queryCharsMax)
  .refine((value) => value.isWellFormed() && !value.includes("\0"), {
    error: "must be Unicode text without NUL",
  })
  .refine((value) => value.trim() !== "", { error: "must not be empty" })
  .meta({ override: { type: "string", maxLength: queryCharsMax } });

const askBody = z.strictObject({
  database_uuid: uuidText(),
  query: queryText.meta({ example: "How many customers are there?" }),
  confirm: z
    .string()
    .regex(/^[\w-]{1,100}$/, "must be the word from confirmation_required")
    .optional()
    .meta({
      override: {
        type: "string",
        description: "From `details.confirm` of an answer 422 `confirmation_required`; once.",
      },
    }),
});

const result = z.object({
  type: z.enum(["select", "write", "ddl"]).meta({
    override: { type: "string", description: "select, write or ddl.", example: "select" },
  }),
  rows: z.array(z.looseObject({})),
  rowCount: z.int(),
  truncated: z.boolean(),
  maxRows: z.int(),
  affectedRows: z.int(),
  statementsExecuted: z.int(),
});

const executionError = z.object({
  error: z.object({
    code: z.string().meta({ example: "query_execution_failed" }),
    message: z.string(),
    details: z.looseObject({ sql: z.string().optional(), query_id: z.int().optional() }).optional(),
  }),
  request_id: requestId,
});

const translator = z.enum(["embedded", "workers-ai", "openai"]);

const queryExecution = z
  .object({
    object: z.string().meta({ example: "query_execution" }),
    id: z.int(),
    database_uuid: z.uuid(),
    query: z.string(),
    status: z.enum([
      "running",
      "writing",
      "succeeded",
      "failed",
      "refused",
      "awaiting_confirmation",
    ]),
    sql: z.string().nullable(),
    statement_class: z.enum(["read", "write", "ddl"]).nullable(),
    translator: translator.nullable(),
    confidence: z.number().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    row_count: z.int().nullable(),
    affected_rows: z.int().nullable(),
    duration_ms: z.int().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "QueryExecution" });

export const createQueryExecution = declare({
  method: "post",
  path: "/query_executions",
  operationId: "createQueryExecution",
  tag: "Natural Language Queries",
  summary: "Ask a database a question in plain English",
  description:
    "The question becomes one SQL statement, which is checked and run. Reading needs `queries:read` " +
    "or `queries:write`, changing rows `queries:write`, changing tables `databases:write` as well. " +
    "What loses data is answered with 422 `confirmation_required` first: send the same question " +
    "again with `confirm`.",
  access: ["queries:write", "queries:read"],
  idempotency: "accepted",
  body: askBody,
  answers: {
    200: {
      description: "What was run, and what came of it.",
      schema: z.object({
        success: z.boolean(),
        sql: z.string(),
        result,
        query_id: z.int(),
        translator: translator.meta({ description: "Who wrote the statement." }),
        confidence: z.number().meta({ description: "How sure it is, from 0 to 1." }),
        request_id: requestId,
      }),
      headers: {
        "x-nl2sql-engine": { description: "Who wrote the statement.", type: "string" },
      },
    },
    ...errorAnswers({ method: "post" }, 404, 409),
    500: {
      ...errorAnswer(500),
      schema: executionError,
      description:
        "`query_execution_failed`: the database refused the statement or took too long; " +
        "`details` has `sql` and `query_id`. Other codes: our fault.",
    },
  },
});

const idText = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "must be an id")
  .transform(Number);

export const listQueryExecutions = declare({
  method: "get",
  path: "/query_executions",
  operationId: "listQueryExecutions",
  tag: "Natural Language Queries",
  summary: "List questions that were asked, newest first",
  access: ["queries:read", "queries:write"],
  query: z.strictObject({
    limit: limitQuery,
    starting_after: idText.optional().meta({ override: { type: "integer" } }),
    database_uuid: uuidText().optional(),
  }),
  answers: {
    200: {
      description: "A page of questions to databases of all teams of the key's user.",
      schema: z.object({
        data: z.array(queryExecution),
        has_more: z.boolean(),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "get" }),
  },
});

const schemaTable = z
  .object({
    schema: z.string(),
    name: z.string(),
    is_view: z.boolean(),
    comment: z.string().nullable(),
    row_estimate: z.number().meta({ description: "The engine's own; 0 when it has none." }),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string().meta({ example: "numeric(10,2)" }),
        is_nullable: z.boolean(),
        comment: z.string().nullable(),
      }),
    ),
    primary_key: z.array(z.string()),
    foreign_keys: z.array(
      z.object({
        columns: z.array(z.string()),
        schema: z.string(),
        table: z.string(),
        references: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: "SchemaTable" });

export type SchemaTableView = z.output<typeof schemaTable>;

export const getDatabaseSchema = declare({
  method: "get",
  path: "/databases/{uuid}/schema",
  operationId: "getDatabaseSchema",
  tag: "Natural Language Queries",
  summary: "Read which tables and columns a database has",
  description: "What a question can be about. No row is read.",
  access: ["queries:read", "queries:write"],
  params: uuidParams,
  answers: {
    200: {
      description: "The tables and views.",
      schema: z.object({
        data: z.object({
          object: z.literal("database_schema"),
          database_uuid: z.uuid(),
          tables: z.array(schemaTable),
        }),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

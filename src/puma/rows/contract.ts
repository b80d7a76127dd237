import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { queryInteger } from "../../http/query-integer.ts";
import { batchOperationsMax, queryLimitDefault, queryLimitMax } from "../limits.ts";
import { errorAnswers, filterSchema, objectSchema, rowSchema } from "../schemas.ts";
import { tableNamePattern } from "./rules/table-name.ts";

/** Rows of one table: query, add, change, delete, count, earlier versions. */
const tag = "Rows";
const access = ["*"];

/** The pattern is checked by `tableFrom`, whose refusal has a code of its own. */
const params = z.object({ table: z.string().meta({ pattern: tableNamePattern }) });

const filterText = z
  .string()
  .describe(
    "A JSON object of field and value, all of which must be equal; null also matches an absent field",
  );

const keySchema = z
  .custom<string | string[]>(
    (value) =>
      typeof value === "string" ||
      (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")),
    "must be a field's name or a list of at least one",
  )
  .meta({
    description: "The field, or the fields, that tell which row is the same one",
    oneOf: [{ type: "string" }, { type: "array", minItems: 1, items: { type: "string" } }],
  });

const id = z.string();
const newRow = objectSchema.describe("The row, without id, created_at and updated_at");
const allowMultiple = z
  .boolean()
  .default(false)
  .describe("Whether more than one row may be changed");

export const queryRows = declare({
  method: "get",
  path: "/v1/{table}",
  operationId: "queryRows",
  tag,
  summary: "Query rows",
  description: `Newest first unless sorted; at most ${queryLimitDefault} rows unless limited.`,
  access,
  params,
  query: z.strictObject({
    filter: filterText.optional(),
    sort: z
      .string()
      .describe("A field; `-` before it for descending. Equal values follow by id.")
      .optional(),
    limit: queryInteger(1, queryLimitMax).optional(),
  }),
  answers: {
    200: { description: "The rows", schema: z.object({ rows: z.array(rowSchema) }) },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

export const addRow = declare({
  method: "post",
  path: "/v1/{table}",
  operationId: "addRow",
  tag,
  summary: "Add a row",
  description: "Always makes a new row, unless the Idempotency-Key was used within 24 hours.",
  access,
  idempotency: "accepted",
  params,
  body: objectSchema,
  answers: {
    201: {
      description: "The new row",
      schema: rowSchema,
      headers: {
        "Idempotent-Replayed": { description: "`true` when nothing was added", type: "string" },
      },
    },
    ...errorAnswers([400, 401, 413, 429], { body: true }),
  },
});

export const deleteRows = declare({
  method: "delete",
  path: "/v1/{table}",
  operationId: "deleteRows",
  tag,
  summary: "Delete the rows that match",
  access,
  params,
  body: z.strictObject({ filter: filterSchema }),
  answers: {
    200: {
      description: "How many rows were deleted",
      schema: z.object({ deleted: z.int().min(0) }),
    },
    ...errorAnswers([400, 401, 429], { body: true }),
  },
});

export const upsertRow = declare({
  method: "post",
  path: "/v1/{table}/upsert",
  operationId: "upsertRow",
  tag,
  summary: "Replace the row with the same key fields, or add it",
  access,
  params,
  body: z.strictObject({ key: keySchema, row: newRow }),
  answers: {
    200: {
      description: "The row",
      schema: z.object({ created: z.boolean(), row: rowSchema }),
    },
    ...errorAnswers([400, 401, 429], { body: true }),
  },
});

const addOperation = z.strictObject({
  action: z.enum(["add"]),
  row: objectSchema,
  idempotencyKey: z.string().optional(),
});
const upsertOperation = z.strictObject({
  action: z.enum(["upsert"]),
  key: keySchema,
  row: objectSchema,
});
const updateRowOperation = z.strictObject({
  action: z.enum(["update_row"]),
  id,
  patch: objectSchema,
});
const updateWhereOperation = z.strictObject({
  action: z.enum(["update_where"]),
  filter: filterSchema,
  patch: objectSchema,
  allowMultiple,
});
const deleteOperation = z.strictObject({ action: z.enum(["delete"]), filter: filterSchema });

const batchOperationSchema = z.discriminatedUnion("action", [
  addOperation,
  upsertOperation,
  updateRowOperation,
  updateWhereOperation,
  deleteOperation,
]);

export type BatchOperation = z.output<typeof batchOperationSchema>;

export const batchRows = declare({
  method: "post",
  path: "/v1/{table}/batch",
  operationId: "batchRows",
  tag,
  summary: `Run up to ${batchOperationsMax} changes, all or none`,
  description:
    "One write for the rate limit. When a change fails nothing is kept and `details.index` is its place.",
  access,
  params,
  body: z.strictObject({
    operations: z
      .array(batchOperationSchema)
      .min(1)
      .max(batchOperationsMax)
      .describe("The changes, in order"),
  }),
  answers: {
    200: {
      description: "One result per operation, as the operation alone would answer",
      schema: z.object({
        results: z.array(
          z.object({
            index: z.int().min(0),
            action: z.enum(["add", "upsert", "update_row", "update_where", "delete"]),
            result: z.unknown(),
          }),
        ),
      }),
    },
    ...errorAnswers([400, 401, 404, 409, 413, 429], { body: true }),
  },
});

export const updateRow = declare({
  method: "post",
  path: "/v1/{table}/update_row",
  operationId: "updateRow",
  tag,
  summary: "Merge a patch into one row",
  description: "A field set to null stays, with the value null.",
  access,
  params,
  body: z.strictObject({ id, patch: objectSchema }),
  answers: {
    200: { description: "The row", schema: z.object({ row: rowSchema }) },
    ...errorAnswers([400, 401, 404, 429], { body: true }),
  },
});

export const updateWhere = declare({
  method: "post",
  path: "/v1/{table}/update_where",
  operationId: "updateWhere",
  tag,
  summary: "Merge a patch into the rows that match",
  access,
  params,
  body: z.strictObject({ filter: filterSchema, patch: objectSchema, allowMultiple }),
  answers: {
    200: {
      description: "The rows, newest first",
      schema: z.object({ updated: z.int().min(0), rows: z.array(rowSchema) }),
    },
    ...errorAnswers([400, 401, 404, 409, 429], { body: true }),
  },
});

export const countRows = declare({
  method: "get",
  path: "/v1/{table}/count",
  operationId: "countRows",
  tag,
  summary: "Count rows",
  access,
  params,
  query: z.strictObject({ filter: filterText.optional() }),
  answers: {
    200: { description: "How many rows match", schema: z.object({ count: z.int().min(0) }) },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

const versionSchema = z
  .object({
    version: z.int().min(1),
    archived_at: z.iso.datetime(),
    deleted: z.boolean(),
    row: rowSchema,
  })
  .meta({ id: "RowVersion" });

export const listVersions = declare({
  method: "get",
  path: "/v1/{table}/versions",
  operationId: "listVersions",
  tag,
  summary: "What a row was before its last changes, newest first",
  access,
  params,
  query: z.strictObject({ id }),
  answers: {
    200: { description: "The versions", schema: z.object({ versions: z.array(versionSchema) }) },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

export const restoreRow = declare({
  method: "post",
  path: "/v1/{table}/restore",
  operationId: "restoreRow",
  tag,
  summary: "Make a row what it was in a version, deleted or not",
  access,
  params,
  body: z.strictObject({
    id,
    version: z.int().min(1).describe("Its number, as the list of versions tells it"),
  }),
  answers: {
    200: { description: "The row", schema: z.object({ row: rowSchema }) },
    ...errorAnswers([400, 401, 404, 429], { body: true }),
  },
});

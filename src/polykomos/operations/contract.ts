import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, one, page, timestamp, uuidPageQuery, uuidText } from "../schemas.ts";
import { operationKinds, operationStates } from "./steps.ts";

export const operation = z
  .object({
    object: z.string().meta({ example: "operation" }),
    id: z.uuid(),
    kind: z.enum(operationKinds),
    state: z.enum(operationStates),
    step: z.string().nullable(),
    progress: z.object({ steps_done: z.int(), steps_total: z.int() }),
    attempts: z.int(),
    database_uuid: z.uuid(),
    team_id: z.int().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
    not_before: timestamp,
  })
  .meta({ id: "Operation" });

export const listOperations = declare({
  method: "get",
  path: "/operations",
  operationId: "listOperations",
  tag: "Operations",
  summary: "List what is being done and was done to your databases, newest first",
  access: ["databases:read"],
  query: uuidPageQuery.extend({ database_uuid: uuidText().optional() }),
  answers: {
    200: {
      description: "A page of operations.",
      schema: page(operation),
    },
    ...errorAnswers({ method: "get" }),
  },
});

export const getOperation = declare({
  method: "get",
  path: "/operations/{id}",
  operationId: "getOperation",
  tag: "Operations",
  summary: "Read an operation: its step, progress, error and times",
  access: ["databases:read"],
  params: z.object({ id: uuidText() }),
  answers: {
    200: {
      description: "The operation.",
      schema: one(operation),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

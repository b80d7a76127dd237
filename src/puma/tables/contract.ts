import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, rowSchema } from "../schemas.ts";

/** The account's tables as a whole. */
const tag = "Tables";
const access = ["*"];

export const listTables = declare({
  method: "get",
  path: "/v1/_tables",
  operationId: "listTables",
  tag,
  summary: "List tables with their number of rows",
  access,
  query: z.strictObject({}),
  answers: {
    200: {
      description: "The tables by name",
      schema: z.object({
        tables: z.array(z.object({ name: z.string(), rows: z.int().min(0) })),
      }),
    },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

export const exportTables = declare({
  method: "get",
  path: "/v1/_export",
  operationId: "exportTables",
  tag,
  summary: "All rows of all tables",
  access,
  query: z.strictObject({}),
  answers: {
    200: {
      description: "The rows of each table, newest first",
      schema: z.object({ tables: z.record(z.string(), z.array(rowSchema)) }),
    },
    ...errorAnswers([400, 401, 429], { body: false }),
  },
});

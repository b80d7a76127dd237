import * as z from "zod";
import { declare } from "../../../http/declare.ts";
import { errorAnswers, idQuery, many, timestamp, uuidText } from "../../schemas.ts";

const usageHistory = z.object({
  object: z.literal("usage_history"),
  database_uuid: z.uuid(),
  points: z.array(z.object({ at: timestamp, storage_bytes: z.int(), connections: z.int() })),
});

export const listUsageHistory = declare({
  method: "get",
  path: "/usage_history",
  operationId: "listUsageHistory",
  tag: "Databases",
  summary: "Read how databases' sizes and connections went over the last week",
  description:
    "Of the newest 100 databases, or of one. A point is the last size and the most connections that " +
    "were measured in its time: a quarter of an hour for one database, six hours for several.",
  access: ["databases:read"],
  query: z.strictObject({
    team_id: idQuery.optional(),
    database_uuid: uuidText().optional(),
  }),
  answers: {
    200: {
      description: "The databases that were measured, newest first; their points oldest first.",
      schema: many(usageHistory),
    },
    ...errorAnswers({ method: "get" }),
  },
});

import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, idQuery, limitQuery, longIdQuery, page, timestamp } from "../schemas.ts";

const auditEntry = z
  .object({
    object: z.literal("audit_entry"),
    id: z.int(),
    actor: z.string().meta({
      description: "`key:<id>`, `user:<id>` at the console, `admin`, or `system`.",
      example: "key:12",
    }),
    user: z.object({ id: z.int(), name: z.string(), email: z.string() }).nullable(),
    team_id: z.int().nullable(),
    action: z.string().meta({ example: "database.create" }),
    target: z.string(),
    details: z.looseObject({}),
    request_id: z.string(),
    created_at: timestamp,
  })
  .meta({ id: "AuditEntry" });

export type AuditView = z.input<typeof auditEntry>;

const dayError = "must be a date like 2026-01-31";
/** The store's calendar has no year 0. */
const day = z.iso.date(dayError).refine((date) => !date.startsWith("0000"), dayError);

export const listAudit = declare({
  method: "get",
  path: "/audit_log",
  operationId: "listAuditLog",
  tag: "Teams",
  summary: "List who did what in your teams and with your keys, newest first",
  access: ["keys:write"],
  query: z.strictObject({
    limit: limitQuery,
    starting_after: longIdQuery.optional(),
    team_id: idQuery.optional(),
    user_id: idQuery.optional(),
    action: z
      .string()
      .regex(/^[a-z_]+(\.[a-z_]+)?$/, "must be an action, or what stands before its dot")
      .max(60)
      .optional(),
    from: day.optional(),
    to: day.optional(),
  }),
  answers: {
    200: {
      description:
        "A page of entries. With `team_id` those of that team alone; `from` and `to` are days in UTC.",
      schema: page(auditEntry),
    },
    ...errorAnswers({ method: "get" }),
  },
});

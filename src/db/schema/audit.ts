import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

export const auditLog = pgTable(
  "audit_log",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** `admin`, `key:<id>`, or `user:<id>` of somebody at the console. */
    actor: text().notNull(),
    userId: integer("user_id"),
    teamId: integer("team_id"),
    action: text().notNull(),
    target: text().notNull(),
    requestId: text("request_id").notNull(),
    details: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    index("audit_log_team").on(table.teamId, table.id.desc()),
    index("audit_log_user").on(table.userId, table.id.desc()).where(sql`${table.teamId} IS NULL`),
    check("audit_log_actor", sql`${table.actor} <> ''`),
  ],
);

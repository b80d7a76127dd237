import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { teams } from "./people.ts";

export const events = pgTable(
  "events",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** What receivers know it by; stable over retries and repeats. */
    uid: uuid().notNull().defaultRandom(),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    type: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    index("events_team_newest").on(table.teamId, table.id.desc()),
    index("events_age").on(table.createdAt),
  ],
);

export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** What its secrets are sealed for. */
    uid: uuid().notNull().unique(),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    url: text().notNull(),
    /** Event types it wants; empty: all. */
    events: jsonb().$type<string[]>().notNull(),
    secretSealed: text("secret_sealed").notNull(),
    /** Signs too, until its time, so that a receiver can change over. */
    previousSecretSealed: text("previous_secret_sealed"),
    previousSecretUntil: time("previous_secret_until"),
    lastSuccessAt: time("last_success_at"),
    lastFailureAt: time("last_failure_at"),
    /** Since when nothing but failures; null after a success. */
    failingSince: time("failing_since"),
    requestKey: text("request_key"),
    /** The request that gave it its secret, so that a retry does not replace it again. */
    rotatedBy: text("rotated_by"),
    createdAt: time("created_at").notNull(),
    disabledAt: time("disabled_at"),
    revokedAt: time("revoked_at"),
  },
  (table) => [
    index("webhook_endpoints_team").on(table.teamId, table.id.desc()),
    uniqueIndex("webhook_endpoints_request_key").on(table.requestKey),
  ],
);

export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    endpointId: integer("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id),
    eventId: bigint("event_id", { mode: "number" })
      .notNull()
      .references(() => events.id),
    status: text({ enum: ["pending", "delivered", "failed"] }).notNull(),
    attemptCount: integer("attempt_count").notNull().default(0),
    responseCode: integer("response_code"),
    errorClass: text("error_class"),
    errorMessage: text("error_message"),
    durationMs: integer("duration_ms"),
    nextAttemptAt: time("next_attempt_at"),
    leaseUntil: time("lease_until"),
    leaseToken: uuid("lease_token"),
    /** The request that asked for it; null where an event did. */
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    lastAttemptAt: time("last_attempt_at"),
    /** Each attempt so far with the beginning of its answer; null where none was recorded. */
    attempts: jsonb().$type<Record<string, unknown>[]>(),
  },
  (table) => [
    index("webhook_deliveries_endpoint").on(table.endpointId, table.id.desc()),
    index("webhook_deliveries_waiting")
      .on(table.endpointId, table.nextAttemptAt, table.id)
      .where(sql`${table.status} = 'pending'`),
    index("webhook_deliveries_held")
      .on(table.endpointId, table.leaseUntil)
      .where(sql`${table.leaseUntil} IS NOT NULL`),
    index("webhook_deliveries_event").on(table.eventId),
    uniqueIndex("webhook_deliveries_request_key")
      .on(table.requestKey)
      .where(sql`${table.requestKey} IS NOT NULL`),
    index("webhook_deliveries_age").on(table.createdAt),
  ],
);

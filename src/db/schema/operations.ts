import { sql } from "drizzle-orm";
import { bigint, index, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { databases } from "./databases.ts";
import { teams, users } from "./people.ts";

export const operations = pgTable(
  "operations",
  {
    id: uuid().primaryKey(),
    /** The order in which operations on one database run. */
    seq: bigint({ mode: "number" }).generatedAlwaysAsIdentity().notNull(),
    kind: text({
      enum: [
        "build_pooled",
        "create",
        "rename",
        "change_quotas",
        "change_expiry",
        "enforce_storage",
        "rotate_credentials",
        "retire_credentials",
        "rebuild",
        "delete",
        "destroy",
      ],
    }).notNull(),
    teamId: integer("team_id").references(() => teams.id),
    userId: integer("user_id").references(() => users.id),
    databaseId: bigint("database_id", { mode: "number" })
      .notNull()
      .references(() => databases.id),
    state: text({ enum: ["queued", "running", "succeeded", "failed", "cancelled"] }).notNull(),
    /** The saga step last begun; recorded before it runs. */
    step: text(),
    attempts: integer().notNull().default(0),
    /** Not run before this time: a delayed destroy, or the pause after a failed attempt. */
    notBefore: time("not_before").notNull(),
    /** A runner holds the operation until then; afterwards another may take it. */
    leaseUntil: time("lease_until"),
    leaseToken: uuid("lease_token"),
    /** The password that a rotation brings in; it moves to the database when that has worked. */
    credentialSealed: text("credential_sealed"),
    /** How long the credential before a rotation works on. */
    overlapSeconds: integer("overlap_seconds"),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    /**
     * SHA-256 of account, method, path and Idempotency-Key of the request that made it, and the time
     * it first came: after a day the same key names another request.
     */
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    finishedAt: time("finished_at"),
  },
  (table) => [
    uniqueIndex("operations_request_key").on(table.requestKey),
    index("operations_database").on(table.databaseId, table.seq),
    index("operations_unfinished")
      .on(table.notBefore)
      .where(sql`${table.state} IN ('queued', 'running')`),
    index("operations_team_newest").on(table.teamId, table.seq.desc()),
    index("operations_state").on(table.state, table.seq.desc()),
    index("operations_open")
      .on(table.databaseId, table.seq)
      .where(sql`${table.state} IN ('queued', 'running') OR ${table.leaseUntil} IS NOT NULL`),
  ],
);

/** Queue messages whose consumer kept failing, or that nobody can read. */
export const deadMessages = pgTable(
  "dead_messages",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    queue: text().notNull(),
    messageId: text("message_id").notNull(),
    /** `unreadable`, or `exhausted`: its consumer failed as often as it may. */
    reason: text({ enum: ["unreadable", "exhausted"] }).notNull(),
    /** Scrubbed of what looks like a secret, and cut. */
    body: text().notNull(),
    attempts: integer().notNull(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("dead_messages_message").on(table.queue, table.messageId),
    index("dead_messages_age").on(table.createdAt),
  ],
);

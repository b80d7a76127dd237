import { sql } from "drizzle-orm";
import {
  bigint,
  doublePrecision,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { databases } from "./databases.ts";
import { teams, users } from "./people.ts";

/** The login of each database that answers questions; a database without a row has none yet. */
export const databaseReaders = pgTable("database_readers", {
  databaseId: bigint("database_id", { mode: "number" })
    .primaryKey()
    .references(() => databases.id),
  passwordSealed: text("password_sealed").notNull(),
  createdAt: time("created_at").notNull(),
});

/** Every question that was asked, with what became of it; never what was answered. */
export const queryExecutions = pgTable(
  "query_executions",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    databaseId: bigint("database_id", { mode: "number" })
      .notNull()
      .references(() => databases.id),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    keyId: integer("key_id").notNull(),
    question: text().notNull(),
    /** `writing`: a change was begun, and what became of it is not known before it ends. */
    status: text({
      enum: ["running", "writing", "succeeded", "failed", "refused", "awaiting_confirmation"],
    }).notNull(),
    /** What was run, or was refused. */
    sql: text(),
    statementClass: text("statement_class", { enum: ["read", "write", "ddl"] }),
    translator: text(),
    confidence: doublePrecision(),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    rowCount: integer("row_count"),
    affectedRows: bigint("affected_rows", { mode: "number" }),
    durationMs: integer("duration_ms"),
    /** It holds one of its database's places until then. */
    leaseUntil: time("lease_until"),
    /** SHA-256 of the word that says yes to it, once, until its time. */
    confirmHash: text("confirm_hash"),
    confirmUntil: time("confirm_until"),
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    finishedAt: time("finished_at"),
  },
  (table) => [
    uniqueIndex("query_executions_request_key").on(table.requestKey),
    index("query_executions_team_newest").on(table.teamId, table.id.desc()),
    index("query_executions_database_newest").on(table.databaseId, table.id.desc()),
    index("query_executions_held")
      .on(table.databaseId, table.leaseUntil)
      .where(sql`${table.leaseUntil} IS NOT NULL`),
    index("query_executions_recent").on(table.userId, table.createdAt),
    index("query_executions_age").on(table.createdAt),
  ],
);

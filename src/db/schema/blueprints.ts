import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { databases } from "./databases.ts";
import { teams, users } from "./people.ts";

export const blueprints = pgTable(
  "blueprints",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    uuid: uuid().notNull().unique(),
    /** Null: a system blueprint, which everyone sees and nobody changes. */
    teamId: integer("team_id").references(() => teams.id),
    name: text().notNull(),
    slug: text().notNull(),
    description: text(),
    /** The newest of its versions. */
    version: integer().notNull(),
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
    deletedAt: time("deleted_at"),
  },
  (table) => [
    uniqueIndex("blueprints_team_slug")
      .on(table.teamId, table.slug)
      .where(sql`${table.deletedAt} IS NULL AND ${table.teamId} IS NOT NULL`),
    uniqueIndex("blueprints_system_slug").on(table.slug).where(sql`${table.teamId} IS NULL`),
    uniqueIndex("blueprints_request_key").on(table.requestKey),
    index("blueprints_team_newest").on(table.teamId, table.id.desc()),
  ],
);

/** What a blueprint was at a version. Never changed: an application names the version it ran. */
export const blueprintVersions = pgTable(
  "blueprint_versions",
  {
    blueprintId: integer("blueprint_id")
      .notNull()
      .references(() => blueprints.id),
    version: integer().notNull(),
    sqlContent: text("sql_content").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    variables: jsonb().$type<Record<string, unknown>>(),
    manifest: jsonb().$type<Record<string, unknown>>().notNull(),
    /** By engine, where each statement stands in the text. */
    pieces: jsonb().$type<Record<string, unknown[]>>().notNull(),
    /** The request that made it, so that a retry does not make another. */
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.blueprintId, table.version] }),
    uniqueIndex("blueprint_versions_request_key").on(table.requestKey),
  ],
);

export const blueprintApplications = pgTable(
  "blueprint_applications",
  {
    /** Also the order in which applications to one database run. */
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    databaseId: bigint("database_id", { mode: "number" })
      .notNull()
      .references(() => databases.id),
    blueprintId: integer("blueprint_id")
      .notNull()
      .references(() => blueprints.id),
    blueprintVersion: integer("blueprint_version").notNull(),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    status: text({ enum: ["pending", "running", "completed", "failed", "rolled_back"] }).notNull(),
    isDryRun: boolean("is_dry_run").notNull(),
    /** Belongs to the creation of its database and is run by that operation, before it is active. */
    isForCreation: boolean("is_for_creation").notNull(),
    /** Sealed, for a value may be a secret. */
    variablesSealed: text("variables_sealed").notNull(),
    statementsTotal: integer("statements_total").notNull(),
    statementsSucceeded: integer("statements_succeeded").notNull().default(0),
    statementsFailed: integer("statements_failed").notNull().default(0),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    durationMs: integer("duration_ms"),
    attempts: integer().notNull().default(0),
    /**
     * What tells a later runner how far a dead one came. PostgreSQL: the id of the transaction that
     * holds all changes; MySQL: the number of the last statement that was begun.
     */
    checkpoint: text(),
    notBefore: time("not_before").notNull(),
    leaseUntil: time("lease_until"),
    leaseToken: uuid("lease_token"),
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    completedAt: time("completed_at"),
  },
  (table) => [
    uniqueIndex("blueprint_applications_request_key").on(table.requestKey),
    index("blueprint_applications_database").on(table.databaseId, table.id.desc()),
    index("blueprint_applications_creation")
      .on(table.databaseId)
      .where(sql`${table.isForCreation}`),
    index("blueprint_applications_failed")
      .on(table.id)
      .where(sql`${table.status} IN ('failed', 'rolled_back')`),
    index("blueprint_applications_unfinished")
      .on(table.notBefore)
      .where(sql`${table.status} IN ('pending', 'running')`),
  ],
);

/** The log of an application in parts, so that progress is written without writing all of it again. */
export const blueprintApplicationLogs = pgTable(
  "blueprint_application_logs",
  {
    applicationId: integer("application_id")
      .notNull()
      .references(() => blueprintApplications.id),
    /** The number of the first statement of the part. */
    firstStatement: integer("first_statement").notNull(),
    entries: jsonb().$type<Record<string, unknown>[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.applicationId, table.firstStatement] })],
);

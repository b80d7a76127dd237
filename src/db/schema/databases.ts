import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { teams } from "./people.ts";
import { fleetServers } from "./servers.ts";

/** Numbers databases in the order in which they became their customers'. */
export const databaseListing = pgSequence("database_listing");

export const databases = pgTable(
  "databases",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    uuid: uuid().notNull().unique(),
    /** Null while it waits in the pool, like name and plan. */
    teamId: integer("team_id").references(() => teams.id),
    name: text(),
    plan: text({ enum: ["free", "launch", "grow"] }),
    /** `building` and `pooled` belong to nobody yet; `deleted` ones wait for their destruction. */
    status: text({
      enum: ["building", "pooled", "provisioning", "active", "paused", "deleted"],
    }).notNull(),
    engine: text({ enum: ["postgres", "mysql"] }).notNull(),
    region: text().notNull(),
    storageHardLimitGb: doublePrecision("storage_hard_limit_gb"),
    connectionHardLimit: integer("connection_hard_limit"),
    warningThresholdPct: integer("warning_threshold_pct"),
    serverId: integer("server_id")
      .notNull()
      .references(() => fleetServers.id),
    dbName: text("db_name").notNull(),
    /** Of the credential that is current. */
    passwordSealed: text("password_sealed").notNull(),
    /** How often its credential was rotated: which of its two logins is current. */
    credentialNumber: integer("credential_number").notNull().default(0),
    /** The credential before the current one works until then; null when there is none. */
    previousCredentialUntil: time("previous_credential_until"),
    /** It is deleted at that time by the system; null: never. */
    expiresAt: time("expires_at"),
    /** Which notices of its expiry were sent or would have come too late: 0, 1 (a day), 2 (an hour). */
    expiryNotices: integer("expiry_notices").notNull().default(0),
    /** Since when its server's catalog lacks it, though nothing is being done to it. */
    missingSince: time("missing_since"),
    /** Its place in lists; null while it belongs to nobody. A pooled one is older than its claim. */
    listing: bigint({ mode: "number" }),
    /** When it was built and entered the pool; null for one that was made for its customer. */
    pooledAt: time("pooled_at"),
    /** Whether anything of it may exist on the server. Set before the first step touches it. */
    hasRemoteResources: boolean("has_remote_resources").notNull().default(false),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
    deletedAt: time("deleted_at"),
    destroyAt: time("destroy_at"),
    destroyedAt: time("destroyed_at"),
  },
  (table) => [
    uniqueIndex("databases_live_name")
      .on(table.teamId, table.name)
      .where(sql`${table.deletedAt} IS NULL`),
    uniqueIndex("databases_server_name")
      .on(table.serverId, table.dbName)
      .where(sql`${table.destroyedAt} IS NULL`),
    index("databases_team_newest")
      .on(table.teamId, table.listing.desc())
      .where(sql`${table.deletedAt} IS NULL`),
    index("databases_pool")
      .on(table.engine, table.region, table.id)
      .where(sql`${table.status} IN ('building', 'pooled')`),
    index("databases_on_server").on(table.serverId).where(sql`${table.destroyedAt} IS NULL`),
    index("databases_expiring")
      .on(table.expiresAt)
      .where(sql`${table.deletedAt} IS NULL AND ${table.expiresAt} IS NOT NULL`),
    index("databases_missing").on(table.missingSince).where(sql`${table.missingSince} IS NOT NULL`),
    index("databases_destroyed")
      .on(table.serverId, table.destroyedAt)
      .where(sql`${table.destroyedAt} IS NOT NULL`),
  ],
);

/** What a database takes up, as it was last measured, and what follows from it. */
export const databaseUsage = pgTable(
  "database_usage",
  {
    databaseId: bigint("database_id", { mode: "number" })
      .primaryKey()
      .references(() => databases.id),
    storageBytes: bigint("storage_bytes", { mode: "number" }).notNull(),
    /** Sessions that its logins had open. */
    connections: integer().notNull(),
    /** Whether the next measure of it must look into each of its tables. MySQL only. */
    needsDetail: boolean("needs_detail").notNull().default(false),
    /** The highest warning level, in percent, that it stands at or above and that was told of. */
    warnedPct: integer("warned_pct").notNull().default(0),
    /** At its limit or above: its server is to refuse writes. */
    isOver: boolean("is_over").notNull().default(false),
    overSince: time("over_since"),
    measuredAt: time("measured_at").notNull(),
  },
  (table) => [index("database_usage_detail").on(table.databaseId).where(sql`${table.needsDetail}`)],
);

/** How a database's usage went, a row for each quarter of an hour; for a week. */
export const usageSamples = pgTable(
  "usage_samples",
  {
    databaseId: bigint("database_id", { mode: "number" })
      .notNull()
      .references(() => databases.id),
    /** The beginning of the quarter. */
    at: time("at").notNull(),
    storageBytes: bigint("storage_bytes", { mode: "number" }).notNull(),
    /** The most that a measure of the quarter found. */
    connections: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.databaseId, table.at] }),
    index("usage_samples_age").on(table.at),
  ],
);

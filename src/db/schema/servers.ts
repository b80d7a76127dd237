import {
  bigint,
  boolean,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

/** Names this control plane on its servers: one row. */
export const installation = pgTable("installation", {
  isOnly: boolean("is_only").primaryKey().default(true),
  id: uuid().notNull(),
});

export const fleetServers = pgTable(
  "fleet_servers",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull().unique(),
    engine: text({ enum: ["postgres", "mysql"] }).notNull(),
    region: text().notNull(),
    transport: text({ enum: ["neon", "tcp"] }).notNull(),
    /** Where the control plane reaches it. */
    host: text().notNull(),
    port: integer().notNull(),
    /** What customers are told; `{id}` stands for the database's id. */
    advertisedHost: text("advertised_host").notNull(),
    tls: boolean().notNull(),
    adminUser: text("admin_user").notNull(),
    adminPasswordSealed: text("admin_password_sealed").notNull(),
    /** What may be promised to databases on it; null: no limit. */
    maxDatabases: integer("max_databases"),
    maxConnections: integer("max_connections"),
    maxBytes: bigint("max_bytes", { mode: "number" }),
    /** `down` is found by the health check; afterwards it is what `is_draining` says. */
    state: text({ enum: ["active", "draining", "down"] }).notNull(),
    /** The operator's wish, kept while the server is down. */
    isDraining: boolean("is_draining").notNull().default(false),
    /** The check that was begun last; an outcome of an earlier one is not recorded. */
    checkBegunAt: time("check_begun_at"),
    checkedAt: time("checked_at"),
    /** Checks in a row that failed. */
    checkFailures: integer("check_failures").notNull().default(0),
    /** Why the last check failed; null once one went well. */
    lastError: text("last_error"),
    downSince: time("down_since"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [index("fleet_servers_place").on(table.engine, table.region, table.state)],
);

/**
 * What servers have promised: a row is a change of it, or the sum of earlier changes. A trigger on
 * `databases` adds a row with each change, so that changes never wait for one another; the sweep sums up.
 */
export const serverPromises = pgTable(
  "server_promises",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    serverId: integer("server_id")
      .notNull()
      .references(() => fleetServers.id),
    /** Whose caps hold where a database sets no quota. */
    plan: text().notNull(),
    /** Databases that are not destroyed. */
    databases: integer().notNull(),
    /** Living ones that set no limit on connections, and the limits of those that do. */
    defaultConnections: integer("default_connections").notNull(),
    connections: bigint({ mode: "number" }).notNull(),
    /** Those that set no limit on storage, and the limits of those that do: exact, so it never drifts. */
    defaultStorage: integer("default_storage").notNull(),
    storageGb: numeric("storage_gb").notNull(),
  },
  (table) => [index("server_promises_server").on(table.serverId)],
);

/** When each server's storage was last measured. */
export const storageChecks = pgTable("storage_checks", {
  serverId: integer("server_id")
    .primaryKey()
    .references(() => fleetServers.id),
  begunAt: time("begun_at").notNull(),
});

/** When each server's catalog was last compared with the rows. */
export const fleetReconciliations = pgTable("fleet_reconciliations", {
  serverId: integer("server_id")
    .primaryKey()
    .references(() => fleetServers.id),
  beganAt: time("began_at").notNull(),
  finishedAt: time("finished_at"),
  errorMessage: text("error_message"),
});

/** What stands on a server and belongs to no row, as the reconciler saw it. */
export const fleetOrphans = pgTable(
  "fleet_orphans",
  {
    serverId: integer("server_id")
      .notNull()
      .references(() => fleetServers.id),
    kind: text({ enum: ["login", "database"] }).notNull(),
    name: text().notNull(),
    /** Whether it bears our mark on a server of ours, and so may be removed. */
    isRemovable: boolean("is_removable").notNull(),
    firstSeenAt: time("first_seen_at").notNull(),
    lastSeenAt: time("last_seen_at").notNull(),
    /** Runs of the reconciler that saw it. */
    sightings: integer().notNull(),
    removedAt: time("removed_at"),
    errorMessage: text("error_message"),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.kind, table.name] })],
);

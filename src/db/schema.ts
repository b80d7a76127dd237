import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  numeric,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/**
 * The control plane's tables. Times are given by the Worker's clock, never by the server's, so that
 * one clock rules. What each table is for, who writes it and how long it lives: docs/storage.md.
 */
function at(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
}

export const users = pgTable("users", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique(),
  name: text().notNull(),
  /** Names the user's AccountGate object and stands in each of the user's keys. */
  accountId: text("account_id").notNull().unique(),
  /** The pumaDB account of the same address; null until the first sign-in to the console. */
  pumaAccountId: text("puma_account_id"),
  createdAt: at("created_at").notNull(),
});

export const teams = pgTable("teams", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull(),
  createdAt: at("created_at").notNull(),
});

export const memberships = pgTable(
  "memberships",
  {
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    role: text({ enum: ["owner", "member"] }).notNull(),
    isPrimary: boolean("is_primary").notNull().default(false),
    createdAt: at("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.teamId] }),
    uniqueIndex("memberships_primary").on(table.userId).where(sql`${table.isPrimary}`),
    index("memberships_team").on(table.teamId),
  ],
);

export type KeyControls = {
  requests_per_minute: number;
  monthly_quota: number | null;
  allowed_ip_list: string[];
  inactive_ttl_days: number | null;
};

export const apiKeys = pgTable(
  "api_keys",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    /** SHA-256 of the whole key, hexadecimal. The key itself is nowhere. */
    hash: text().notNull().unique(),
    preview: text().notNull(),
    permissions: jsonb().$type<string[]>().notNull(),
    controls: jsonb().$type<KeyControls>().notNull(),
    status: text({ enum: ["active", "revoked"] }).notNull(),
    lastUsedAt: at("last_used_at"),
    /** The request that made it, so that a retry makes no second one. */
    requestKey: text("request_key"),
    createdAt: at("created_at").notNull(),
    revokedAt: at("revoked_at"),
  },
  (table) => [
    index("api_keys_user").on(table.userId),
    uniqueIndex("api_keys_request_key").on(table.requestKey),
  ],
);

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
    checkBegunAt: at("check_begun_at"),
    checkedAt: at("checked_at"),
    /** Checks in a row that failed. */
    checkFailures: integer("check_failures").notNull().default(0),
    /** Why the last check failed; null once one went well. */
    lastError: text("last_error"),
    downSince: at("down_since"),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (table) => [index("fleet_servers_place").on(table.engine, table.region, table.state)],
);

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
    previousCredentialUntil: at("previous_credential_until"),
    /** It is deleted at that time by the system; null: never. */
    expiresAt: at("expires_at"),
    /** Which notices of its expiry were sent or would have come too late: 0, 1 (a day), 2 (an hour). */
    expiryNotices: integer("expiry_notices").notNull().default(0),
    /** Since when its server's catalog lacks it, though nothing is being done to it. */
    missingSince: at("missing_since"),
    /** Its place in lists; null while it belongs to nobody. A pooled one is older than its claim. */
    listing: bigint({ mode: "number" }),
    /** When it was built and entered the pool; null for one that was made for its customer. */
    pooledAt: at("pooled_at"),
    /** Whether anything of it may exist on the server. Set before the first step touches it. */
    hasRemoteResources: boolean("has_remote_resources").notNull().default(false),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    deletedAt: at("deleted_at"),
    destroyAt: at("destroy_at"),
    destroyedAt: at("destroyed_at"),
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
    notBefore: at("not_before").notNull(),
    /** A runner holds the operation until then; afterwards another may take it. */
    leaseUntil: at("lease_until"),
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
    createdAt: at("created_at").notNull(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
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
    createdAt: at("created_at").notNull(),
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
    previousSecretUntil: at("previous_secret_until"),
    lastSuccessAt: at("last_success_at"),
    lastFailureAt: at("last_failure_at"),
    /** Since when nothing but failures; null after a success. */
    failingSince: at("failing_since"),
    requestKey: text("request_key"),
    /** The request that gave it its secret, so that a retry does not replace it again. */
    rotatedBy: text("rotated_by"),
    createdAt: at("created_at").notNull(),
    disabledAt: at("disabled_at"),
    revokedAt: at("revoked_at"),
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
    nextAttemptAt: at("next_attempt_at"),
    leaseUntil: at("lease_until"),
    leaseToken: uuid("lease_token"),
    createdAt: at("created_at").notNull(),
    lastAttemptAt: at("last_attempt_at"),
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
    index("webhook_deliveries_age").on(table.createdAt),
  ],
);

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
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    deletedAt: at("deleted_at"),
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
    createdAt: at("created_at").notNull(),
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
    notBefore: at("not_before").notNull(),
    leaseUntil: at("lease_until"),
    leaseToken: uuid("lease_token"),
    requestKey: text("request_key"),
    createdAt: at("created_at").notNull(),
    startedAt: at("started_at"),
    completedAt: at("completed_at"),
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
    createdAt: at("created_at").notNull(),
  },
  (table) => [
    index("audit_log_team").on(table.teamId, table.id.desc()),
    index("audit_log_user").on(table.userId, table.id.desc()).where(sql`${table.teamId} IS NULL`),
    check("audit_log_actor", sql`${table.actor} <> ''`),
  ],
);

/** Names this control plane on its servers: one row. */
export const installation = pgTable("installation", {
  isOnly: boolean("is_only").primaryKey().default(true),
  id: uuid().notNull(),
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
    firstSeenAt: at("first_seen_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
    /** Runs of the reconciler that saw it. */
    sightings: integer().notNull(),
    removedAt: at("removed_at"),
    errorMessage: text("error_message"),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.kind, table.name] })],
);

/** When each server's catalog was last compared with the rows. */
export const fleetReconciliations = pgTable("fleet_reconciliations", {
  serverId: integer("server_id")
    .primaryKey()
    .references(() => fleetServers.id),
  beganAt: at("began_at").notNull(),
  finishedAt: at("finished_at"),
  errorMessage: text("error_message"),
});

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
    createdAt: at("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("dead_messages_message").on(table.queue, table.messageId),
    index("dead_messages_age").on(table.createdAt),
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
    overSince: at("over_since"),
    measuredAt: at("measured_at").notNull(),
  },
  (table) => [index("database_usage_detail").on(table.databaseId).where(sql`${table.needsDetail}`)],
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
  begunAt: at("begun_at").notNull(),
});

/** The demand on each pool, up to `counted_at`. */
export const pools = pgTable(
  "pools",
  {
    engine: text({ enum: ["postgres", "mysql"] }).notNull(),
    region: text().notNull(),
    /** Creations that found a ready database, and those that did not. */
    hits: bigint({ mode: "number" }).notNull().default(0),
    misses: bigint({ mode: "number" }).notNull().default(0),
    /** Creations a second, older ones counting exponentially less. */
    ratePerSecond: doublePrecision("rate_per_second").notNull().default(0),
    countedAt: at("counted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.engine, table.region] })],
);

/** Creations that are not yet counted in `pools`: rows, so that creations do not wait for another. */
export const poolClaims = pgTable("pool_claims", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  engine: text({ enum: ["postgres", "mysql"] }).notNull(),
  region: text().notNull(),
  isHit: boolean("is_hit").notNull(),
  claimedAt: at("claimed_at").notNull(),
});

/** How a database's usage went, a row for each quarter of an hour; for a week. */
export const usageSamples = pgTable(
  "usage_samples",
  {
    databaseId: bigint("database_id", { mode: "number" })
      .notNull()
      .references(() => databases.id),
    /** The beginning of the quarter. */
    at: at("at").notNull(),
    storageBytes: bigint("storage_bytes", { mode: "number" }).notNull(),
    /** The most that a measure of the quarter found. */
    connections: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.databaseId, table.at] }),
    index("usage_samples_age").on(table.at),
  ],
);

/** Somebody signed in to the console, in one browser. */
export const consoleSessions = pgTable(
  "console_sessions",
  {
    id: uuid().primaryKey(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    /** SHA-256 of the cookie's token. */
    tokenHash: text("token_hash").notNull().unique(),
    /** The team that is being looked at; null: the primary one. */
    teamId: integer("team_id").references(() => teams.id),
    /** The browser as it named itself, cut short. */
    client: text().notNull(),
    createdAt: at("created_at").notNull(),
    /** Written now and then, not with every request. */
    usedAt: at("used_at").notNull(),
    /** It ends then, or earlier when it is not used. */
    expiresAt: at("expires_at").notNull(),
  },
  (table) => [
    index("console_sessions_user").on(table.userId),
    index("console_sessions_age").on(table.expiresAt),
  ],
);

/** An address that was invited to a team. Whoever signs in with the address may answer, once. */
export const invitations = pgTable(
  "invitations",
  {
    id: uuid().primaryKey(),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    email: text().notNull(),
    role: text({ enum: ["owner", "member"] }).notNull(),
    invitedBy: integer("invited_by")
      .notNull()
      .references(() => users.id),
    state: text({ enum: ["pending", "accepted", "declined", "withdrawn"] }).notNull(),
    requestKey: text("request_key"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    /** When its mail was handed over; null: the sweep sees to it. */
    mailedAt: at("mailed_at"),
    answeredAt: at("answered_at"),
  },
  (table) => [
    uniqueIndex("invitations_pending")
      .on(table.teamId, table.email)
      .where(sql`${table.state} = 'pending'`),
    index("invitations_email").on(table.email).where(sql`${table.state} = 'pending'`),
    uniqueIndex("invitations_request_key").on(table.requestKey),
  ],
);

/** The login of each database that answers questions; a database without a row has none yet. */
export const databaseReaders = pgTable("database_readers", {
  databaseId: bigint("database_id", { mode: "number" })
    .primaryKey()
    .references(() => databases.id),
  passwordSealed: text("password_sealed").notNull(),
  createdAt: at("created_at").notNull(),
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
    leaseUntil: at("lease_until"),
    /** SHA-256 of the word that says yes to it, once, until its time. */
    confirmHash: text("confirm_hash"),
    confirmUntil: at("confirm_until"),
    requestKey: text("request_key"),
    createdAt: at("created_at").notNull(),
    finishedAt: at("finished_at"),
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

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { databaseNameBytesMax, type EngineName, reservedDatabaseNames } from "../../fleet/fleet.ts";
import { deliveryIds, tell } from "../events.ts";
import { claimStepName } from "../operations/steps.ts";
import {
  type RawTaken,
  type TakenOperation,
  takenColumns,
  takenFromRaw,
} from "../operations/store.ts";
import type { Demand } from "./demand.ts";
import type { Expiry } from "./expiry.ts";
import type { PlanName, Plans, Quotas } from "./plans.ts";
import { noteClaimSql } from "./pool-demand-store.ts";
import {
  type DatabaseRow,
  databaseColumns,
  databaseEventData,
  databaseFromRaw,
  isOfUsersTeam,
  isoTime,
  newestOfTeams,
  type RawDatabase,
  teamOfUser,
} from "./rows.ts";
import { liftSql } from "./usage-store.ts";

/**
 * Databases in the control-plane store. Each change is one statement that also writes its
 * operation, its event and its audit entry: they exist together or not at all.
 */
export type Change = {
  operationId: string;
  /** Names the request, under a unique index: a second run of it fails on that index. */
  requestKey: string | null;
  userId: number;
  actor: string;
  requestId: string;
  now: Date;
};

export type NewDatabase = {
  name: string;
  engine: EngineName;
  region: string | null;
  plan: PlanName;
  /** Null: the user's primary team. */
  teamId: number | null;
  quotas: Quotas;
  /** When it deletes itself; null: never. */
  expiry: Expiry | null;
  /** What it asks of a server. */
  demand: Demand;
  uuid: string;
  passwordSealed: string;
  /** Appended to the database's name where the server already has one of that name. */
  nameSuffix: string;
  /** The request holds the operation of a claimed database until then. */
  leaseToken: string;
  leaseUntil: Date;
  /** What is to be applied before it is active. */
  blueprint: {
    blueprintId: number;
    blueprintVersion: number;
    variablesSealed: string;
    statementsTotal: number;
  } | null;
};

export type Placed =
  | { kind: "no_team" }
  | { kind: "no_capacity" }
  /** `held` is the operation of a claimed database, leased to the caller. */
  | { kind: "placed"; database: DatabaseRow; held: TakenOperation | null };

/** Unique indexes whose violation means something to the caller. */
export const liveNameIndex = "databases_live_name";
export const serverNameIndex = "databases_server_name";

export function auditSql(change: Change, action: string, from: SQL): SQL {
  return sql`INSERT INTO audit_log
      (actor, user_id, team_id, action, target, request_id, details, created_at)
    SELECT ${change.actor}, ${change.userId}, d.team_id, ${action}, 'database:' || d.uuid,
      ${change.requestId}, jsonb_build_object('name', d.name), ${change.now}
    FROM ${from} d`;
}

function operationSql(change: Change, kind: string, state: "queued" | "succeeded", from: SQL): SQL {
  const finishedAt = state === "succeeded" ? change.now : null;
  return sql`INSERT INTO operations (id, kind, team_id, user_id, database_id, state, not_before,
      request_key, created_at, finished_at)
    SELECT ${change.operationId}, ${kind}, d.team_id, ${change.userId}, d.id, ${state},
      ${change.now}, ${change.requestKey}, ${change.now}, ${finishedAt}::timestamptz
    FROM ${from} d`;
}

/** The name on the server: the customer's, with a suffix where it is taken there. */
function serverName(name: string, suffix: string, serverId: SQL): SQL {
  const room = databaseNameBytesMax - suffix.length - 1;
  const suffixed = `${name.slice(0, room)}-${suffix}`;
  if (reservedDatabaseNames.includes(name)) return sql`${suffixed}`;
  return sql`CASE WHEN EXISTS (SELECT 1 FROM databases o WHERE o.server_id = ${serverId}
      AND o.db_name = ${name} AND o.destroyed_at IS NULL) THEN ${suffixed} ELSE ${name} END`;
}

/**
 * Claims a database from the pool, or places a new one on the server with the most room. `FOR
 * UPDATE SKIP LOCKED` gives each pooled database to exactly one caller. Where a claim asks for more
 * than the pool's databases have, its server must have room for the rest.
 */
export async function placeDatabase(
  store: Store,
  database: NewDatabase,
  change: Change,
): Promise<Placed> {
  const { name, engine, region, plan, teamId, quotas, demand } = database;
  const { more } = demand;
  const { expiresAt = null, notices = 0 } = database.expiry ?? {};
  const inRegion = (column: SQL) => (region === null ? sql`true` : sql`${column} = ${region}`);
  const [row] = await store.rows<PlacedRow | NotPlacedRow>(sql`
    WITH team AS (
      SELECT t.id, t.name FROM memberships m JOIN teams t ON t.id = m.team_id
      WHERE m.user_id = ${change.userId}
        AND ${teamId === null ? sql`m.is_primary` : sql`m.team_id = ${teamId}`}
    ), roomy AS MATERIALIZED (
      SELECT r.id FROM ${serversWithRoom(more ? sql`${engine}::text` : sql`NULL`, region, 0, more ?? nothing, demand)} r
    ), pooled AS (
      SELECT p.id, p.server_id FROM databases p JOIN fleet_servers ps ON ps.id = p.server_id
      WHERE p.status = 'pooled' AND p.missing_since IS NULL AND p.engine = ${engine} AND ${inRegion(sql`p.region`)}
        AND ps.state = 'active' AND EXISTS (SELECT 1 FROM team)
        AND ${more ? sql`ps.id IN (SELECT id FROM roomy)` : sql`true`}
      ORDER BY ps.check_failures > 0, p.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED
    ), claimed AS (
      UPDATE databases c SET team_id = team.id, name = ${name}, plan = ${plan},
        status = 'provisioning', storage_hard_limit_gb = ${quotas.storageHardLimitGb}::float8,
        connection_hard_limit = ${quotas.connectionHardLimit}::int,
        warning_threshold_pct = ${quotas.warningThresholdPct}::int,
        db_name = ${serverName(name, database.nameSuffix, sql`pooled.server_id`)},
        expires_at = ${expiresAt}::timestamptz, expiry_notices = ${notices}::int,
        listing = nextval('database_listing'), created_at = ${change.now},
        updated_at = ${change.now}
      FROM pooled, team WHERE c.id = pooled.id RETURNING c.*
    ), place AS (
      SELECT r.id, r.region FROM ${serversWithRoom(
        sql`CASE WHEN NOT EXISTS (SELECT 1 FROM pooled) THEN ${engine}::text END`,
        region,
        1,
        demand,
        demand,
      )} r ORDER BY r.rank LIMIT 1
    ), inserted AS (
      INSERT INTO databases (uuid, team_id, name, plan, status, engine, region,
        storage_hard_limit_gb, connection_hard_limit, warning_threshold_pct, server_id, db_name,
        password_sealed, expires_at, expiry_notices, listing, created_at, updated_at)
      SELECT ${database.uuid}, team.id, ${name}, ${plan}, 'provisioning', ${engine}, place.region,
        ${quotas.storageHardLimitGb}::float8, ${quotas.connectionHardLimit}::int,
        ${quotas.warningThresholdPct}::int, place.id,
        ${serverName(name, database.nameSuffix, sql`place.id`)}, ${database.passwordSealed},
        ${expiresAt}::timestamptz, ${notices}::int, nextval('database_listing'), ${change.now}, ${change.now}
      FROM place, team RETURNING *
    ), made AS (
      SELECT *, true AS claimed FROM claimed UNION ALL SELECT *, false FROM inserted
    ), operation AS (
      INSERT INTO operations (id, kind, team_id, user_id, database_id, state, step, not_before,
        lease_until, lease_token, attempts, request_key, created_at, started_at)
      SELECT ${change.operationId}, 'create', d.team_id, ${change.userId}, d.id,
        CASE WHEN d.claimed THEN 'running' ELSE 'queued' END,
        CASE WHEN d.claimed THEN ${claimStepName} END, ${change.now},
        CASE WHEN d.claimed THEN ${database.leaseUntil}::timestamptz END,
        CASE WHEN d.claimed THEN ${database.leaseToken}::uuid END,
        CASE WHEN d.claimed THEN 1 ELSE 0 END, ${change.requestKey}, ${change.now},
        CASE WHEN d.claimed THEN ${change.now}::timestamptz END
      FROM made d RETURNING *
    ), ${applicationSql(database.blueprint, change)}
    ${tell("database.provisioning", databaseEventData, sql`made`, change.now)},
    noted AS (${noteClaimSql(change.now)}),
    audit AS (${auditSql(change, "database.create", sql`made`)})
    SELECT EXISTS (SELECT 1 FROM team) AS has_team, d.claimed, ${databaseColumns}, ${takenColumns},
      ${deliveryIds}
    FROM (SELECT 1) one LEFT JOIN made d ON true LEFT JOIN operation o ON true
    LEFT JOIN fleet_servers s ON s.id = d.server_id LEFT JOIN teams t ON t.id = d.team_id`);
  if (!row?.has_team) return { kind: "no_team" };
  if (row.uuid === null) return { kind: "no_capacity" };
  // The statement does not see the application that it makes.
  const taken = { ...row, has_blueprint: database.blueprint !== null };
  const held = row.claimed ? takenFromRaw(taken, claimStepName) : null;
  return { kind: "placed", database: databaseFromRaw(row), held };
}

const nothing = { connections: 0, bytes: 0 };

/** Servers of an engine (none for null) with room for so much more; the migration has the function. */
function serversWithRoom(
  engine: SQL,
  region: string | null,
  databases: number,
  { connections, bytes }: { connections: number; bytes: number },
  { caps }: Demand,
): SQL {
  return sql`servers_with_room(${engine}, ${region}::text, ${databases}::int, ${connections}::int,
    ${bytes}::float8, ${caps}::jsonb)`;
}

/** The application that the creation runs before the database is active. */
function applicationSql(blueprint: NewDatabase["blueprint"], change: Change): SQL {
  if (!blueprint) return sql``;
  return sql`application AS (INSERT INTO blueprint_applications (database_id, blueprint_id,
      blueprint_version, team_id, user_id, status, is_dry_run, is_for_creation, variables_sealed,
      statements_total, not_before, created_at)
    SELECT d.id, ${blueprint.blueprintId}::int, ${blueprint.blueprintVersion}::int, d.team_id,
      ${change.userId}::int, 'pending', false, true, ${blueprint.variablesSealed},
      ${blueprint.statementsTotal}::int, ${change.now}::timestamptz, ${change.now}::timestamptz
    FROM made d),`;
}

type PlacedRow = RawDatabase & RawTaken & { has_team: true; claimed: boolean };
type NotPlacedRow = { has_team: boolean; uuid: null };

/** A live database that the user may see. */
export async function findDatabase(
  store: Store,
  userId: number,
  uuid: string,
): Promise<DatabaseRow | null> {
  const [row] = await store.rows<RawDatabase>(sql`
    SELECT ${databaseColumns} FROM databases d JOIN fleet_servers s ON s.id = d.server_id
    JOIN teams t ON t.id = d.team_id
    WHERE d.uuid = ${uuid} AND d.deleted_at IS NULL AND ${isOfUsersTeam(sql`d.team_id`, userId)}`);
  return row ? databaseFromRaw(row) : null;
}

/** The uuid of a live database by its name within the team of another one, or of the user's. */
export async function findLiveUuidByName(
  store: Store,
  userId: number,
  name: string,
  sameTeamAs: { teamId: number | null } | { uuid: string },
): Promise<string | null> {
  const team =
    "uuid" in sameTeamAs
      ? sql`(SELECT team_id FROM databases WHERE uuid = ${sameTeamAs.uuid})`
      : sameTeamAs.teamId === null
        ? sql`(SELECT team_id FROM memberships WHERE user_id = ${userId} AND is_primary)`
        : sql`${sameTeamAs.teamId}`;
  const [row] = await store.rows<{ uuid: string }>(sql`
    SELECT uuid FROM databases d WHERE d.name = ${name} AND d.deleted_at IS NULL
      AND d.team_id = ${team} AND ${teamOfUser(sql`d.team_id`, userId)}`);
  return row?.uuid ?? null;
}

/**
 * A page of the user's live databases, newest first; `null` for a cursor that is no database the
 * user ever saw. A deleted one still serves as a cursor, so paging goes on under deletes.
 */
export async function listDatabases(
  store: Store,
  userId: number,
  limit: number,
  startingAfter: string | null,
  teamId: number | null,
): Promise<{ databases: DatabaseRow[]; hasMore: boolean } | null> {
  const before =
    startingAfter === null
      ? sql`true`
      : sql`d.listing < (SELECT c.listing FROM databases c WHERE c.uuid = ${startingAfter}
          AND ${teamOfUser(sql`c.team_id`, userId)})`;
  const rows = await store.rows<RawDatabase>(sql`
    SELECT ${databaseColumns} FROM ${newestOfTeams({
      table: sql`databases`,
      alias: sql`d`,
      userId,
      teamId,
      where: sql`d.deleted_at IS NULL AND ${before}`,
      by: sql`d.listing`,
      count: limit + 1,
    })} JOIN fleet_servers s ON s.id = d.server_id JOIN teams t ON t.id = d.team_id
    ORDER BY d.listing DESC LIMIT ${limit + 1}`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(sql`SELECT 1 FROM databases c WHERE c.uuid = ${startingAfter}
      AND ${teamOfUser(sql`c.team_id`, userId)}`);
    if (known.length === 0) return null;
  }
  return {
    databases: rows.slice(0, limit).map(databaseFromRaw),
    hasMore: rows.length > limit,
  };
}

/** The database and operation that an earlier run of the same request made. */
export async function findByRequestKey(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<{ uuid: string; operationId: string } | null> {
  const [row] = await store.rows<{ uuid: string; operation_id: string }>(sql`
    SELECT d.uuid, o.id AS operation_id FROM operations o JOIN databases d ON d.id = o.database_id
    WHERE o.request_key = ${requestKey} AND o.user_id = ${userId}`);
  return row ? { uuid: row.uuid, operationId: row.operation_id } : null;
}

/** The living database of the user's, locked until the statement is done. */
export function lockedTarget(userId: number, uuid: string): SQL {
  return sql`SELECT d.id FROM databases d WHERE d.uuid = ${uuid} AND d.deleted_at IS NULL
    AND ${isOfUsersTeam(sql`d.team_id`, userId)} FOR UPDATE`;
}

/** What is null is not changed. */
export type NameAndExpiry = { name: string | null; expiry: Expiry | null };

/** Changes the name and when it ends. `null` when there is no such database. */
export async function changeDatabase(
  store: Store,
  uuid: string,
  { name, expiry }: NameAndExpiry,
  change: Change,
): Promise<DatabaseRow | null> {
  const sets = [
    ...(name === null ? [] : [sql`name = ${name}`]),
    ...(expiry === null
      ? []
      : [
          sql`expires_at = ${expiry.expiresAt}::timestamptz`,
          sql`expiry_notices = ${expiry.notices}::int`,
        ]),
    sql`updated_at = ${change.now}`,
  ];
  const kind = name === null ? "change_expiry" : "rename";
  const [row] = await store.rows<RawDatabase>(sql`
    WITH target AS (${lockedTarget(change.userId, uuid)}),
    changed AS (UPDATE databases d SET ${sql.join(sets, sql`, `)}
      FROM target WHERE d.id = target.id RETURNING d.*),
    operation AS (${operationSql(change, kind, "succeeded", sql`changed`)}),
    ${tell("database.updated", databaseEventData, sql`changed`, change.now)},
    audit AS (${auditSql(change, `database.${kind}`, sql`changed`)})
    SELECT ${databaseColumns}, ${deliveryIds} FROM changed d JOIN fleet_servers s ON s.id = d.server_id
    JOIN teams t ON t.id = d.team_id`);
  return row ? databaseFromRaw(row) : null;
}

/** Records new quotas and queues their enforcement. `null` when there is no such database. */
export async function changeQuotas(
  store: Store,
  uuid: string,
  quotas: Partial<Quotas>,
  plans: Plans,
  change: Change,
): Promise<DatabaseRow | null> {
  const sets = [
    ...("storageHardLimitGb" in quotas
      ? [sql`storage_hard_limit_gb = ${quotas.storageHardLimitGb}::float8`]
      : []),
    ...("connectionHardLimit" in quotas
      ? [sql`connection_hard_limit = ${quotas.connectionHardLimit}::int`]
      : []),
    ...("warningThresholdPct" in quotas
      ? [sql`warning_threshold_pct = ${quotas.warningThresholdPct}::int`]
      : []),
    sql`updated_at = ${change.now}`,
  ];
  const [row] = await store.rows<RawDatabase>(sql`
    WITH target AS (${lockedTarget(change.userId, uuid)}),
    changed AS (UPDATE databases d SET ${sql.join(sets, sql`, `)}
      FROM target WHERE d.id = target.id RETURNING d.*),
    operation AS (${operationSql(change, "change_quotas", "queued", sql`changed`)} RETURNING seq),
    ${liftSql(plans, change.now)},
    ${tell("database.updated", databaseEventData, sql`changed`, change.now)},
    audit AS (${auditSql(change, "database.change_quotas", sql`changed`)})
    SELECT ${databaseColumns}, ${deliveryIds} FROM changed d JOIN fleet_servers s ON s.id = d.server_id
    JOIN teams t ON t.id = d.team_id`);
  return row ? databaseFromRaw(row) : null;
}

export type Deleted = {
  uuid: string;
  /** The operation that locks it. */
  operationId: string;
  cancelledProvisionJobs: number;
  destroyAt: string | null;
  hasRemoteResources: boolean;
};

/**
 * Deletes: the name is free, unfinished work is cancelled, and where anything exists on a server
 * two operations are queued, one that locks the database now and one that destroys it at its time.
 */
export async function deleteDatabase(
  store: Store,
  uuid: string,
  destroyAt: Date,
  destroyOperationId: string,
  change: Change,
): Promise<Deleted | null> {
  const [row] = await store.rows<{
    uuid: string;
    cancelled: string;
    destroy_at: string | null;
    remote: boolean;
  }>(sql`
    WITH target AS (${lockedTarget(change.userId, uuid)}),
    cancelled AS (UPDATE operations o SET state = 'cancelled', finished_at = ${change.now}
      FROM target WHERE o.database_id = target.id AND o.state IN ('queued', 'running')
      RETURNING o.kind),
    changed AS (UPDATE databases d SET status = 'deleted', deleted_at = ${change.now},
        updated_at = ${change.now},
        destroy_at = CASE WHEN d.has_remote_resources THEN ${destroyAt}::timestamptz END,
        destroyed_at = CASE WHEN d.has_remote_resources THEN NULL ELSE ${change.now}::timestamptz END
      FROM target WHERE d.id = target.id RETURNING d.*),
    lock_out AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state,
        not_before, request_key, created_at, finished_at)
      SELECT ${change.operationId}, 'delete', d.team_id, ${change.userId}, d.id,
        CASE WHEN d.has_remote_resources THEN 'queued' ELSE 'succeeded' END, ${change.now},
        ${change.requestKey}, ${change.now},
        CASE WHEN d.has_remote_resources THEN NULL ELSE ${change.now}::timestamptz END
      FROM changed d RETURNING seq),
    destruction AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state,
        not_before, created_at)
      SELECT ${destroyOperationId}, 'destroy', d.team_id, ${change.userId}, d.id, 'queued',
        ${destroyAt}::timestamptz, ${change.now} FROM changed d, lock_out
      WHERE d.has_remote_resources),
    ${tell("database.deleted", databaseEventData, sql`changed`, change.now)},
    audit AS (${auditSql(change, "database.delete", sql`changed`)})
    SELECT d.uuid, (SELECT count(*) FROM cancelled WHERE kind = 'create') AS cancelled,
      ${isoTime(sql`d.destroy_at`)} AS destroy_at, d.has_remote_resources AS remote,
      ${deliveryIds}
    FROM changed d`);
  if (!row) return null;
  return {
    uuid: row.uuid,
    operationId: change.operationId,
    cancelledProvisionJobs: Number(row.cancelled),
    destroyAt: row.destroy_at,
    hasRemoteResources: row.remote,
  };
}

/** What an earlier run of the same delete did. */
export async function findDeleted(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<Deleted | null> {
  const [row] = await store.rows<{
    uuid: string;
    destroy_at: string | null;
    remote: boolean;
    operation_id: string;
    cancelled: string;
  }>(sql`
    SELECT d.uuid, ${isoTime(sql`d.destroy_at`)} AS destroy_at, d.destroy_at IS NOT NULL AS remote,
      o.id AS operation_id, (SELECT count(*) FROM operations c WHERE c.database_id = d.id
        AND c.kind = 'create' AND c.state = 'cancelled') AS cancelled
    FROM operations o JOIN databases d ON d.id = o.database_id
    WHERE o.request_key = ${requestKey} AND o.user_id = ${userId} AND o.kind = 'delete'`);
  if (!row) return null;
  return {
    uuid: row.uuid,
    cancelledProvisionJobs: Number(row.cancelled),
    destroyAt: row.destroy_at,
    hasRemoteResources: row.remote,
    operationId: row.operation_id,
  };
}

/** Engines and regions that servers stand for, and whether one there takes new databases. */
export async function listPlaces(
  store: Store,
): Promise<{ engine: EngineName; region: string; isActive: boolean }[]> {
  const rows = await store.rows<{ engine: EngineName; region: string; is_active: boolean }>(sql`
    SELECT engine, region, bool_or(state = 'active') AS is_active FROM fleet_servers
    GROUP BY engine, region ORDER BY engine, min(id)`);
  return rows.map((row) => ({ engine: row.engine, region: row.region, isActive: row.is_active }));
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { databaseNameBytesMax, type EngineName, reservedDatabaseNames } from "../../fleet/fleet.ts";
import { deliveryIds, tell } from "../events.ts";
import {
  type RawTaken,
  type TakenOperation,
  takenColumns,
  takenFromRaw,
} from "../operations/run-store.ts";
import { claimStepName } from "../operations/steps.ts";
import type { Demand } from "./demand.ts";
import type { Expiry } from "./expiry.ts";
import type { PlanName, Quotas } from "./plans.ts";
import { noteClaimSql } from "./pool-store.ts";
import {
  type DatabaseRow,
  databaseColumns,
  databaseEventData,
  databaseFromRaw,
  type RawDatabase,
} from "./rows.ts";
import { type Change, databaseAudit } from "./store.ts";

/** Where a new database goes: one from the pool, or a new one on the server with the most room. */
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
  const [row] = await store.rows<PlacedRow | NotPlacedRow>(sql`
    WITH team AS (${teamSql(change.userId, database.teamId)}),
    ${pooledSql(database)},
    claimed AS (${claimSql(database, change.now)}),
    place AS (${placeSql(database)}),
    inserted AS (${insertSql(database, change.now)}),
    made AS (SELECT *, true AS claimed FROM claimed UNION ALL SELECT *, false FROM inserted),
    operation AS (${operationSql(database, change)}),
    ${applicationSql(database.blueprint, change)}
    ${tell("database.provisioning", databaseEventData, sql`made`, change.now)},
    noted AS (${noteClaimSql(change.now)}),
    audit AS (${databaseAudit(change, "database.create", sql`made`)})
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

type PlacedRow = RawDatabase & RawTaken & { has_team: true; claimed: boolean };
type NotPlacedRow = { has_team: boolean; uuid: null };

function teamSql(userId: number, teamId: number | null): SQL {
  return sql`SELECT t.id, t.name FROM memberships m JOIN teams t ON t.id = m.team_id
    WHERE m.user_id = ${userId}
      AND ${teamId === null ? sql`m.is_primary` : sql`m.team_id = ${teamId}::bigint`}`;
}

/** CTE `pooled`: the database that is claimed, if one is ready and its server has room for the rest. */
function pooledSql({ engine, region, demand }: NewDatabase): SQL {
  const { more } = demand;
  const roomy = more
    ? sql`roomy AS MATERIALIZED (SELECT r.id
        FROM ${serversWithRoom(sql`${engine}::text`, region, 0, more, demand)} r),`
    : sql``;
  return sql`${roomy}
    pooled AS (SELECT p.id, p.server_id FROM databases p
      JOIN fleet_servers ps ON ps.id = p.server_id
      WHERE p.status = 'pooled' AND p.missing_since IS NULL AND p.engine = ${engine}
        AND ${region === null ? sql`true` : sql`p.region = ${region}`}
        AND ps.state = 'active' AND EXISTS (SELECT 1 FROM team)
        AND ${more ? sql`ps.id IN (SELECT id FROM roomy)` : sql`true`}
      ORDER BY ps.check_failures > 0, p.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED)`;
}

function claimSql({ name, plan, quotas, nameSuffix, expiry }: NewDatabase, now: Date): SQL {
  return sql`UPDATE databases c SET team_id = team.id, name = ${name}, plan = ${plan},
      status = 'provisioning', storage_hard_limit_gb = ${quotas.storageHardLimitGb}::float8,
      connection_hard_limit = ${quotas.connectionHardLimit}::int,
      warning_threshold_pct = ${quotas.warningThresholdPct}::int,
      db_name = ${serverName(name, nameSuffix, sql`pooled.server_id`)},
      expires_at = ${expiry?.expiresAt ?? null}::timestamptz,
      expiry_notices = ${expiry?.notices ?? 0}::int,
      listing = nextval('database_listing'), created_at = ${now}, updated_at = ${now}
    FROM pooled, team WHERE c.id = pooled.id RETURNING c.*`;
}

/** The server for a database that is not claimed. */
function placeSql({ engine, region, demand }: NewDatabase): SQL {
  const wanted = sql`CASE WHEN NOT EXISTS (SELECT 1 FROM pooled) THEN ${engine}::text END`;
  return sql`SELECT r.id, r.region FROM ${serversWithRoom(wanted, region, 1, demand, demand)} r
    ORDER BY r.rank LIMIT 1`;
}

function insertSql(database: NewDatabase, now: Date): SQL {
  const { uuid, name, plan, engine, quotas, nameSuffix, passwordSealed, expiry } = database;
  return sql`INSERT INTO databases (uuid, team_id, name, plan, status, engine, region,
      storage_hard_limit_gb, connection_hard_limit, warning_threshold_pct, server_id, db_name,
      password_sealed, expires_at, expiry_notices, listing, created_at, updated_at)
    SELECT ${uuid}, team.id, ${name}, ${plan}, 'provisioning', ${engine}, place.region,
      ${quotas.storageHardLimitGb}::float8, ${quotas.connectionHardLimit}::int,
      ${quotas.warningThresholdPct}::int, place.id,
      ${serverName(name, nameSuffix, sql`place.id`)}, ${passwordSealed},
      ${expiry?.expiresAt ?? null}::timestamptz, ${expiry?.notices ?? 0}::int,
      nextval('database_listing'), ${now}, ${now}
    FROM place, team RETURNING *`;
}

/** The creation's operation: of a claimed database begun and leased to the caller, else queued. */
function operationSql({ leaseToken, leaseUntil }: NewDatabase, change: Change): SQL {
  const { now } = change;
  return sql`INSERT INTO operations (id, kind, team_id, user_id, database_id, state, step, not_before,
      lease_until, lease_token, attempts, request_key, created_at, started_at)
    SELECT ${change.operationId}, 'create', d.team_id, ${change.userId}, d.id,
      CASE WHEN d.claimed THEN 'running' ELSE 'queued' END,
      CASE WHEN d.claimed THEN ${claimStepName} END, ${now},
      CASE WHEN d.claimed THEN ${leaseUntil}::timestamptz END,
      CASE WHEN d.claimed THEN ${leaseToken}::uuid END,
      CASE WHEN d.claimed THEN 1 ELSE 0 END, ${change.requestKey}, ${now},
      CASE WHEN d.claimed THEN ${now}::timestamptz END
    FROM made d RETURNING *`;
}

/** The name on the server: the customer's, with a suffix where it is taken there. */
function serverName(name: string, suffix: string, serverId: SQL): SQL {
  const room = databaseNameBytesMax - suffix.length - 1;
  const suffixed = `${name.slice(0, room)}-${suffix}`;
  if (reservedDatabaseNames.includes(name)) return sql`${suffixed}`;
  return sql`CASE WHEN EXISTS (SELECT 1 FROM databases o WHERE o.server_id = ${serverId}
      AND o.db_name = ${name} AND o.destroyed_at IS NULL) THEN ${suffixed} ELSE ${name} END`;
}

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

/** Engines and regions that servers stand for, and whether one there takes new databases. */
export async function listPlaces(
  store: Store,
): Promise<{ engine: EngineName; region: string; isActive: boolean }[]> {
  const rows = await store.rows<{ engine: EngineName; region: string; is_active: boolean }>(sql`
    SELECT engine, region, bool_or(state = 'active') AS is_active FROM fleet_servers
    GROUP BY engine, region ORDER BY engine, min(id)`);
  return rows.map((row) => ({ engine: row.engine, region: row.region, isActive: row.is_active }));
}

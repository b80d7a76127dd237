import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { type AuditedAct, auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import { deliveryIds, tell } from "../events.ts";
import { type Page, pageOf } from "../page.ts";
import { isOfUsersTeam, newestOfTeams, teamOfUser } from "../team-rows.ts";
import type { Expiry } from "./expiry.ts";
import type { Plans, Quotas } from "./plans.ts";
import {
  type DatabaseRow,
  databaseColumns,
  databaseEventData,
  databaseFromRaw,
  type RawDatabase,
} from "./rows.ts";
import { liftSql } from "./usage-store.ts";

/**
 * Databases in the control-plane store. Each change is one statement that also writes its
 * operation, its event and its audit entry: they exist together or not at all.
 */
export type Change = Act & {
  operationId: string;
  /** Names the request, under a unique index: a second run of it fails on that index. */
  requestKey: string | null;
};

/** Unique indexes whose violation means something to the caller. */
export const liveNameIndex = "databases_live_name";
export const serverNameIndex = "databases_server_name";

/** The body of a CTE that writes the audit entry of a change to the databases in `from`. */
export function databaseAudit(act: AuditedAct, action: string, from: SQL): SQL {
  return auditEntry(
    act,
    action,
    sql`(SELECT d.team_id, 'database:' || d.uuid AS target,
      jsonb_build_object('name', d.name) AS details FROM ${from} d)`,
  );
}

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

export type DatabasePage = { limit: number; startingAfter: string | null; teamId: number | null };

/**
 * A page of the user's live databases, newest first; `null` for a cursor that is no database the
 * user ever saw. A deleted one still serves as a cursor, so paging goes on under deletes.
 */
export async function listDatabases(
  store: Store,
  userId: number,
  { limit, startingAfter, teamId }: DatabasePage,
): Promise<Page<DatabaseRow> | null> {
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
  return pageOf(rows.map(databaseFromRaw), limit);
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
  ];
  const kind = name === null ? "change_expiry" : "rename";
  return await writeChange(store, uuid, { sets, kind, state: "succeeded" }, change);
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
  ];
  const also = sql`${liftSql(plans, change.now)},`;
  return await writeChange(
    store,
    uuid,
    { sets, kind: "change_quotas", state: "queued", also },
    change,
  );
}

/** Changes a database of the user's, with its operation, event and audit entry. */
async function writeChange(
  store: Store,
  uuid: string,
  what: {
    sets: readonly SQL[];
    kind: "rename" | "change_expiry" | "change_quotas";
    /** `succeeded` where the store alone is changed. */
    state: "queued" | "succeeded";
    /** More CTEs on `changed`, behind `operation`. */
    also?: SQL;
  },
  change: Change,
): Promise<DatabaseRow | null> {
  const { sets, kind, state, also = sql`` } = what;
  const { now, userId } = change;
  const finishedAt = state === "succeeded" ? now : null;
  const [row] = await store.rows<RawDatabase>(sql`
    WITH target AS (${lockedTarget(userId, uuid)}),
    changed AS (UPDATE databases d SET ${sql.join([...sets, sql`updated_at = ${now}`], sql`, `)}
      FROM target WHERE d.id = target.id RETURNING d.*),
    operation AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state, not_before,
        request_key, created_at, finished_at)
      SELECT ${change.operationId}, ${kind}, d.team_id, ${userId}, d.id, ${state}, ${now},
        ${change.requestKey}, ${now}, ${finishedAt}::timestamptz FROM changed d RETURNING seq),
    ${also}
    ${tell("database.updated", databaseEventData, sql`changed`, now)},
    audit AS (${databaseAudit(change, `database.${kind}`, sql`changed`)})
    SELECT ${databaseColumns}, ${deliveryIds} FROM changed d
    JOIN fleet_servers s ON s.id = d.server_id JOIN teams t ON t.id = d.team_id`);
  return row ? databaseFromRaw(row) : null;
}

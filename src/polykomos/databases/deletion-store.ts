import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { type AuditedAct, systemAct } from "../audit/entry-store.ts";
import { deliveryIds, tell } from "../events.ts";
import { databaseEventData } from "./rows.ts";
import { type Change, databaseAudit, lockedTarget } from "./store.ts";

/** How databases end: by their owner's delete, or because their time has come. */
export type Deleted = {
  uuid: string;
  /** The operation that locks it. */
  operationId: string;
  cancelledProvisionJobs: number;
  destroyAt: string | null;
  hasRemoteResources: boolean;
};

/**
 * CTEs that delete the databases in `target`: the name is free, unfinished work is cancelled, and where
 * anything exists on a server two operations are queued, one that locks the database now and one that
 * destroys it at its time. Adds `cancelled`, `changed` and `lock_out`, with event, deliveries and audit entry.
 */
function deletion(of: {
  act: AuditedAct;
  action: string;
  eventData: SQL;
  destroyAt: Date;
  /** Ids of the two operations, as expressions on `d`, a deleted database. */
  lockOutId: SQL;
  destructionId: SQL;
  requestKey: string | null;
}): SQL {
  const { act, action, eventData, destroyAt, lockOutId, destructionId, requestKey } = of;
  const { now, userId } = act;
  return sql`cancelled AS (UPDATE operations o SET state = 'cancelled', finished_at = ${now}
      FROM target WHERE o.database_id = target.id AND o.state IN ('queued', 'running')
      RETURNING o.kind),
    changed AS (UPDATE databases d SET status = 'deleted', deleted_at = ${now}, updated_at = ${now},
        destroy_at = CASE WHEN d.has_remote_resources THEN ${destroyAt}::timestamptz END,
        destroyed_at = CASE WHEN d.has_remote_resources THEN NULL ELSE ${now}::timestamptz END
      FROM target WHERE d.id = target.id RETURNING d.*),
    lock_out AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state,
        not_before, request_key, created_at, finished_at)
      SELECT ${lockOutId}, 'delete', d.team_id, ${userId}::int, d.id,
        CASE WHEN d.has_remote_resources THEN 'queued' ELSE 'succeeded' END,
        ${now}::timestamptz, ${requestKey}, ${now}::timestamptz,
        CASE WHEN d.has_remote_resources THEN NULL ELSE ${now}::timestamptz END
      FROM changed d RETURNING id, state),
    destruction AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state,
        not_before, created_at)
      SELECT ${destructionId}, 'destroy', d.team_id, ${userId}::int, d.id, 'queued',
        ${destroyAt}::timestamptz, ${now}::timestamptz
      FROM changed d, (SELECT count(*) FROM lock_out) after_it WHERE d.has_remote_resources),
    ${tell("database.deleted", eventData, sql`changed`, now)},
    audit AS (${databaseAudit(act, action, sql`changed`)})`;
}

/** Deletes a database of the user's; `null` when there is no such database. */
export async function deleteDatabase(
  store: Store,
  uuid: string,
  destroyAt: Date,
  destructionId: string,
  change: Change,
): Promise<Deleted | null> {
  const [row] = await store.rows<{
    uuid: string;
    cancelled: string;
    destroy_at: string | null;
    remote: boolean;
  }>(sql`
    WITH target AS (${lockedTarget(change.userId, uuid)}),
    ${deletion({
      act: change,
      action: "database.delete",
      eventData: databaseEventData,
      destroyAt,
      lockOutId: sql`${change.operationId}::uuid`,
      destructionId: sql`${destructionId}::uuid`,
      requestKey: change.requestKey,
    })}
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

/**
 * Deletes databases whose time has come as their owners would, in the name of the system. Returns the
 * operations that lock them, at most `limit`.
 */
export async function deleteExpired(
  store: Store,
  now: Date,
  destroyAt: Date,
  limit: number,
): Promise<string[]> {
  const [row] = await store.rows<{ operations: string[] }>(sql`
    WITH target AS (SELECT id FROM databases WHERE deleted_at IS NULL AND expires_at <= ${now}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    ${deletion({
      act: systemAct(now),
      action: "database.expire",
      eventData: sql`${databaseEventData} || '{"reason": "expired"}'::jsonb`,
      destroyAt,
      lockOutId: sql`gen_random_uuid()`,
      destructionId: sql`gen_random_uuid()`,
      requestKey: null,
    })}
    SELECT (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM lock_out WHERE state = 'queued')
      AS operations, ${deliveryIds}`);
  return row?.operations ?? [];
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

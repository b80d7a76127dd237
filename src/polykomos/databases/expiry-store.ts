import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { deliveryIds, tell } from "../events.ts";
import { noticesBeforeMs } from "./expiry.ts";
import { databaseEventData, isoTime } from "./rows.ts";

/**
 * Tells of databases that end within a day or an hour, each once. Of one that was not looked at for
 * long only the latest notice goes out. Returns how many were told of, at most `limit`.
 */
export async function tellOfExpiry(store: Store, now: Date, limit: number): Promise<number> {
  const [dayAhead, hourAhead] = noticesBeforeMs.map((ms) => new Date(now.getTime() + ms));
  const data = sql`${databaseEventData} || jsonb_build_object(
    'expires_at', ${isoTime(sql`d.expires_at`)},
    'notice', CASE d.expiry_notices WHEN 1 THEN 'day' ELSE 'hour' END)`;
  const [row] = await store.rows<{ told: number }>(sql`
    WITH due AS (SELECT id FROM databases WHERE deleted_at IS NULL AND expires_at > ${now}
        AND (expiry_notices < 1 AND expires_at <= ${dayAhead}
          OR expiry_notices < 2 AND expires_at <= ${hourAhead})
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    changed AS (UPDATE databases d SET
        expiry_notices = CASE WHEN d.expires_at <= ${hourAhead} THEN 2 ELSE 1 END
      FROM due WHERE d.id = due.id RETURNING d.*),
    ${tell("database.expiring", data, sql`changed`, now)}
    SELECT (SELECT count(*)::int FROM changed) AS told, ${deliveryIds}`);
  return row?.told ?? 0;
}

/**
 * Deletes databases whose time has come as their owners would, in the name of the system: names are
 * free, unfinished work is cancelled, locking out and destruction are queued. Returns the operations
 * that lock them, at most `limit`.
 */
export async function deleteExpired(
  store: Store,
  now: Date,
  destroyAt: Date,
  limit: number,
): Promise<string[]> {
  const [row] = await store.rows<{ operations: string[] }>(sql`
    WITH due AS (SELECT id FROM databases WHERE deleted_at IS NULL AND expires_at <= ${now}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    cancelled AS (UPDATE operations o SET state = 'cancelled', finished_at = ${now}
      FROM due WHERE o.database_id = due.id AND o.state IN ('queued', 'running')),
    changed AS (UPDATE databases d SET status = 'deleted', deleted_at = ${now}, updated_at = ${now},
        destroy_at = CASE WHEN d.has_remote_resources THEN ${destroyAt}::timestamptz END,
        destroyed_at = CASE WHEN d.has_remote_resources THEN NULL ELSE ${now}::timestamptz END
      FROM due WHERE d.id = due.id RETURNING d.*),
    lock_out AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
        created_at, finished_at)
      SELECT gen_random_uuid(), 'delete', d.team_id, d.id,
        CASE WHEN d.has_remote_resources THEN 'queued' ELSE 'succeeded' END, ${now}::timestamptz,
        ${now}::timestamptz,
        CASE WHEN d.has_remote_resources THEN NULL ELSE ${now}::timestamptz END
      FROM changed d RETURNING id, state),
    destruction AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
        created_at)
      SELECT gen_random_uuid(), 'destroy', d.team_id, d.id, 'queued', ${destroyAt}::timestamptz,
        ${now}::timestamptz FROM changed d, (SELECT count(*) FROM lock_out) after_it
      WHERE d.has_remote_resources),
    ${tell("database.deleted", sql`${databaseEventData} || '{"reason": "expired"}'::jsonb`, sql`changed`, now)},
    audit AS (INSERT INTO audit_log (actor, team_id, action, target, request_id, details, created_at)
      SELECT 'system', d.team_id, 'database.expire', 'database:' || d.uuid, 'sweep',
        jsonb_build_object('name', d.name), ${now}::timestamptz FROM changed d)
    SELECT (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM lock_out WHERE state = 'queued')
      AS operations, ${deliveryIds}`);
  return row?.operations ?? [];
}

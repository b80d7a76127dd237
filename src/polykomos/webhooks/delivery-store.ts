import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { failingPaceSeconds } from "../events.ts";

/**
 * Deliveries as the deliverer sees them: what is due, and who holds it. Locks are taken on endpoints
 * first, in the order of their ids, then on deliveries that nobody else has locked, so that no two
 * statements wait for one another.
 */
export type TakenDelivery = {
  id: number;
  endpointId: number;
  endpointUid: string;
  url: string;
  secretSealed: string;
  previousSecretSealed: string | null;
  attemptCount: number;
  event: { uid: string; type: string; data: Record<string, unknown>; createdAt: string };
};

export type Lease = { token: string; until: Date };

/**
 * How many deliveries to one endpoint are under way at once: an endpoint that hangs must not hold
 * many deliverers, and what is known of it before the first answer is nothing.
 */
const underWayMax = { proven: 10, untried: 3, failing: 1 };

/** Deliveries of one endpoint that a sweep tells the queue of; whoever ends one takes the next. */
const announcedPerEndpointMax = 5;

/** As a JSON object, for `w` webhook_deliveries, `e` webhook_endpoints and `v` events. */
export function takenJson(now: Date): SQL {
  return sql`jsonb_build_object('id', w.id, 'endpointId', e.id, 'endpointUid', e.uid, 'url', e.url,
    'secretSealed', e.secret_sealed, 'attemptCount', w.attempt_count, 'previousSecretSealed',
    CASE WHEN e.previous_secret_until > ${now} THEN e.previous_secret_sealed END,
    'event', jsonb_build_object('uid', v.uid, 'type', v.type, 'data', v.data,
      'createdAt', ${isoTime(sql`v.created_at`)}))`;
}

function idArray(ids: readonly number[]): SQL {
  return sql`${`{${ids.join(",")}}`}::bigint[]`;
}

function isFree(now: Date): SQL {
  return sql`(w.lease_until IS NULL OR w.lease_until <= ${now})`;
}

export function isDue(now: Date): SQL {
  return sql`w.status = 'pending' AND w.next_attempt_at <= ${now} AND ${isFree(now)}`;
}

const isOpen: SQL = sql`e.revoked_at IS NULL AND e.disabled_at IS NULL`;

/** An endpoint that is failing is left alone for a moment, so that it costs the others little. */
function isInPace(now: Date): SQL {
  return sql`(e.failing_since IS NULL OR e.last_failure_at IS NULL
    OR e.last_failure_at <= ${now}::timestamptz - make_interval(secs => ${failingPaceSeconds}))`;
}

/** Deliveries to an endpoint that are under way. */
export function heldCount(endpointId: SQL, now: Date): SQL {
  return sql`(SELECT count(*) FROM webhook_deliveries x WHERE x.endpoint_id = ${endpointId}
    AND x.lease_until > ${now})`;
}

/** How many may be under way to an endpoint. */
export function allowance(failingSince: SQL, lastSuccessAt: SQL): SQL {
  return sql`CASE WHEN ${failingSince} IS NOT NULL THEN ${underWayMax.failing}::int
    WHEN ${lastSuccessAt} IS NULL THEN ${underWayMax.untried}::int
    ELSE ${underWayMax.proven}::int END`;
}

/**
 * Leases those of the given deliveries that are due and free, to endpoints that take more now. What
 * is left waits for the end of another delivery to the same endpoint.
 */
export async function takeDeliveries(
  store: Store,
  ids: readonly number[],
  lease: Lease,
  now: Date,
): Promise<TakenDelivery[]> {
  const rows = await store.rows<{ delivery: TakenDelivery }>(sql`
    WITH asked AS (SELECT w.id, w.endpoint_id, row_number() OVER (PARTITION BY w.endpoint_id
        ORDER BY w.next_attempt_at, w.id) AS place
      FROM webhook_deliveries w WHERE w.id = ANY (${idArray(ids)}) AND ${isDue(now)}),
    allowed AS (SELECT asked.id FROM asked JOIN webhook_endpoints e ON e.id = asked.endpoint_id
      WHERE ${isOpen} AND ${isInPace(now)} AND asked.place + ${heldCount(sql`e.id`, now)}
        <= ${allowance(sql`e.failing_since`, sql`e.last_success_at`)}),
    free AS (SELECT w.id FROM webhook_deliveries w JOIN allowed ON allowed.id = w.id
      WHERE ${isDue(now)} FOR UPDATE OF w SKIP LOCKED),
    taken AS (UPDATE webhook_deliveries w SET lease_token = ${lease.token}::uuid,
        lease_until = ${lease.until}::timestamptz FROM free WHERE w.id = free.id RETURNING w.*)
    SELECT ${takenJson(now)} AS delivery FROM taken w
    JOIN webhook_endpoints e ON e.id = w.endpoint_id JOIN events v ON v.id = w.event_id`);
  return rows.map((row) => row.delivery);
}

/** Reads a delivery that was leased to the caller when it was made. */
export async function readHeldDelivery(
  store: Store,
  id: number,
  token: string,
  now: Date,
): Promise<TakenDelivery | null> {
  const [row] = await store.rows<{ delivery: TakenDelivery }>(sql`
    SELECT ${takenJson(now)} AS delivery FROM webhook_deliveries w
    JOIN webhook_endpoints e ON e.id = w.endpoint_id JOIN events v ON v.id = w.event_id
    WHERE w.id = ${id} AND w.lease_token = ${token}::uuid AND w.status = 'pending'`);
  return row?.delivery ?? null;
}

/**
 * Ends what nobody is sending to endpoints that take nothing any more. `endpoints` has their id and
 * revoked_at. What is being sent is ended by its own outcome.
 */
export function stopIdle(endpoints: SQL, now: Date): SQL {
  return sql`idle AS (SELECT w.id, s.revoked_at FROM webhook_deliveries w
      JOIN ${endpoints} s ON s.id = w.endpoint_id
      WHERE w.status = 'pending' AND ${isFree(now)} FOR UPDATE OF w SKIP LOCKED),
    stopped AS (UPDATE webhook_deliveries w SET status = 'failed', next_attempt_at = NULL,
        lease_until = NULL, error_class = CASE WHEN idle.revoked_at IS NULL
          THEN 'endpoint_disabled' ELSE 'endpoint_revoked' END,
        error_message = CASE WHEN idle.revoked_at IS NULL
          THEN 'The endpoint was disabled' ELSE 'The endpoint was revoked' END
      FROM idle WHERE w.id = idle.id RETURNING w.id)`;
}

/** Ends what was left pending by a race with a revocation, or by a crash during it; how many. */
export async function endStopped(store: Store, now: Date): Promise<number> {
  const [row] = await store.rows<{ count: number }>(sql`
    WITH RECURSIVE ${endpointsThatWait}, ${stopIdle(
      sql`(SELECT e.id, e.revoked_at FROM waiting JOIN webhook_endpoints e ON e.id = waiting.id
        WHERE NOT (${isOpen}))`,
      now,
    )} SELECT count(*)::int AS count FROM stopped`);
  return row?.count ?? 0;
}

/**
 * CTE `waiting`: endpoints with pending deliveries, found by leaping from one to the next in the index of
 * those. Most endpoints have none, and one that is dead has thousands.
 */
const endpointsThatWait: SQL = sql`waiting (id) AS (
    (SELECT w.endpoint_id FROM webhook_deliveries w WHERE w.status = 'pending'
      ORDER BY w.endpoint_id LIMIT 1)
    UNION ALL SELECT (SELECT w.endpoint_id FROM webhook_deliveries w WHERE w.status = 'pending'
        AND w.endpoint_id > waiting.id ORDER BY w.endpoint_id LIMIT 1)
      FROM waiting WHERE waiting.id IS NOT NULL)`;

/** Deliveries that are due and free, a few of each endpoint; those of working endpoints first. */
export async function listDueDeliveries(store: Store, limit: number, now: Date): Promise<number[]> {
  const rows = await store.rows<{ id: string }>(sql`
    WITH RECURSIVE ${endpointsThatWait}
    SELECT due.id FROM waiting CROSS JOIN LATERAL (SELECT one.* FROM webhook_endpoints one
      WHERE one.id = waiting.id LIMIT 1) e CROSS JOIN LATERAL (
      SELECT w.id, w.next_attempt_at FROM webhook_deliveries w
      WHERE w.endpoint_id = e.id AND ${isDue(now)} ORDER BY w.next_attempt_at, w.id
      LIMIT CASE WHEN e.failing_since IS NULL THEN ${announcedPerEndpointMax}::int ELSE 1 END) due
    WHERE ${isOpen}
    ORDER BY e.failing_since IS NOT NULL, due.next_attempt_at LIMIT ${limit}`);
  return rows.map((row) => Number(row.id));
}

/** Deletes finished deliveries and events from before a time, a bounded number; how many. */
export async function forgetBefore(store: Store, before: Date, limit: number): Promise<number> {
  const [row] = await store.rows<{ count: number }>(sql`
    WITH old AS (SELECT w.id FROM webhook_deliveries w
      WHERE w.created_at < ${before} AND (w.status <> 'pending' OR w.next_attempt_at < ${before})
      ORDER BY w.created_at LIMIT ${limit}),
    deliveries AS (DELETE FROM webhook_deliveries w USING old WHERE w.id = old.id RETURNING w.id),
    events AS (DELETE FROM events v WHERE v.id IN (SELECT o.id FROM events o
        WHERE o.created_at < ${before} AND NOT EXISTS (SELECT 1 FROM webhook_deliveries w
          WHERE w.event_id = o.id) ORDER BY o.created_at LIMIT ${limit}) RETURNING v.id)
    SELECT (SELECT count(*) FROM deliveries)::int + (SELECT count(*) FROM events)::int AS count`);
  return row?.count ?? 0;
}

import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../databases/rows.ts";
import { deliveryIds, tell } from "../events.ts";

/** Deliveries as the deliverer sees them: what is due, who holds it, what came of it. */
export type TakenDelivery = {
  id: string;
  endpointId: number;
  endpointUid: string;
  url: string;
  secretSealed: string;
  previousSecretSealed: string | null;
  attemptCount: number;
  isTest: boolean;
  event: { uid: string; type: string; data: Record<string, unknown>; createdAt: string };
};

type Lease = { token: string; until: Date };

const takenColumns = (now: Date) => sql`w.id, w.endpoint_id AS "endpointId",
  e.uid AS "endpointUid", e.url, e.secret_sealed AS "secretSealed", w.attempt_count AS "attemptCount",
  CASE WHEN e.previous_secret_until > ${now} THEN e.previous_secret_sealed END
    AS "previousSecretSealed", v.type = 'webhook.test' AS "isTest",
  jsonb_build_object('uid', v.uid, 'type', v.type, 'data', v.data,
    'createdAt', ${isoTime(sql`v.created_at`)}) AS event`;

/**
 * Takes those of the given deliveries that are due, free and to a live endpoint. An endpoint that
 * has been failing gets one attempt at a time, so that dead ones cannot hold all the deliverers.
 */
export async function takeDeliveries(
  store: Store,
  ids: readonly number[],
  lease: Lease,
  now: Date,
): Promise<TakenDelivery[]> {
  return await store.rows<TakenDelivery>(sql`
    UPDATE webhook_deliveries w SET lease_token = ${lease.token}, lease_until = ${lease.until}
    FROM webhook_endpoints e, events v
    WHERE w.id IN (SELECT value::bigint FROM jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
      AND e.id = w.endpoint_id AND v.id = w.event_id AND w.status = 'pending'
      AND w.next_attempt_at <= ${now} AND (w.lease_until IS NULL OR w.lease_until <= ${now})
      AND e.revoked_at IS NULL AND e.disabled_at IS NULL
      AND (e.failing_since IS NULL OR NOT EXISTS (SELECT 1 FROM webhook_deliveries x
        WHERE x.endpoint_id = e.id AND x.status = 'pending' AND x.lease_until > ${now}))
    RETURNING ${takenColumns(now)}`);
}

/** Reads a delivery that was leased to the caller when it was made. */
export async function readHeldDelivery(
  store: Store,
  id: string,
  token: string,
  now: Date,
): Promise<TakenDelivery | null> {
  const [row] = await store.rows<TakenDelivery>(sql`
    SELECT ${takenColumns(now)} FROM webhook_deliveries w
    JOIN webhook_endpoints e ON e.id = w.endpoint_id JOIN events v ON v.id = w.event_id
    WHERE w.id = ${id} AND w.lease_token = ${token}`);
  return row ?? null;
}

export type Outcome = {
  status: "pending" | "delivered" | "failed";
  responseCode: number | null;
  errorClass: string | null;
  errorMessage: string | null;
  durationMs: number;
  nextAttemptAt: Date | null;
  /** The receiver said 410: it wants nothing any more. */
  isGone: boolean;
};

/** Records an attempt and what it means for the endpoint; ignored when the lease was lost. */
export async function recordAttempt(
  store: Store,
  delivery: TakenDelivery,
  leaseToken: string,
  outcome: Outcome,
  disableAfter: { failingSince: Date },
  now: Date,
): Promise<{ toAnnounce: number[] }> {
  const isSuccess = outcome.status === "delivered";
  const counts = !delivery.isTest;
  const [row] = await store.rows<{ delivery_ids: number[]; waiting_ids: number[] }>(sql`
    WITH attempted AS (UPDATE webhook_deliveries w SET status = ${outcome.status},
        attempt_count = w.attempt_count + 1, response_code = ${outcome.responseCode}::int,
        error_class = ${outcome.errorClass}::text, error_message = ${outcome.errorMessage}::text,
        duration_ms = ${outcome.durationMs}::int,
        next_attempt_at = ${outcome.nextAttemptAt}::timestamptz, last_attempt_at = ${now},
        lease_until = NULL
      WHERE w.id = ${delivery.id} AND w.lease_token = ${leaseToken} AND w.status = 'pending'
      RETURNING w.endpoint_id),
    before AS (SELECT e.id, e.disabled_at, e.failing_since FROM webhook_endpoints e JOIN attempted a
      ON a.endpoint_id = e.id FOR UPDATE OF e),
    endpoint AS (UPDATE webhook_endpoints e SET
        last_success_at = CASE WHEN ${isSuccess} THEN ${now}::timestamptz ELSE e.last_success_at END,
        last_failure_at = CASE WHEN ${isSuccess} THEN e.last_failure_at ELSE ${now}::timestamptz END,
        failing_since = CASE WHEN ${isSuccess} THEN NULL
          WHEN ${counts} THEN coalesce(e.failing_since, ${now}::timestamptz)
          ELSE e.failing_since END,
        disabled_at = CASE WHEN ${isSuccess} OR NOT ${counts} THEN e.disabled_at
          WHEN e.failing_since <= ${disableAfter.failingSince}
            THEN coalesce(e.disabled_at, ${now}::timestamptz) ELSE e.disabled_at END,
        revoked_at = CASE WHEN ${outcome.isGone} THEN coalesce(e.revoked_at, ${now}::timestamptz)
          ELSE e.revoked_at END
      FROM before WHERE e.id = before.id
      RETURNING e.id, e.team_id, e.url, e.revoked_at, e.disabled_at,
        before.disabled_at IS NULL AND e.disabled_at IS NOT NULL AS newly_disabled),
    stopped AS (UPDATE webhook_deliveries w SET status = 'failed', next_attempt_at = NULL,
        error_class = CASE WHEN endpoint.revoked_at IS NULL THEN 'endpoint_disabled'
          ELSE 'endpoint_revoked' END,
        error_message = 'The endpoint stopped taking deliveries'
      FROM endpoint WHERE w.endpoint_id = endpoint.id AND w.status = 'pending'
        AND w.id <> ${delivery.id}
        AND (endpoint.revoked_at IS NOT NULL OR endpoint.newly_disabled)),
    ${tell(
      "webhook_endpoint.disabled",
      sql`jsonb_build_object('id', d.id, 'url', d.url, 'disabled_at', d.disabled_at)`,
      sql`(SELECT * FROM endpoint WHERE newly_disabled)`,
      now,
    )}
    SELECT ${deliveryIds}, (SELECT coalesce(jsonb_agg(x.id), '[]'::jsonb) FROM (
        SELECT w.id FROM webhook_deliveries w JOIN before ON before.id = w.endpoint_id
        WHERE ${isSuccess} AND before.failing_since IS NOT NULL AND w.status = 'pending'
          AND w.next_attempt_at <= ${now} AND w.id <> ${delivery.id}
        ORDER BY w.next_attempt_at LIMIT ${wakenMax}) x) AS waiting_ids`);
  return { toAnnounce: [...(row?.delivery_ids ?? []), ...(row?.waiting_ids ?? [])] };
}

/** Deliveries that are told at once when their endpoint works again; the sweep finds the rest. */
const wakenMax = 100;

/** Pending deliveries that are due and free, the oldest first; one of an endpoint that is failing. */
export async function listDueDeliveries(store: Store, limit: number, now: Date): Promise<number[]> {
  const rows = await store.rows<{ id: string }>(sql`
    SELECT due.id FROM (
      SELECT w.id, w.next_attempt_at, e.failing_since,
        row_number() OVER (PARTITION BY w.endpoint_id ORDER BY w.next_attempt_at, w.id) AS place
      FROM webhook_deliveries w JOIN webhook_endpoints e ON e.id = w.endpoint_id
      WHERE w.status = 'pending' AND w.next_attempt_at <= ${now} AND e.disabled_at IS NULL
        AND (w.lease_until IS NULL OR w.lease_until <= ${now})) due
    WHERE due.failing_since IS NULL OR due.place = 1
    ORDER BY due.next_attempt_at LIMIT ${limit}`);
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

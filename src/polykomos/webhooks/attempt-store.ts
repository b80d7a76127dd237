import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { deliveryIds, tell } from "../events.ts";
import {
  allowance,
  heldCount,
  isDue,
  type Lease,
  stopIdle,
  type TakenDelivery,
  takenJson,
} from "./delivery-store.ts";
import type { Outcome } from "./outcome.ts";

/** What came of attempts, for their deliveries and for their endpoints. Locks go as in `delivery-store.ts`. */
export type Recorded = {
  /** More deliveries to the same endpoints, leased to the caller. */
  next: TakenDelivery[];
  /** The same, when the caller will not go on: to be told to the queue. */
  waiting: number[];
  /** One of each endpoint that is failing: to be told to the queue for a little later. */
  slow: number[];
};

/**
 * Records attempts and what they mean for their endpoints, and takes what waits for the same
 * endpoints, all in one round trip. The outcome of a lost lease is ignored.
 */
export async function recordAttempts(
  store: Store,
  leaseToken: string,
  outcomes: readonly Outcome[],
  wanted: { count: number; lease: Lease | null },
  disabledWhenFailingSince: Date,
  now: Date,
): Promise<Recorded> {
  const goesOn = wanted.lease !== null;
  const [row] = await store.rows<Recorded>(sql`
    WITH ${outcomeSql(outcomes, leaseToken)},
    ${verdictSql(disabledWhenFailingSince, now)},
    ${endpointSql},
    ${attemptedSql(leaseToken)},
    ${stopIdle(
      sql`(SELECT id, revoked_at FROM verdict WHERE NOT is_open
        AND was_revoked IS NULL AND was_disabled IS NULL)`,
      now,
    )},
    ${tell(
      "webhook_endpoint.disabled",
      sql`jsonb_build_object('id', d.id, 'team_id', d.team_id,
        'disabled_at', ${isoTime(sql`d.disabled_at`)})`,
      sql`(SELECT * FROM verdict WHERE newly_disabled)`,
      now,
      sql`e.id NOT IN (SELECT id FROM verdict WHERE newly_disabled)`,
    )},
    ${waitingSql(wanted.count, now)},
    free AS (SELECT w.id FROM webhook_deliveries w JOIN waiting ON waiting.id = w.id
      WHERE ${goesOn} AND ${isDue(now)} FOR UPDATE OF w SKIP LOCKED),
    taken AS (UPDATE webhook_deliveries w SET lease_token = ${leaseToken}::uuid,
        lease_until = ${wanted.lease?.until ?? null}::timestamptz
      FROM free WHERE w.id = free.id RETURNING w.*)
    SELECT ${deliveryIds},
      (SELECT coalesce(jsonb_agg(${takenJson(now)}), '[]'::jsonb) FROM taken w
        JOIN webhook_endpoints e ON e.id = w.endpoint_id JOIN events v ON v.id = w.event_id) AS next,
      (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM waiting WHERE NOT ${goesOn}) AS waiting,
      (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM slow) AS slow`);
  return row ?? { next: [], waiting: [], slow: [] };
}

/** CTE `outcome`: those of the outcomes whose deliveries the caller still holds. */
function outcomeSql(outcomes: readonly Outcome[], leaseToken: string): SQL {
  return sql`outcome AS (SELECT o.* FROM jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) AS o(
        "id" bigint, "endpointId" int, "status" text, "responseCode" int, "errorClass" text,
        "errorMessage" text, "answer" text, "durationMs" int, "attemptedAt" timestamptz,
        "nextAttemptAt" timestamptz, "countsAgainstReceiver" boolean, "isGone" boolean)
      JOIN webhook_deliveries w ON w.id = o.id AND w.lease_token = ${leaseToken}::uuid
        AND w.status = 'pending')`;
}

/**
 * CTEs `before` to `verdict`: each endpoint with what the outcomes make of it. Nothing but failures of
 * its own since `failingSince` disables it; a 410 revokes it.
 */
function verdictSql(failingSince: Date, now: Date): SQL {
  return sql`before AS (SELECT e.* FROM webhook_endpoints e
      WHERE e.id IN (SELECT "endpointId" FROM outcome) ORDER BY e.id FOR NO KEY UPDATE),
    tally AS (SELECT "endpointId" AS id, count(*) AS ended, bool_or("isGone") AS is_gone,
        bool_or(status = 'delivered') AS succeeded, bool_or(status <> 'delivered') AS failed,
        bool_or(status <> 'delivered' AND "countsAgainstReceiver") AS counts FROM outcome GROUP BY 1),
    judged AS (SELECT b.id, b.team_id, t.ended, t.succeeded, t.failed, b.revoked_at AS was_revoked,
        b.disabled_at AS was_disabled, b.failing_since AS was_failing,
        CASE WHEN t.succeeded THEN ${now}::timestamptz ELSE b.last_success_at END AS last_success_at,
        CASE WHEN t.failed THEN ${now}::timestamptz ELSE b.last_failure_at END AS last_failure_at,
        b.last_success_at IS NULL OR b.last_success_at < ${now}::timestamptz - interval '1 second'
          AS success_is_old,
        CASE WHEN t.succeeded THEN NULL WHEN t.counts
          THEN coalesce(b.failing_since, ${now}::timestamptz) ELSE b.failing_since END
          AS failing_since,
        CASE WHEN b.disabled_at IS NULL AND t.counts AND NOT t.succeeded
            AND b.failing_since <= ${failingSince} THEN ${now}::timestamptz
          ELSE b.disabled_at END AS disabled_at,
        CASE WHEN t.is_gone THEN coalesce(b.revoked_at, ${now}::timestamptz)
          ELSE b.revoked_at END AS revoked_at
      FROM before b JOIN tally t ON t.id = b.id),
    verdict AS (SELECT j.*, j.revoked_at IS NULL AND j.disabled_at IS NULL AS is_open,
        j.was_disabled IS NULL AND j.disabled_at IS NOT NULL AND j.revoked_at IS NULL
          AS newly_disabled FROM judged j)`;
}

/** CTE `endpoint`: writes the verdict, but for a success when another was written a moment ago. */
const endpointSql: SQL = sql`endpoint AS (UPDATE webhook_endpoints e SET last_success_at = v.last_success_at,
        last_failure_at = v.last_failure_at, failing_since = v.failing_since,
        disabled_at = v.disabled_at, revoked_at = v.revoked_at
      FROM verdict v WHERE e.id = v.id
        AND (v.failed OR v.success_is_old OR v.was_failing IS NOT NULL))`;

/** CTE `attempted`: writes the outcomes. One to be tried again fails when its endpoint takes nothing more. */
function attemptedSql(leaseToken: string): SQL {
  return sql`attempted AS (UPDATE webhook_deliveries w SET
        status = CASE WHEN o.status = 'pending' AND NOT v.is_open THEN 'failed' ELSE o.status END,
        next_attempt_at = CASE WHEN v.is_open THEN o."nextAttemptAt" END,
        attempt_count = w.attempt_count + 1, response_code = o."responseCode",
        error_class = o."errorClass", error_message = o."errorMessage",
        duration_ms = o."durationMs", last_attempt_at = o."attemptedAt", lease_until = NULL,
        attempts = coalesce(w.attempts, '[]'::jsonb) || ${attemptJson}
      FROM outcome o JOIN verdict v ON v.id = o."endpointId"
      WHERE w.id = o.id AND w.lease_token = ${leaseToken}::uuid AND w.status = 'pending')`;
}

/**
 * CTEs `waiting`, what is due at the same endpoints, as far as they take more now, and `slow`, one of
 * each endpoint that is failing.
 */
function waitingSql(count: number, now: Date): SQL {
  return sql`waiting AS (SELECT due.id FROM (
        SELECT first.id, first.next_attempt_at, row_number() OVER (PARTITION BY v.id
          ORDER BY first.next_attempt_at, first.id) AS place
        FROM verdict v CROSS JOIN LATERAL (SELECT w.id, w.next_attempt_at FROM webhook_deliveries w
          WHERE w.endpoint_id = v.id AND ${isDue(now)} ORDER BY w.next_attempt_at, w.id
          LIMIT greatest(0, least(${count}::int, ${allowance(
            sql`v.failing_since`,
            sql`v.last_success_at`,
          )} - ${heldCount(sql`v.id`, now)} + v.ended))) first
        WHERE v.is_open AND v.failing_since IS NULL) due
      ORDER BY due.place, due.next_attempt_at LIMIT ${count}),
    slow AS (SELECT first.id FROM verdict v CROSS JOIN LATERAL (SELECT w.id
        FROM webhook_deliveries w WHERE w.endpoint_id = v.id AND ${isDue(now)}
        ORDER BY w.next_attempt_at, w.id LIMIT 1) first
      WHERE v.is_open AND v.failing_since IS NOT NULL)`;
}

/** One attempt as it is kept, for `o` an outcome. */
const attemptJson: SQL = sql`jsonb_build_array(jsonb_build_object('at', ${isoTime(
  sql`o."attemptedAt"`,
)}, 'responseCode', o."responseCode", 'errorClass', o."errorClass",
  'errorMessage', o."errorMessage", 'answer', o.answer, 'durationMs', o."durationMs"))`;

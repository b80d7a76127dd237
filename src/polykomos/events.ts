import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import type { EventType } from "./webhooks/event-types.ts";

/**
 * The part of a statement that tells of a change: the event, and a delivery for each endpoint of the
 * team that wants it. In the same statement as the change, so neither exists without the other.
 * Adds the CTEs `told` and `to_deliver`; select `deliveryIds` for what is to be announced.
 */
export function tell(
  /** Or an expression on `d`, where one statement tells of several kinds of event. */
  type: EventType | SQL,
  data: SQL,
  from: SQL,
  now: Date,
  /** A condition on `e`, the endpoint: what the same statement does to endpoints is not seen here. */
  isReceiver: SQL = sql`true`,
): SQL {
  return sql`told AS (INSERT INTO events (team_id, type, data, created_at)
      SELECT d.team_id, ${type}, ${data}, ${now} FROM ${from} d WHERE d.team_id IS NOT NULL
      RETURNING id, team_id, type),
    to_deliver AS (INSERT INTO webhook_deliveries (endpoint_id, event_id, status, next_attempt_at,
        created_at)
      SELECT e.id, told.id, 'pending', ${now}::timestamptz, ${now}::timestamptz FROM told
      JOIN webhook_endpoints e ON e.team_id = told.team_id AND e.revoked_at IS NULL
        AND e.disabled_at IS NULL AND (e.events = '[]'::jsonb OR e.events ? told.type)
        AND ${isReceiver}
      RETURNING id, endpoint_id, created_at)`;
}

const dueBefore: SQL = sql`SELECT 1 FROM webhook_deliveries w WHERE w.endpoint_id = e.id
  AND w.status = 'pending' AND w.next_attempt_at <= made.created_at`;

/** Above so many due deliveries of an endpoint, those who send them come to the new ones too. */
const dueUntold = 100;

/**
 * Columns `delivery_ids` and `slow_delivery_ids`: what is to be announced of the deliveries that
 * `tell` made, as JSON arrays of numbers. The second are those of endpoints that are failing, which
 * are told of later, and only when nothing else waits for them that would bring these along.
 */
export const deliveryIds: SQL = sql`${announced(
  sql`e.failing_since IS NULL AND (SELECT count(*) FROM (${dueBefore} LIMIT ${dueUntold}) due)
    < ${dueUntold}`,
)} AS delivery_ids,
  ${announced(sql`e.failing_since IS NOT NULL AND NOT EXISTS (${dueBefore})`)} AS slow_delivery_ids`;

function announced(condition: SQL): SQL {
  return sql`(SELECT coalesce(jsonb_agg(made.id ORDER BY e.last_success_at IS NULL, made.id),
      '[]'::jsonb) FROM to_deliver made JOIN webhook_endpoints e ON e.id = made.endpoint_id
    WHERE ${condition})`;
}

/** An endpoint that is failing is tried again no sooner than this. */
export const failingPaceSeconds = 1;

type AnnounceDeliveries = (ids: readonly number[], delaySeconds: number) => void;

/**
 * The store, with the deliveries that any of its statements made announced once they are committed:
 * every statement with a `tell` selects `deliveryIds`, and nothing else has to think of it.
 */
export function telling(store: Store, announce: AnnounceDeliveries): Store {
  function announceOf([row]: readonly Record<string, unknown>[]): void {
    announceIds(row?.delivery_ids, 0);
    announceIds(row?.slow_delivery_ids, failingPaceSeconds);
  }
  function announceIds(ids: unknown, delaySeconds: number): void {
    if (Array.isArray(ids) && ids.length > 0) announce(ids.map(Number), delaySeconds);
  }
  return {
    async rows<Row extends Record<string, unknown>>(statement: SQL) {
      const rows = await store.rows<Row>(statement);
      announceOf(rows);
      return rows;
    },
    async transaction<Row extends Record<string, unknown>>(statements: readonly SQL[]) {
      const rows = await store.transaction<Row>(statements);
      announceOf(rows);
      return rows;
    },
  };
}

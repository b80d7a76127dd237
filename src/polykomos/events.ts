import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import type { EventType } from "./webhooks/event-types.ts";

/**
 * The part of a statement that tells of a change: the event, and a delivery for each endpoint of the
 * team that wants it. In the same statement as the change, so neither exists without the other.
 * Adds the CTEs `told` and `to_deliver`; select `deliveryIds` for what is to be announced.
 */
export function tell(type: EventType, data: SQL, from: SQL, now: Date): SQL {
  return sql`told AS (INSERT INTO events (team_id, type, data, created_at)
      SELECT d.team_id, ${type}, ${data}, ${now} FROM ${from} d WHERE d.team_id IS NOT NULL
      RETURNING id, team_id, type),
    to_deliver AS (INSERT INTO webhook_deliveries (endpoint_id, event_id, status, next_attempt_at,
        created_at)
      SELECT e.id, told.id, 'pending', ${now}::timestamptz, ${now}::timestamptz FROM told
      JOIN webhook_endpoints e ON e.team_id = told.team_id AND e.revoked_at IS NULL
        AND e.disabled_at IS NULL AND (e.events = '[]'::jsonb OR e.events ? told.type)
      RETURNING id)`;
}

/** A column `delivery_ids`: the deliveries that `tell` made, as a JSON array of numbers. */
export const deliveryIds: SQL = sql`(SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM to_deliver)
  AS delivery_ids`;

/**
 * The store, with the deliveries that any of its statements made announced once they are committed:
 * every statement with a `tell` selects `deliveryIds`, and nothing else has to think of it.
 */
export function telling(store: Store, announce: (deliveryIds: number[]) => void): Store {
  function announceOf(rows: readonly Record<string, unknown>[]): void {
    const ids = rows[0]?.delivery_ids;
    if (Array.isArray(ids) && ids.length > 0) announce(ids.map(Number));
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

import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { Act } from "../caller.ts";
import { deliveryIds } from "../events.ts";
import { audit, liveEndpoint } from "./store.ts";

/** Deliveries that somebody asked for: test events, and what is to be sent again. */

/** A second run of a request fails on this index. */
export const deliveryRequestKeyIndex = "webhook_deliveries_request_key";

/** The delivery that an earlier run of the same request made. */
export async function findDeliveryByRequestKey(
  store: Store,
  endpointId: number,
  requestKey: string,
): Promise<number | null> {
  const [row] = await store.rows<{ id: string }>(sql`SELECT id FROM webhook_deliveries
    WHERE request_key = ${requestKey} AND endpoint_id = ${endpointId}::bigint`);
  return row ? Number(row.id) : null;
}

/** A test event with its one delivery, leased to the caller; `null` without such an endpoint. */
export async function insertTestDelivery(
  store: Store,
  id: number,
  lease: { token: string; until: Date },
  requestKey: string | null,
  act: Act,
): Promise<number | null> {
  const [row] = await store.rows<{ id: string }>(sql`
    WITH e AS (SELECT e.id, e.team_id FROM webhook_endpoints e WHERE ${liveEndpoint(act.userId, id)}),
    told AS (INSERT INTO events (team_id, type, data, created_at)
      SELECT e.team_id, 'webhook.test', jsonb_build_object('webhook_endpoint_id', e.id), ${act.now}
      FROM e RETURNING id)
    INSERT INTO webhook_deliveries (endpoint_id, event_id, status, next_attempt_at, created_at,
      lease_token, lease_until, request_key)
    SELECT e.id, told.id, 'pending', ${act.now}::timestamptz, ${act.now}::timestamptz,
      ${lease.token}::uuid, ${lease.until}::timestamptz, ${requestKey} FROM e, told RETURNING id`);
  return row ? Number(row.id) : null;
}

/** A new delivery of the event of an earlier one, when the endpoint takes deliveries. */
export async function insertRedelivery(
  store: Store,
  endpointId: number,
  deliveryId: number,
  requestKey: string | null,
  act: Act,
): Promise<number | "no_delivery" | "disabled"> {
  const [row] = await store.rows<{ id: string | null }>(sql`
    WITH e AS (SELECT e.id, e.team_id, e.disabled_at, w.event_id FROM webhook_endpoints e
      JOIN webhook_deliveries w ON w.endpoint_id = e.id
      WHERE ${liveEndpoint(act.userId, endpointId)} AND w.id = ${deliveryId}),
    open AS (SELECT * FROM e WHERE disabled_at IS NULL),
    ${audit(act, "webhook_delivery.redeliver", sql`open`)},
    to_deliver AS (INSERT INTO webhook_deliveries (endpoint_id, event_id, status, next_attempt_at,
        created_at, request_key)
      SELECT open.id, open.event_id, 'pending', ${act.now}::timestamptz, ${act.now}::timestamptz,
        ${requestKey} FROM open RETURNING id, endpoint_id, created_at)
    SELECT (SELECT id FROM to_deliver) AS id, ${deliveryIds} FROM e`);
  if (!row) return "no_delivery";
  return row.id === null ? "disabled" : Number(row.id);
}

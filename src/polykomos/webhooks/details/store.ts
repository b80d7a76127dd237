import { sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { isoTime } from "../../../db/iso-time.ts";
import { teamOfUser } from "../../team-rows.ts";
import { type DeliveryRow, deliveryColumns } from "../store.ts";

/** One delivery as its owner sees it, with its event and its attempts. */
type AttemptRow = {
  at: string;
  responseCode: number | null;
  errorClass: string | null;
  errorMessage: string | null;
  answer: string | null;
  durationMs: number;
};

export type DeliveryDetailsRow = DeliveryRow & {
  url: string;
  data: Record<string, unknown>;
  eventCreatedAt: string;
  attempts: AttemptRow[];
};

/** A delivery of an endpoint that the user may see. */
export async function findDeliveryDetails(
  store: Store,
  userId: number,
  endpointId: number,
  id: number,
): Promise<DeliveryDetailsRow | null> {
  const [row] = await store.rows<DeliveryDetailsRow>(sql`
    SELECT ${deliveryColumns}, e.url, v.data, ${isoTime(sql`v.created_at`)} AS "eventCreatedAt",
      coalesce(w.attempts, '[]'::jsonb) AS attempts
    FROM webhook_deliveries w JOIN events v ON v.id = w.event_id
    JOIN webhook_endpoints e ON e.id = w.endpoint_id
    WHERE w.id = ${id} AND w.endpoint_id = ${endpointId}::bigint
      AND ${teamOfUser(sql`e.team_id`, userId)}`);
  return row ?? null;
}

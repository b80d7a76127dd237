import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { deliveryIds, tell } from "../events.ts";
import { noticesBeforeMs } from "./expiry.ts";
import { databaseEventData } from "./rows.ts";

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

import { sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { type Change, databaseAudit, lockedTarget } from "../store.ts";

/**
 * Queues a rotation. The end of an overlap that goes on is left to it: its first step is the same.
 * False when there is no such database.
 */
export async function queueRotation(
  store: Store,
  uuid: string,
  rotation: { credentialSealed: string; overlapSeconds: number },
  change: Change,
): Promise<boolean> {
  const rows = await store.rows(sql`
    WITH target AS (${lockedTarget(change.userId, uuid)}),
    found AS (SELECT d.* FROM databases d JOIN target ON target.id = d.id),
    overtaken AS (UPDATE operations w SET state = 'cancelled', finished_at = ${change.now}
      FROM target WHERE w.database_id = target.id AND w.kind = 'retire_credentials'
        AND w.state = 'queued'),
    operation AS (INSERT INTO operations (id, kind, team_id, user_id, database_id, state,
        not_before, request_key, created_at, credential_sealed, overlap_seconds)
      SELECT ${change.operationId}::uuid, 'rotate_credentials', d.team_id, ${change.userId}::int,
        d.id, 'queued', ${change.now}::timestamptz, ${change.requestKey},
        ${change.now}::timestamptz, ${rotation.credentialSealed}, ${rotation.overlapSeconds}::int
      FROM found d),
    audit AS (${databaseAudit(change, "database.rotate_credentials", sql`found`)})
    SELECT 1 FROM found`);
  return rows.length > 0;
}

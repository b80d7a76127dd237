import { sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { isoTime } from "../../../db/iso-time.ts";
import { newestOfTeams, teamOfUser } from "../../team-rows.ts";

/** How databases' usage went: `usage_samples`, a row for each quarter of an hour. */
type Point = { at: string; storage_bytes: number; connections: number };

export type History = { database_uuid: string; points: Point[] };

const databasesMax = 100;

/** The history of the newest databases of the user's, or of one. */
export async function listHistory(
  store: Store,
  userId: number,
  which: { teamId: number | null; databaseUuid: string | null },
): Promise<History[]> {
  const { teamId, databaseUuid } = which;
  const width = databaseUuid === null ? "6 hours" : "15 minutes";
  return await store.rows<History>(sql`
    WITH wanted AS (SELECT d.id, d.uuid, d.listing FROM ${
      databaseUuid === null
        ? newestOfTeams({
            table: sql`databases`,
            alias: sql`d`,
            userId,
            teamId,
            where: sql`d.deleted_at IS NULL`,
            by: sql`d.listing`,
            count: databasesMax,
          })
        : sql`databases d WHERE d.deleted_at IS NULL AND ${teamOfUser(sql`d.team_id`, userId)}
            AND ${teamId === null ? sql`true` : sql`d.team_id = ${teamId}`}
            AND d.uuid = ${databaseUuid}`
    }
      ORDER BY d.listing DESC LIMIT ${databasesMax}),
    points AS (SELECT w.uuid, w.listing, date_bin(${width}::interval, u.at, '2000-01-01Z') AS at,
        (array_agg(u.storage_bytes ORDER BY u.at DESC))[1] AS storage_bytes,
        max(u.connections) AS connections
      FROM wanted w JOIN usage_samples u ON u.database_id = w.id GROUP BY 1, 2, 3)
    SELECT p.uuid AS database_uuid, jsonb_agg(jsonb_build_object('at', ${isoTime(sql`p.at`)},
      'storage_bytes', p.storage_bytes, 'connections', p.connections) ORDER BY p.at) AS points
    FROM points p GROUP BY p.uuid, p.listing ORDER BY p.listing DESC`);
}

/**
 * Keeps what was measured since `since` in the samples of its quarters. Of several measures in a
 * quarter the last size and the most connections stay.
 */
export async function takeSamples(store: Store, since: Date): Promise<void> {
  await store.rows(sql`
    INSERT INTO usage_samples (database_id, at, storage_bytes, connections)
    SELECT u.database_id, date_bin('15 minutes', u.measured_at, '2000-01-01Z'), u.storage_bytes,
      u.connections
    FROM database_usage u JOIN databases d ON d.id = u.database_id
    WHERE u.measured_at > ${since} AND d.team_id IS NOT NULL AND d.deleted_at IS NULL
    ON CONFLICT (database_id, at) DO UPDATE SET storage_bytes = excluded.storage_bytes,
      connections = greatest(usage_samples.connections, excluded.connections)
    WHERE usage_samples.storage_bytes <> excluded.storage_bytes
      OR usage_samples.connections < excluded.connections`);
}

/** Deletes samples from before `before`. Returns how many. */
export async function forgetSamples(store: Store, before: Date, countMax: number): Promise<number> {
  const rows = await store.rows(sql`DELETE FROM usage_samples WHERE (database_id, at) IN
    (SELECT database_id, at FROM usage_samples WHERE at < ${before} LIMIT ${countMax})
    RETURNING database_id`);
  return rows.length;
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import type { Remains } from "../../fleet/fleet.ts";
import { auditEntry, systemAct } from "../audit/entry-store.ts";
import { type CheckedServer, checkedColumns } from "./check-store.ts";

/**
 * Catalogs of servers against our rows, in bulk: what stands there and belongs to no row, and which
 * rows' databases do not stand there. What is being made, changed or destroyed is no difference.
 */

/** The name of this control plane, made the first time it is asked for. */
export async function readInstallation(store: Store): Promise<string> {
  const [row] = await store.rows<{ id: string }>(sql`
    WITH made AS (INSERT INTO installation (is_only, id) VALUES (true, gen_random_uuid())
      ON CONFLICT DO NOTHING RETURNING id)
    SELECT id FROM made UNION ALL SELECT id FROM installation LIMIT 1`);
  // Another run has made it, unseen by this statement.
  return row ? row.id : await readInstallation(store);
}

/**
 * Takes servers that were last compared before `begunBefore`, those waited for longest first. Of
 * runs at the same time each server is taken by one.
 */
export async function takeServersToReconcile(
  store: Store,
  begunBefore: Date,
  limit: number,
  now: Date,
): Promise<CheckedServer[]> {
  return await store.rows<CheckedServer>(sql`
    WITH due AS (SELECT f.id FROM fleet_servers f
      LEFT JOIN fleet_reconciliations r ON r.server_id = f.id
      WHERE f.state <> 'down' AND (r.began_at IS NULL OR r.began_at <= ${begunBefore})
      ORDER BY r.began_at NULLS FIRST, f.id LIMIT ${limit}),
    taken AS (INSERT INTO fleet_reconciliations AS r (server_id, began_at)
      SELECT id, ${now}::timestamptz FROM due
      ON CONFLICT (server_id) DO UPDATE SET began_at = excluded.began_at, finished_at = NULL
        WHERE r.began_at <= ${begunBefore}
      RETURNING server_id)
    SELECT ${checkedColumns} FROM fleet_servers s JOIN taken ON taken.server_id = s.id`);
}

/** Records how a comparison ended; `error` is what the server said no with. */
export async function recordReconciled(
  store: Store,
  serverId: number,
  error: string | null,
  now: Date,
): Promise<void> {
  await store.rows(sql`UPDATE fleet_reconciliations
    SET finished_at = ${now}, error_message = ${error} WHERE server_id = ${serverId}`);
}

/** A catalog as it was read from `readSince` on. */
export type Reading = { serverId: number; remains: readonly Remains[]; readSince: Date };

/**
 * CTEs `seen`, `orphans` and `missing` of a reading. A row counts as standing while anything of it
 * stood after the reading began, and is missing only when it was ready before that.
 */
function differences({ serverId, remains, readSince }: Reading): SQL {
  const seen = remains.map(({ kind, name, databaseId, isMarked }) => ({
    kind,
    name,
    database_id: databaseId,
    is_marked: isMarked,
  }));
  return sql`seen AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
      AS r(kind text, name text, database_id bigint, is_marked boolean)),
    standing AS MATERIALIZED (SELECT id, uuid, status, missing_since, updated_at FROM databases
      WHERE server_id = ${serverId} AND destroyed_at IS NULL
      UNION ALL SELECT id, uuid, status, missing_since, updated_at FROM databases
      WHERE server_id = ${serverId} AND destroyed_at >= ${readSince}),
    orphans AS (SELECT seen.* FROM seen LEFT JOIN standing ON standing.id = seen.database_id
      WHERE standing.id IS NULL),
    found AS MATERIALIZED (SELECT database_id, bool_or(kind = 'login' AND name LIKE 'u%') AS has_login,
        bool_or(kind = 'database') AS has_database FROM seen GROUP BY database_id),
    missing AS (SELECT d.*, coalesce(found.has_login, false) AS has_login,
        coalesce(found.has_database, false) AS has_database
      FROM standing d LEFT JOIN found ON found.database_id = d.id
      WHERE d.status IN ('active', 'paused', 'pooled') AND d.updated_at < ${readSince}
        AND NOT (coalesce(found.has_login, false) AND coalesce(found.has_database, false))
        AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.database_id = d.id
          AND o.kind <> 'retire_credentials'
          AND (o.state IN ('queued', 'running') OR o.lease_until > ${readSince})))`;
}

export type Difference = {
  kind: "login" | "database";
  name: string;
  database_id: string | null;
  database_uuid: string | null;
  found_in: "server" | "store";
  is_removable: boolean;
  first_seen_at: string | null;
};

/** All differences of a reading, and since when the reconciler has known of them. */
export async function compareReading(
  store: Store,
  reading: Reading,
  isOurServer: boolean,
): Promise<Difference[]> {
  return await store.rows<Difference>(sql`
    WITH ${differences(reading)}
    SELECT o.kind, o.name, o.database_id, NULL::uuid AS database_uuid, 'server' AS found_in,
      o.is_marked AND ${isOurServer} AS is_removable,
      ${isoTime(sql`f.first_seen_at`)} AS first_seen_at
    FROM orphans o LEFT JOIN fleet_orphans f ON f.server_id = ${reading.serverId}
      AND f.kind = o.kind AND f.name = o.name AND f.removed_at IS NULL
    UNION ALL
    SELECT side.kind, 'u' || m.id, m.id, m.uuid, 'store', false,
      ${isoTime(sql`m.missing_since`)}
    FROM missing m CROSS JOIN (VALUES ('login'), ('database')) AS side(kind)
    WHERE CASE side.kind WHEN 'login' THEN NOT m.has_login ELSE NOT m.has_database END
    ORDER BY 5, 1, 2`);
}

export type ToRemove = { kind: "login" | "database"; name: string; database_id: string | null };

/**
 * Writes a reading down: orphans with the time they were first seen, those that are gone forgotten,
 * missing databases marked and those that are back unmarked. Missing ones of the pool are given up
 * after the grace. Returns the orphans that may be removed now: marked, on a server of ours, seen
 * before `seenBefore` and by an earlier run, and of no row or operation that lives.
 */
export async function recordReading(
  store: Store,
  reading: Reading,
  isOurServer: boolean,
  seenBefore: Date,
  limit: number,
  now: Date,
): Promise<{ remove: ToRemove[]; orphans: number; missing: number }> {
  const { serverId } = reading;
  const [row] = await store.rows<{ remove: ToRemove[]; orphans: number; missing: number }>(sql`
    WITH ${differences(reading)},
    known AS (INSERT INTO fleet_orphans AS f (server_id, kind, name, is_removable, first_seen_at,
        last_seen_at, sightings)
      SELECT ${serverId}::int, o.kind, o.name, o.is_marked AND ${isOurServer}, ${now}::timestamptz,
        ${now}::timestamptz, 1 FROM orphans o
      ON CONFLICT (server_id, kind, name) DO UPDATE SET is_removable = excluded.is_removable,
        last_seen_at = excluded.last_seen_at,
        sightings = CASE WHEN f.removed_at IS NULL THEN f.sightings + 1 ELSE 1 END,
        first_seen_at = CASE WHEN f.removed_at IS NULL THEN f.first_seen_at
          ELSE excluded.first_seen_at END,
        removed_at = NULL
      RETURNING f.kind, f.name, f.is_removable, f.first_seen_at, f.sightings),
    forgotten AS (DELETE FROM fleet_orphans f WHERE f.server_id = ${serverId}
      AND f.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM orphans o
        WHERE o.kind = f.kind AND o.name = f.name)),
    lost AS (UPDATE databases d SET missing_since = ${now} FROM missing m
      WHERE d.id = m.id AND d.missing_since IS NULL),
    back AS (UPDATE databases d SET missing_since = NULL FROM found
      WHERE d.id = found.database_id AND d.server_id = ${serverId}
        AND d.missing_since IS NOT NULL AND found.has_login AND found.has_database),
    given_up AS (UPDATE databases d SET status = 'deleted', deleted_at = ${now}, destroy_at = ${now},
        updated_at = ${now} FROM missing m
      WHERE d.id = m.id AND d.status = 'pooled' AND d.missing_since <= ${seenBefore}
      RETURNING d.id),
    destruction AS (INSERT INTO operations (id, kind, database_id, state, not_before, created_at)
      SELECT gen_random_uuid(), 'destroy', id, 'queued', ${now}::timestamptz, ${now}::timestamptz
      FROM given_up),
    removable AS (SELECT k.kind, k.name, o.database_id FROM known k
      JOIN orphans o ON o.kind = k.kind AND o.name = k.name
      WHERE k.is_removable AND k.sightings > 1 AND k.first_seen_at <= ${seenBefore}
        -- Of any server: one that is registered twice shows the databases of both.
        AND NOT EXISTS (SELECT 1 FROM databases d WHERE d.id = o.database_id
          AND d.destroyed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM operations w WHERE w.database_id = o.database_id
          AND w.lease_until > ${now})
      ORDER BY k.kind, k.name LIMIT ${limit})
    SELECT (SELECT coalesce(jsonb_agg(removable), '[]'::jsonb) FROM removable) AS remove,
      (SELECT count(*)::int FROM orphans) AS orphans, (SELECT count(*)::int FROM missing) AS missing`);
  return row ?? { remove: [], orphans: 0, missing: 0 };
}

/** What became of a removal: done, with its audit entry, or why not. */
export async function recordRemoval(
  store: Store,
  serverId: number,
  { kind, name }: ToRemove,
  error: string | null,
  now: Date,
): Promise<void> {
  await store.rows(sql`
    WITH done AS (UPDATE fleet_orphans SET error_message = ${error},
        removed_at = CASE WHEN ${error === null} THEN ${now}::timestamptz END
      WHERE server_id = ${serverId} AND kind = ${kind} AND name = ${name}
      RETURNING server_id, removed_at)
    ${auditEntry(
      systemAct(now),
      "orphan.remove",
      sql`(SELECT NULL::int AS team_id, '{}'::jsonb AS details,
          'server:' || s.name || '/' || ${kind}::text || ':' || ${name}::text AS target
        FROM done JOIN fleet_servers s ON s.id = done.server_id WHERE done.removed_at IS NOT NULL)`,
    )}`);
}

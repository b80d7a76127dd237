import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { Usage } from "../../fleet/fleet.ts";
import { deliveryIds, tell } from "../events.ts";
import { type CheckedServer, checkedColumns } from "../servers/check-store.ts";
import { bytesPerGb } from "./demand.ts";
import { type Plans, planNames, warningLevelsPct } from "./plans.ts";
import { databaseEventData } from "./rows.ts";

/** Measured usage in the store: what is written of a server, and what follows, is one statement. */
export type MeasuredServer = CheckedServer & {
  /** Databases, by their names there, that are to be looked into. */
  in_detail: string[];
};

/**
 * Takes the servers whose measure is due; no one else takes them before the next is. Servers that
 * are down are left out: what they would say is waited for in vain.
 */
export async function takeUnmeasuredServers(
  store: Store,
  begunBefore: Date,
  limit: number,
  now: Date,
): Promise<MeasuredServer[]> {
  return await store.rows<MeasuredServer>(sql`
    WITH due AS (SELECT s.id FROM fleet_servers s LEFT JOIN storage_checks c ON c.server_id = s.id
      WHERE s.state <> 'down' AND (c.begun_at IS NULL OR c.begun_at <= ${begunBefore})
      ORDER BY c.begun_at NULLS FIRST, s.id LIMIT ${limit}),
    taken AS (INSERT INTO storage_checks AS c (server_id, begun_at)
      SELECT due.id, ${now}::timestamptz FROM due
      ON CONFLICT (server_id) DO UPDATE SET begun_at = EXCLUDED.begun_at
        WHERE c.begun_at <= ${begunBefore} RETURNING server_id)
    SELECT ${checkedColumns},
      (SELECT coalesce(jsonb_agg(d.db_name), '[]'::jsonb) FROM databases d
        JOIN database_usage u ON u.database_id = d.id
        WHERE d.server_id = s.id AND d.destroyed_at IS NULL AND d.deleted_at IS NULL
          AND u.needs_detail) AS in_detail
    FROM taken JOIN fleet_servers s ON s.id = taken.server_id ORDER BY s.id`);
}

/** A database's storage limit in bytes, for a query with `d` databases. */
function storageLimitSql(plans: Plans): SQL {
  const caps = planNames.map((name) => sql`WHEN ${name} THEN ${plans[name].storageGbMax}::float8`);
  return sql`coalesce(d.storage_hard_limit_gb, CASE d.plan ${sql.join(caps, sql` `)} END)
    * ${bytesPerGb}::float8`;
}

function warningThresholdSql(plans: Plans): SQL {
  const caps = planNames.map(
    (name) => sql`WHEN ${name} THEN ${plans[name].warningThresholdPct}::int`,
  );
  return sql`coalesce(d.warning_threshold_pct, CASE d.plan ${sql.join(caps, sql` `)} END)`;
}

/** From this share of its limit on, free room inside a database's files is looked for. */
const detailFromShare = 0.5;

/**
 * Records what a server's databases take up. Of those that crossed a level upwards the event is
 * written; where the limit was crossed, either way, an operation that settles it on the server. What
 * somebody else has recorded or decided since this statement read it stays. Returns the operations.
 */
export async function recordUsage(
  store: Store,
  serverId: number,
  found: readonly Usage[],
  plans: Plans,
  measuredAt: Date,
): Promise<{ databases: number; operationIds: string[] }> {
  const measures = found.map(
    ({ dbName, storageBytes, connections, fileBytes, hasOtherTables }) => ({
      name: dbName,
      bytes: Math.round(storageBytes),
      sessions: connections,
      file_bytes: Math.round(fileBytes),
      has_other: hasOtherTables,
    }),
  );
  const levels = sql.join(
    warningLevelsPct.map((level) => sql`${level}::int`),
    sql`, `,
  );
  const [row] = await store.rows<{ databases: string; operation_ids: string[] }>(sql`
    WITH measured AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(measures)}::jsonb)
        AS m(name text, bytes bigint, sessions int, file_bytes bigint, has_other boolean)
    ), known AS (
      SELECT d.*, m.bytes, m.sessions, m.file_bytes, m.has_other,
        ${storageLimitSql(plans)} AS limit_bytes, ${warningThresholdSql(plans)} AS threshold,
        u.database_id IS NOT NULL AS is_known, u.measured_at AS earlier,
        coalesce(u.warned_pct, 0) AS warned_pct, coalesce(u.is_over, false) AS was_over, u.over_since
      FROM measured m JOIN databases d ON d.db_name = m.name AND d.server_id = ${serverId}
        AND d.destroyed_at IS NULL AND d.status IN ('active', 'paused')
      LEFT JOIN database_usage u ON u.database_id = d.id
      WHERE u.measured_at IS NULL OR u.measured_at < ${measuredAt}
    ), judged AS (
      SELECT k.*, k.bytes >= k.limit_bytes AS is_over,
        k.has_other OR k.file_bytes >= ${detailFromShare}::float8 * k.limit_bytes AS needs_detail,
        coalesce((SELECT max(level) FROM unnest(ARRAY[${levels}, k.threshold]) level
          WHERE k.bytes * 100.0 >= level * k.limit_bytes), 0) AS reached_pct
      FROM known k
    ), updated AS (
      UPDATE database_usage u SET storage_bytes = j.bytes, connections = j.sessions,
        needs_detail = j.needs_detail, warned_pct = j.reached_pct, is_over = j.is_over,
        over_since = CASE WHEN NOT j.is_over THEN NULL
          ELSE coalesce(j.over_since, ${measuredAt}::timestamptz) END,
        measured_at = ${measuredAt}
      FROM judged j WHERE u.database_id = j.id AND j.is_known AND u.measured_at = j.earlier
        AND u.is_over = j.was_over RETURNING u.database_id
    ), inserted AS (
      INSERT INTO database_usage (database_id, storage_bytes, connections, needs_detail, warned_pct,
        is_over, over_since, measured_at)
      SELECT j.id, j.bytes, j.sessions, j.needs_detail, j.reached_pct, j.is_over,
        CASE WHEN j.is_over THEN ${measuredAt}::timestamptz END, ${measuredAt}::timestamptz
      FROM judged j WHERE NOT j.is_known ON CONFLICT (database_id) DO NOTHING
      RETURNING database_id
    ), recorded AS (
      SELECT j.* FROM judged j WHERE j.id IN (SELECT database_id FROM updated
        UNION ALL SELECT database_id FROM inserted)
    ), operation AS (
      INSERT INTO operations (id, kind, team_id, database_id, state, not_before, created_at)
      SELECT gen_random_uuid(), 'enforce_storage', r.team_id, r.id, 'queued',
        ${measuredAt}::timestamptz, ${measuredAt}::timestamptz
      FROM recorded r WHERE r.is_over <> r.was_over RETURNING id
    ), crossings AS (
      SELECT d.team_id, e.type, ${databaseEventData} || jsonb_build_object(
        'storage_bytes', d.bytes, 'storage_limit_bytes', round(d.limit_bytes),
        'storage_pct', floor(d.bytes * 100.0 / d.limit_bytes), 'level_pct', e.level_pct) AS data
      FROM recorded d CROSS JOIN LATERAL (
        SELECT 'database.quota_warning' AS type, d.reached_pct AS level_pct
        WHERE d.reached_pct > d.warned_pct
        UNION ALL SELECT 'database.quota_exceeded', 100 WHERE d.is_over AND NOT d.was_over) e
    ), ${tell(sql`d.type`, sql`d.data`, sql`crossings`, measuredAt)}
    SELECT (SELECT count(*) FROM recorded) AS databases,
      (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM operation) AS operation_ids, ${deliveryIds}`);
  return { databases: Number(row?.databases ?? 0), operationIds: row?.operation_ids ?? [] };
}

/**
 * CTEs of a statement that changes quotas: where the new limit lets a database in `changed` write
 * again, it may at once. After `operation`, so that the quotas' own operation is run before.
 */
export function liftSql(plans: Plans, now: Date): SQL {
  return sql`lifted AS (UPDATE database_usage u SET is_over = false, over_since = NULL
      FROM changed d WHERE u.database_id = d.id AND u.is_over
        AND u.storage_bytes < ${storageLimitSql(plans)} RETURNING u.database_id),
    lift AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before, created_at)
      SELECT gen_random_uuid(), 'enforce_storage', d.team_id, d.id, 'queued', ${now}::timestamptz,
        ${now}::timestamptz FROM changed d JOIN lifted ON lifted.database_id = d.id, operation)`;
}

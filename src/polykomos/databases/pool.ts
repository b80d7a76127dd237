import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import type { Clock } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { randomPassword } from "../../lib/secrets.ts";
import { capsJson, pooledDemand } from "./demand.ts";
import type { Plans } from "./plans.ts";
import {
  busyServersSql,
  countClaimsSql,
  freeBuildsSql,
  type PoolPolicy,
  poolTargetSql,
  ratePerSecondSql,
} from "./pool-demand-store.ts";
import { databasePasswordContext } from "./seal-contexts.ts";

/** Keeps ready databases per engine and region: built ahead, so that a create is a claim. */
export type RefillDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  pool: PoolPolicy;
  plans: Plans;
  announce(operationIds: readonly string[]): Promise<void>;
};

/** Most databases that one refill begins, so that it never floods the queue. */
const batchMax = 10;

/**
 * Begins as many databases as the pools are short of, at most a batch. Returns how many. Runs of it
 * at the same time wait for one another, so the pool does not overfill.
 */
export async function refillPool(deps: RefillDeps): Promise<number> {
  const { pool } = deps;
  const now = new Date(deps.clock());
  if (pool.floor === 0) {
    await deps.store.rows(countClaimsSql(now));
    return 0;
  }
  const candidates = await Promise.all(
    Array.from({ length: Math.min(batchMax, Math.max(pool.floor, pool.ceiling)) }, async () => {
      const uuid = newUuid();
      const password = await deps.sealer.seal(randomPassword(), databasePasswordContext(uuid));
      return { uuid, operation_id: newUuid(), password };
    }),
  );
  const { connections, bytes } = pooledDemand(deps.plans);
  const rows = await deps.store.transaction<{ id: string }>([
    sql`SELECT pg_advisory_xact_lock(hashtext('polykomos pool refill'))`,
    countClaimsSql(now),
    // As `servers_with_room` does: nothing else is placed until this is committed.
    sql`SELECT pg_advisory_xact_lock(hashtextextended('polypuma placement ' || engine, 0))
      FROM (VALUES (1, 'mysql'), (2, 'postgres')) placed (turn, engine) ORDER BY turn`,
    sql`
    WITH short AS (
      SELECT s.engine, s.region, ${poolTargetSql(pool, now)} - (SELECT count(*) FROM databases p
          JOIN fleet_servers ps ON ps.id = p.server_id AND ps.state = 'active'
        WHERE p.engine = s.engine AND p.region = s.region
          AND p.status IN ('building', 'pooled')) AS missing
      FROM fleet_servers s WHERE s.state = 'active' GROUP BY s.engine, s.region
    ), busy AS MATERIALIZED (${busyServersSql(now)}), places AS (
      SELECT s.id, s.engine, s.region, nth, greatest(
          share_used(load.databases + nth, s.max_databases),
          share_used(load.connections + nth * ${connections}::int, s.max_connections),
          share_used(load.bytes + nth * ${bytes}::float8, s.max_bytes)) AS fullest
      FROM fleet_servers s
      CROSS JOIN LATERAL server_load(s.id, ${capsJson(deps.plans)}::jsonb) load
      CROSS JOIN LATERAL generate_series(1, ${candidates.length}::int) AS nth
      WHERE s.state = 'active' AND s.check_failures = 0
        AND nth <= ${freeBuildsSql(pool)}
    ), ranked AS (
      SELECT places.*, row_number() OVER (PARTITION BY engine, region
        ORDER BY fullest, nth, places.id) AS place
      FROM places WHERE fullest <= 1
    ), slots AS (
      SELECT ranked.*, row_number() OVER (ORDER BY place, ranked.id) AS number
      FROM ranked JOIN short USING (engine, region) WHERE place <= short.missing
    ), candidates AS (
      SELECT ordinality AS number, value->>'uuid' AS uuid, value->>'password' AS password,
        value->>'operation_id' AS operation_id
      FROM jsonb_array_elements(${JSON.stringify(candidates)}::jsonb) WITH ORDINALITY
    ), made AS (
      INSERT INTO databases (uuid, status, engine, region, server_id, db_name, password_sealed,
        created_at, updated_at)
      SELECT c.uuid::uuid, 'building', slots.engine, slots.region, slots.id, 'pool-' || c.uuid,
        c.password, ${now}, ${now}
      FROM slots JOIN candidates c USING (number) RETURNING id, uuid
    )
    INSERT INTO operations (id, kind, database_id, state, not_before, created_at)
    SELECT c.operation_id::uuid, 'build_pooled', made.id, 'queued', ${now}, ${now}
    FROM made JOIN candidates c ON c.uuid::uuid = made.uuid RETURNING id`,
  ]);
  await deps.announce(rows.map((row) => row.id));
  return rows.length;
}

export type PoolRow = {
  engine: EngineName;
  region: string;
  /** How many there ought to be, by what is asked for. */
  target: number;
  ready: number;
  building: number;
  /** Creations that found a ready database, and those that did not, since the beginning. */
  hits: number;
  misses: number;
  creationsPerMinute: number;
  /** How long the one that has been ready longest has waited; null for an empty pool. */
  oldestReadySeconds: number | null;
};

/** How full each pool is. What stands on a server that takes nothing new cannot be claimed. */
export async function readPool(
  { store, pool }: { store: Store; pool: PoolPolicy },
  now: Date,
): Promise<PoolRow[]> {
  const counted = (column: SQL, isHit: SQL) => sql`coalesce((SELECT ${column} FROM pools p
      WHERE p.engine = s.engine AND p.region = s.region), 0)
    + (SELECT count(*) FROM pool_claims c
      WHERE c.engine = s.engine AND c.region = s.region AND c.is_hit = ${isHit})`;
  const rows = await store.rows<{
    engine: EngineName;
    region: string;
    target: number;
    ready: string;
    building: string;
    hits: string;
    misses: string;
    rate: number;
    oldest: string | null;
  }>(sql`
    WITH held AS (SELECT d.engine, d.region, d.status, d.pooled_at FROM databases d
      JOIN fleet_servers ds ON ds.id = d.server_id AND ds.state = 'active'
      WHERE d.status IN ('building', 'pooled'))
    SELECT s.engine, s.region, ${poolTargetSql(pool, now)} AS target,
      (SELECT count(*) FROM held WHERE held.engine = s.engine AND held.region = s.region
        AND held.status = 'pooled') AS ready,
      (SELECT count(*) FROM held WHERE held.engine = s.engine AND held.region = s.region
        AND held.status = 'building') AS building,
      ${counted(sql`p.hits`, sql`true`)} AS hits, ${counted(sql`p.misses`, sql`false`)} AS misses,
      ${ratePerSecondSql(now)} AS rate,
      (SELECT extract(epoch FROM ${now}::timestamptz - min(held.pooled_at)) FROM held
        WHERE held.engine = s.engine AND held.region = s.region AND held.status = 'pooled') AS oldest
    FROM (SELECT DISTINCT engine, region FROM fleet_servers) s ORDER BY s.engine, s.region`);
  return rows.map((row) => ({
    engine: row.engine,
    region: row.region,
    target: Number(row.target),
    ready: Number(row.ready),
    building: Number(row.building),
    hits: Number(row.hits),
    misses: Number(row.misses),
    creationsPerMinute: Math.round(Number(row.rate) * 6_000) / 100,
    oldestReadySeconds: row.oldest === null ? null : Math.max(0, Math.floor(Number(row.oldest))),
  }));
}

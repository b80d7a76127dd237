import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import { capsJson, pooledDemand } from "./demand.ts";
import type { Plans } from "./plans.ts";

/**
 * The pools in the control-plane store: what is asked of them, how full they ought to be by it, and how
 * full they are. A creation adds a row of its own, so that creations never wait for one another; whoever
 * refills counts the rows.
 */
export type PoolPolicy = {
  /** Ready databases kept however little is asked for; 0: there is no pool. */
  floor: number;
  /** However much is asked for, no more. */
  ceiling: number;
  /** Most that a server builds at once for the pool, less what it has to do for customers. */
  buildsPerServer: number;
};

/** A creation counts this long until it has lost two thirds of its weight in the rate. */
const rateMemorySeconds = 300;
/** What is built may have been asked for by the sweep alone, which comes once a minute. */
const refillLagSeconds = 60;

/** CTE body: notes a creation in `made`, with `claimed` telling whether it found a ready database. */
export function noteClaimSql(now: Date): SQL {
  return sql`INSERT INTO pool_claims (engine, region, is_hit, claimed_at)
    SELECT d.engine, d.region, d.claimed, ${now}::timestamptz FROM made d`;
}

/** By how much a rate has faded since. */
function faded(since: SQL, now: Date): SQL {
  // After two idle days there is nothing left, and exp() refuses results that small.
  return sql`exp(-least(200, greatest(0, extract(epoch FROM ${now}::timestamptz - ${since}))
    / ${rateMemorySeconds}::float8))`;
}

/** A pool's rate by now. What is next to nothing is nothing, for a product too small is an error. */
function fadedRate(now: Date): SQL {
  return sql`CASE WHEN p.rate_per_second < 1e-12 THEN 0
    ELSE p.rate_per_second * ${faded(sql`p.counted_at`, now)} END`;
}

/** Counts the creations that were noted. The rate is exponentially weighted, whenever this runs. */
function countClaimsSql(now: Date): SQL {
  return sql`
    WITH noted AS (DELETE FROM pool_claims RETURNING *)
    INSERT INTO pools AS p (engine, region, hits, misses, rate_per_second, counted_at)
    SELECT engine, region, count(*) FILTER (WHERE is_hit), count(*) FILTER (WHERE NOT is_hit),
      sum(${faded(sql`claimed_at`, now)}) / ${rateMemorySeconds}::float8, ${now}::timestamptz
    FROM noted GROUP BY engine, region
    ON CONFLICT (engine, region) DO UPDATE SET hits = p.hits + EXCLUDED.hits,
      misses = p.misses + EXCLUDED.misses,
      rate_per_second = ${fadedRate(now)}
        + EXCLUDED.rate_per_second,
      counted_at = greatest(p.counted_at, EXCLUDED.counted_at)`;
}

/** Creations a second of an engine and region, for a query with the columns of `s`. */
function ratePerSecondSql(now: Date): SQL {
  return sql`coalesce((SELECT ${fadedRate(now)} FROM pools p
    WHERE p.engine = s.engine AND p.region = s.region), 0)`;
}

/**
 * How many databases the pool of `s` ought to have, with those that are being built: as many as are
 * asked for until one that is begun now stands.
 */
function poolTargetSql({ floor, ceiling }: PoolPolicy, now: Date): SQL {
  if (floor === 0) return sql`0`;
  const buildSeconds = sql`coalesce((SELECT avg(extract(epoch FROM b.pooled_at - b.created_at))
    FROM databases b WHERE b.status = 'pooled' AND b.engine = s.engine AND b.region = s.region), 1)`;
  return sql`least(${Math.max(floor, ceiling)}::int, greatest(${floor}::int,
    ceil(${ratePerSecondSql(now)} * (${buildSeconds} + ${refillLagSeconds}::int))::int))`;
}

/** CTE body, to be called `busy`: what servers do or have to do now that keeps them from building. */
function busyServersSql(now: Date): SQL {
  return sql`SELECT (SELECT wd.server_id FROM databases wd WHERE wd.id = w.database_id) AS server_id,
      count(*) AS builds FROM operations w
    WHERE w.state IN ('queued', 'running') AND w.not_before <= ${now}
      AND w.kind IN ('build_pooled', 'create', 'rotate_credentials', 'rebuild') GROUP BY 1`;
}

/**
 * How many more a server of `s` may build for the pool now, for a query with `busy`: what it does or
 * has to do for customers goes before.
 */
function freeBuildsSql({ buildsPerServer }: PoolPolicy): SQL {
  return sql`${buildsPerServer}::int
    - coalesce((SELECT busy.builds FROM busy WHERE busy.server_id = s.id), 0)`;
}

/** Counts the creations that were noted since this was last done. */
export async function countClaims(store: Store, now: Date): Promise<void> {
  await store.rows(countClaimsSql(now));
}

/** A database that may be begun: ids, and its sealed password. */
export type PoolCandidate = { uuid: string; operation_id: string; password: string };

/**
 * Begins as many of the candidates as the pools are short of, on servers that have room and are free to
 * build. Returns their operations. Runs at the same time wait for one another, so no pool overfills.
 */
export async function insertPooled(
  store: Store,
  candidates: readonly PoolCandidate[],
  pool: PoolPolicy,
  plans: Plans,
  now: Date,
): Promise<string[]> {
  const rows = await store.transaction<{ id: string }>([
    sql`SELECT pg_advisory_xact_lock(hashtext('polykomos pool refill'))`,
    countClaimsSql(now),
    // As `servers_with_room` does: nothing else is placed until this is committed.
    sql`SELECT pg_advisory_xact_lock(hashtextextended('polypuma placement ' || engine, 0))
      FROM (VALUES (1, 'mysql'), (2, 'postgres')) placed (turn, engine) ORDER BY turn`,
    insertPooledSql(candidates, pool, plans, now),
  ]);
  return rows.map((row) => row.id);
}

/** Spreads them by the share of each server that is promised already, the emptiest first. */
function insertPooledSql(
  candidates: readonly PoolCandidate[],
  pool: PoolPolicy,
  plans: Plans,
  now: Date,
): SQL {
  const { connections, bytes } = pooledDemand(plans);
  return sql`
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
      CROSS JOIN LATERAL server_load(s.id, ${capsJson(plans)}::jsonb) load
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
    FROM made JOIN candidates c ON c.uuid::uuid = made.uuid RETURNING id`;
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
export async function readPools(store: Store, pool: PoolPolicy, now: Date): Promise<PoolRow[]> {
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

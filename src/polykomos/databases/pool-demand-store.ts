import { type SQL, sql } from "drizzle-orm";

/**
 * The demand on the pools, and how full they ought to be by it. A creation adds a row of its own, so
 * that creations never wait for one another; whoever refills counts the rows.
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
export function countClaimsSql(now: Date): SQL {
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
export function ratePerSecondSql(now: Date): SQL {
  return sql`coalesce((SELECT ${fadedRate(now)} FROM pools p
    WHERE p.engine = s.engine AND p.region = s.region), 0)`;
}

/**
 * How many databases the pool of `s` ought to have, with those that are being built: as many as are
 * asked for until one that is begun now stands.
 */
export function poolTargetSql({ floor, ceiling }: PoolPolicy, now: Date): SQL {
  if (floor === 0) return sql`0`;
  const buildSeconds = sql`coalesce((SELECT avg(extract(epoch FROM b.pooled_at - b.created_at))
    FROM databases b WHERE b.status = 'pooled' AND b.engine = s.engine AND b.region = s.region), 1)`;
  return sql`least(${Math.max(floor, ceiling)}::int, greatest(${floor}::int,
    ceil(${ratePerSecondSql(now)} * (${buildSeconds} + ${refillLagSeconds}::int))::int))`;
}

/** CTE body, to be called `busy`: what servers do or have to do now that keeps them from building. */
export function busyServersSql(now: Date): SQL {
  return sql`SELECT (SELECT wd.server_id FROM databases wd WHERE wd.id = w.database_id) AS server_id,
      count(*) AS builds FROM operations w
    WHERE w.state IN ('queued', 'running') AND w.not_before <= ${now}
      AND w.kind IN ('build_pooled', 'create', 'rotate_credentials', 'rebuild') GROUP BY 1`;
}

/**
 * How many more a server of `s` may build for the pool now, for a query with `busy`: what it does or
 * has to do for customers goes before.
 */
export function freeBuildsSql({ buildsPerServer }: PoolPolicy): SQL {
  return sql`${buildsPerServer}::int
    - coalesce((SELECT busy.builds FROM busy WHERE busy.server_id = s.id), 0)`;
}

import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import type { Clock } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { randomPassword } from "../../lib/secrets.ts";
import { databasePasswordContext } from "../operations/run.ts";

/** Keeps ready databases per engine and region: built ahead, so that a create is a claim. */
export type RefillDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  poolTarget: number;
  announce(operationIds: readonly string[]): Promise<void>;
};

/** Most databases that one refill begins, so that it never floods the queue. */
const batchMax = 10;

/**
 * Begins as many databases as the pools are short of, at most a batch. Returns how many. Runs of it
 * at the same time wait for one another, so the pool does not overfill.
 */
export async function refillPool(deps: RefillDeps): Promise<number> {
  if (deps.poolTarget === 0) return 0;
  const now = new Date(deps.clock());
  const candidates = await Promise.all(
    Array.from({ length: Math.min(batchMax, deps.poolTarget) }, async () => {
      const uuid = newUuid();
      const password = await deps.sealer.seal(randomPassword(), databasePasswordContext(uuid));
      return { uuid, operation_id: newUuid(), password };
    }),
  );
  const rows = await deps.store.transaction<{ id: string }>([
    sql`SELECT pg_advisory_xact_lock(hashtext('polykomos pool refill'))`,
    sql`
    WITH place AS (
      SELECT DISTINCT ON (s.engine, s.region) s.id, s.engine, s.region
      FROM fleet_servers s CROSS JOIN LATERAL (SELECT count(*) AS used FROM databases o
        WHERE o.server_id = s.id AND o.destroyed_at IS NULL) load
      WHERE s.state = 'active' AND load.used < s.max_databases
      ORDER BY s.engine, s.region, load.used::float8 / s.max_databases, s.id
    ), short AS (
      SELECT place.*, ${deps.poolTarget}::int - (SELECT count(*) FROM databases p
          JOIN fleet_servers ps ON ps.id = p.server_id AND ps.state = 'active'
        WHERE p.engine = place.engine AND p.region = place.region
          AND p.status IN ('building', 'pooled')) AS missing
      FROM place
    ), slots AS (
      SELECT short.*, row_number() OVER (ORDER BY slot, short.id) AS number
      FROM short CROSS JOIN LATERAL generate_series(1, short.missing) AS slot
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

/** How full each pool is. What stands on a server that takes nothing new cannot be claimed. */
export async function readPool(
  store: Store,
): Promise<{ engine: EngineName; region: string; ready: number; building: number }[]> {
  const rows = await store.rows<{
    engine: EngineName;
    region: string;
    ready: string;
    building: string;
  }>(sql`
    SELECT s.engine, s.region, count(d.id) FILTER (WHERE d.status = 'pooled') AS ready,
      count(d.id) FILTER (WHERE d.status = 'building') AS building
    FROM (SELECT DISTINCT engine, region FROM fleet_servers) s
    LEFT JOIN (databases d JOIN fleet_servers ds ON ds.id = d.server_id AND ds.state = 'active')
      ON d.engine = s.engine AND d.region = s.region AND d.status IN ('building', 'pooled')
    GROUP BY s.engine, s.region ORDER BY s.engine, s.region`);
  return rows.map((row) => ({
    engine: row.engine,
    region: row.region,
    ready: Number(row.ready),
    building: Number(row.building),
  }));
}

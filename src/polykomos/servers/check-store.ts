import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import type { EngineName, Transport } from "../../fleet/fleet.ts";
import { auditEntry, systemAct } from "../audit/entry-store.ts";

/** Whether servers answer, in the control-plane store. */
export type CheckedServer = {
  id: number;
  name: string;
  engine: EngineName;
  transport: Transport;
  host: string;
  port: number;
  tls: boolean;
  admin_user: string;
  admin_password_sealed: string;
};

export const checkedColumns: SQL = sql`s.id, s.name, s.engine, s.transport, s.host, s.port, s.tls,
  s.admin_user, s.admin_password_sealed`;

/** All servers, whatever their state. */
export async function listServers(store: Store): Promise<CheckedServer[]> {
  return await store.rows<CheckedServer>(
    sql`SELECT ${checkedColumns} FROM fleet_servers s ORDER BY s.id`,
  );
}

/**
 * Takes the servers whose last check was begun before `begunBefore`, those waited for longest first.
 * Of runs at the same time each server is taken by one.
 */
export async function takeDueServers(
  store: Store,
  begunBefore: Date,
  limit: number,
  now: Date,
): Promise<CheckedServer[]> {
  return await store.rows<CheckedServer>(sql`
    WITH due AS (SELECT id FROM fleet_servers
      WHERE check_begun_at IS NULL OR check_begun_at <= ${begunBefore}
      ORDER BY check_begun_at NULLS FIRST, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE fleet_servers s SET check_begun_at = ${now} FROM due WHERE s.id = due.id
    RETURNING ${checkedColumns}`);
}

export type CheckOutcome = {
  serverId: number;
  begunAt: Date;
  /** Why the server takes no work; `null` when it does. */
  error: string | null;
};

export type Recorded = {
  state: "active" | "draining" | "down";
  hasChanged: boolean;
  /** Operations that waited for the server and need not any more, as far as they are to be told of. */
  resumed: string[];
};

/** Most operations that are told of at once; the others are as due, and the sweep finds them. */
const resumedMax = 200;

/**
 * Records a check's outcome, unless a later check has begun. So many failures in a row make a server
 * `down`; one success makes it what the operator wants it to be, and what waited for it due.
 */
export async function recordCheck(
  store: Store,
  { serverId, begunAt, error }: CheckOutcome,
  downAfterFailures: number,
  now: Date,
): Promise<Recorded | null> {
  const failed = error !== null;
  const [row] = await store.rows<{
    state: Recorded["state"];
    has_changed: boolean;
    resumed: string[];
  }>(sql`
    WITH before AS (SELECT id, state, check_failures FROM fleet_servers
      WHERE id = ${serverId} AND check_begun_at = ${begunAt} FOR UPDATE),
    s AS (UPDATE fleet_servers c SET checked_at = ${now}, last_error = ${error},
        check_failures = CASE WHEN ${failed} THEN c.check_failures + 1 ELSE 0 END,
        down_since = CASE WHEN ${failed} AND c.check_failures + 1 >= ${downAfterFailures}
          THEN coalesce(c.down_since, ${now}) END,
        state = CASE WHEN NOT ${failed} THEN
            CASE WHEN c.is_draining THEN 'draining' ELSE 'active' END
          WHEN c.check_failures + 1 >= ${downAfterFailures} THEN 'down' ELSE c.state END
      FROM before WHERE c.id = before.id RETURNING c.*),
    entry AS (SELECT NULL::int AS team_id, s.state, 'server:' || s.name AS target,
        jsonb_build_object('error', s.last_error) AS details
      FROM s JOIN before USING (id) WHERE s.state <> before.state),
    audit AS (${auditEntry(systemAct(now), sql`'server.' || x.state`, sql`entry`)}),
    resumed AS (UPDATE operations o SET not_before = ${now} FROM databases d, before
      WHERE NOT ${failed} AND before.check_failures > 0 AND d.server_id = before.id
        AND o.database_id = d.id AND o.state = 'queued' AND o.not_before > ${now}
        AND o.error_code = 'server_unreachable' RETURNING o.id)
    SELECT s.state, s.state <> before.state AS has_changed,
      (SELECT coalesce(jsonb_agg(id), '[]'::jsonb) FROM (
        SELECT id FROM resumed UNION
        SELECT o.id FROM operations o JOIN databases d ON d.id = o.database_id
        WHERE NOT ${failed} AND before.state = 'down' AND d.server_id = s.id AND d.destroyed_at IS NULL
          AND o.state = 'queued' AND o.not_before <= ${now} LIMIT ${resumedMax}) waiting) AS resumed
    FROM s JOIN before USING (id)`);
  return row ? { state: row.state, hasChanged: row.has_changed, resumed: row.resumed } : null;
}

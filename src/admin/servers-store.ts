import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import { isoTime } from "../db/iso-time.ts";
import type { EngineName, Transport } from "../fleet/fleet.ts";
import { type Act, audit } from "./store.ts";

/** Database servers in the control-plane store, as the operator manages them. */
export type ServerRow = {
  id: number;
  name: string;
  engine: EngineName;
  region: string;
  transport: Transport;
  host: string;
  port: number;
  advertised_host: string;
  tls: boolean;
  admin_user: string;
  admin_password_sealed: string;
  /** What may be promised on it; null: no limit. */
  max_databases: number | null;
  max_connections: number | null;
  max_bytes: number | null;
  state: "active" | "draining" | "down";
  is_draining: boolean;
  checked_at: string | null;
  check_failures: number;
  last_error: string | null;
  down_since: string | null;
  /** What has been promised. */
  databases: number;
  connections: number;
  bytes: number;
};

/** Columns of `ServerRow`, for a query with `s` fleet_servers and `load` of `loadOf`. */
const serverColumns: SQL = sql`s.id, s.name, s.engine, s.region, s.transport, s.host, s.port,
  s.advertised_host, s.tls, s.admin_user, s.admin_password_sealed, s.max_databases,
  s.max_connections, s.max_bytes::float8 AS max_bytes, s.state, s.is_draining,
  ${isoTime(sql`s.checked_at`)} AS checked_at, s.check_failures, s.last_error,
  ${isoTime(sql`s.down_since`)} AS down_since, load.databases,
  load.connections::float8 AS connections, load.bytes`;

function loadOf(caps: string): SQL {
  return sql`CROSS JOIN LATERAL server_load(s.id, ${caps}::jsonb) load`;
}

type Changeable =
  | "transport"
  | "host"
  | "port"
  | "advertised_host"
  | "tls"
  | "admin_user"
  | "admin_password_sealed"
  | "max_databases"
  | "max_connections"
  | "max_bytes";

export type NewServer = Pick<ServerRow, Changeable | "name" | "engine" | "region">;

export type ServerChange = Partial<Pick<ServerRow, Changeable | "is_draining">>;

/** A server that was let in a moment ago. `caps`: what plans promise, for the sums. */
export async function insertServer(
  store: Store,
  server: NewServer,
  caps: string,
  act: Act,
): Promise<ServerRow> {
  const [row] = await store.rows<ServerRow>(sql`
    WITH s AS (INSERT INTO fleet_servers (name, engine, region, transport, host, port,
        advertised_host, tls, admin_user, admin_password_sealed, max_databases, max_connections,
        max_bytes, state, checked_at, check_begun_at, created_at, updated_at)
      VALUES (${server.name}, ${server.engine}, ${server.region}, ${server.transport},
        ${server.host}, ${server.port}, ${server.advertised_host}, ${server.tls},
        ${server.admin_user}, ${server.admin_password_sealed}, ${server.max_databases},
        ${server.max_connections}, ${server.max_bytes}, 'active', ${act.now}, ${act.now},
        ${act.now}, ${act.now}) RETURNING *),
    ${audit(act, sql`'server:' || x.name`, sql`s`)}
    SELECT ${serverColumns} FROM s ${loadOf(caps)}`);
  if (!row) throw new Error("The new server was not returned");
  return row;
}

export async function listServers(store: Store, caps: string): Promise<ServerRow[]> {
  return await store.rows<ServerRow>(
    sql`SELECT ${serverColumns} FROM fleet_servers s ${loadOf(caps)} ORDER BY s.id`,
  );
}

export async function findServer(
  store: Store,
  id: number,
  caps: string,
): Promise<ServerRow | null> {
  const [row] = await store.rows<ServerRow>(
    sql`SELECT ${serverColumns} FROM fleet_servers s ${loadOf(caps)} WHERE s.id = ${id}`,
  );
  return row ?? null;
}

/**
 * Changes a server. One that was reached for it counts as checked; otherwise, down is down, and a
 * wish to drain it or not is kept for when it is back.
 */
export async function updateServer(
  store: Store,
  id: number,
  change: ServerChange,
  wasReached: boolean,
  caps: string,
  act: Act,
): Promise<ServerRow | null> {
  const sets = Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql`${sql.identifier(column)} = ${value}`);
  const isDraining = change.is_draining ?? null;
  const state = sql`state = CASE WHEN state = 'down' AND NOT ${wasReached} THEN 'down'
    WHEN coalesce(${isDraining}::boolean, is_draining) THEN 'draining' ELSE 'active' END`;
  const reached = wasReached
    ? [
        sql`checked_at = ${act.now}, check_failures = 0, last_error = NULL, down_since = NULL,
          check_begun_at = ${act.now}`,
      ]
    : [];
  const all = sql.join([...sets, state, ...reached, sql`updated_at = ${act.now}`], sql`, `);
  const [row] = await store.rows<ServerRow>(sql`
    WITH s AS (UPDATE fleet_servers SET ${all} WHERE id = ${id} RETURNING *),
    ${audit(act, sql`'server:' || x.name`, sql`s`)}
    SELECT ${serverColumns} FROM s ${loadOf(caps)}`);
  return row ?? null;
}

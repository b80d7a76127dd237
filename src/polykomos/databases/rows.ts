import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "../../db/iso-time.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import type { PlanName, Quotas } from "./plans.ts";

/**
 * A customer's database as the store holds it, and the SQL that reads one. Host and port are the
 * server's, so a server that moves takes its databases along.
 */
export type DatabaseRow = {
  id: number;
  uuid: string;
  name: string;
  status: "active" | "provisioning" | "paused" | "deleted";
  engine: EngineName;
  region: string;
  plan: PlanName;
  quotas: Quotas;
  host: string;
  port: number;
  tls: boolean;
  dbName: string;
  passwordSealed: string;
  /** Rotations so far: which of its two logins is current. */
  credentialNumber: number;
  /** The credential before the current one works until then. */
  previousCredentialUntil: string | null;
  /** It is deleted then. */
  expiresAt: string | null;
  /** Since when its server lacks it. */
  missingSince: string | null;
  /** As it was last measured; null until it was. */
  usage: {
    storageBytes: number;
    storageState: "ok" | "warning" | "exceeded";
    connections: number;
    measuredAt: string;
  } | null;
  teamId: number;
  teamName: string;
  createdAtMs: number;
  updatedAtMs: number;
};

export type RawDatabase = {
  id: string;
  uuid: string;
  name: string;
  status: DatabaseRow["status"];
  engine: EngineName;
  region: string;
  plan: PlanName;
  storage_hard_limit_gb: number | null;
  connection_hard_limit: number | null;
  warning_threshold_pct: number | null;
  host: string;
  port: number;
  tls: boolean;
  db_name: string;
  password_sealed: string;
  credential_number: number;
  previous_credential_until: string | null;
  expires_at: string | null;
  missing_since: string | null;
  usage: DatabaseRow["usage"];
  team_id: number;
  team_name: string;
  created_at: string;
  updated_at: string;
};

/** The host customers are told, with the database's id in the operator's template. */
export const advertisedHostSql: SQL = sql`replace(s.advertised_host, '{id}', d.id::text)`;

/** Columns of `RawDatabase`, for a query with `d` databases, `s` fleet_servers and `t` teams. */
export const databaseColumns: SQL = sql`
  d.id, d.uuid, d.name, d.status, d.engine, d.region, d.plan, d.storage_hard_limit_gb,
  d.connection_hard_limit, d.warning_threshold_pct, ${advertisedHostSql} AS host, s.port, s.tls,
  d.db_name, d.password_sealed, d.credential_number,
  ${isoTime(sql`d.previous_credential_until`)} AS previous_credential_until,
  ${isoTime(sql`d.expires_at`)} AS expires_at, ${isoTime(sql`d.missing_since`)} AS missing_since,
  (SELECT jsonb_build_object('storageBytes', u.storage_bytes, 'connections', u.connections,
    'storageState', CASE WHEN u.is_over THEN 'exceeded' WHEN u.warned_pct > 0 THEN 'warning'
      ELSE 'ok' END, 'measuredAt', ${isoTime(sql`u.measured_at`)})
    FROM database_usage u WHERE u.database_id = d.id) AS usage,
  t.id AS team_id, t.name AS team_name,
  ${isoTime(sql`d.created_at`)} AS created_at, ${isoTime(sql`d.updated_at`)} AS updated_at`;

/** What an event tells of a database: no password, no connection string. */
export const databaseEventData: SQL = sql`jsonb_build_object(
  'uuid', d.uuid, 'name', d.name, 'status', d.status, 'db_type', d.engine, 'region', d.region,
  'plan', d.plan, 'team_id', d.team_id)`;

export function databaseFromRaw(raw: RawDatabase): DatabaseRow {
  return {
    id: Number(raw.id),
    uuid: raw.uuid,
    name: raw.name,
    status: raw.status,
    engine: raw.engine,
    region: raw.region,
    plan: raw.plan,
    quotas: {
      storageHardLimitGb: raw.storage_hard_limit_gb,
      connectionHardLimit: raw.connection_hard_limit,
      warningThresholdPct: raw.warning_threshold_pct,
    },
    host: raw.host,
    port: raw.port,
    tls: raw.tls,
    dbName: raw.db_name,
    passwordSealed: raw.password_sealed,
    credentialNumber: raw.credential_number,
    previousCredentialUntil: raw.previous_credential_until,
    expiresAt: raw.expires_at,
    missingSince: raw.missing_since,
    usage: raw.usage,
    teamId: raw.team_id,
    teamName: raw.team_name,
    createdAtMs: Date.parse(raw.created_at),
    updatedAtMs: Date.parse(raw.updated_at),
  };
}

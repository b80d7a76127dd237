import type { z } from "zod";
import type { EngineName } from "../../fleet/fleet.ts";
import { loginAfter } from "../../fleet/fleet.ts";
import type { database, databaseType, deletedDatabase } from "./contract.ts";
import type { Deleted } from "./deletion-store.ts";
import type { DatabaseRow } from "./rows.ts";

/** What the wire shows of a database. */
export type DatabaseView = z.input<typeof database>;

const schemeOf: Record<EngineName, string> = { postgres: "postgresql", mysql: "mysql" };

/**
 * What makes each engine's clients ask for TLS: libpq's parameter, and mysql2's, whose value is JSON.
 * The certificate is one that is trusted anyway, so both may check it.
 */
const tlsQueryOf: Record<EngineName, string> = {
  postgres: "?sslmode=require",
  mysql: `?ssl=${encodeURIComponent('{"rejectUnauthorized":true}')}`,
};

/** `password` null masks: the connection string then has `***` in its place. */
export function viewDatabase(row: DatabaseRow, password: string | null): DatabaseView {
  const login = loginAfter(row.id, row.credentialNumber);
  const tls = row.tls ? tlsQueryOf[row.engine] : "";
  const credential = `${login}:${password ?? "***"}`;
  return {
    object: "database",
    uuid: row.uuid,
    name: row.name,
    status: row.status,
    region: row.region,
    plan: row.plan,
    quotas: {
      storage_hard_limit_gb: row.quotas.storageHardLimitGb,
      connection_hard_limit: row.quotas.connectionHardLimit,
      warning_threshold_pct: row.quotas.warningThresholdPct,
    },
    db_type: row.engine,
    host: row.host,
    port: row.port,
    db_name: row.dbName,
    db_username: login,
    team_id: row.teamId,
    team_name: row.teamName,
    db_password: password,
    connection_string: `${schemeOf[row.engine]}://${credential}@${row.host}:${row.port}/${row.dbName}${tls}`,
    created_at: new Date(row.createdAtMs).toISOString(),
    updated_at: new Date(row.updatedAtMs).toISOString(),
    expires_at: row.expiresAt,
    previous_credential_until: row.previousCredentialUntil,
    missing_since: row.missingSince,
    usage: row.usage && {
      storage_bytes: row.usage.storageBytes,
      storage_state: row.usage.storageState,
      connections: row.usage.connections,
      measured_at: row.usage.measuredAt,
    },
  };
}

/** The credential before the current one, while it works. */
export function viewPrevious(
  row: DatabaseRow,
): { db_username: string; works_until: string } | null {
  const { id, credentialNumber, previousCredentialUntil: until } = row;
  return until === null
    ? null
    : { db_username: loginAfter(id, credentialNumber + 1), works_until: until };
}

export function viewDeleted(deleted: Deleted): z.input<typeof deletedDatabase> {
  return {
    object: "database",
    uuid: deleted.uuid,
    deleted: true,
    cancelled_provision_jobs: deleted.cancelledProvisionJobs,
    destroy_scheduled_at: deleted.destroyAt,
    has_remote_resources: deleted.hasRemoteResources,
  };
}

const labels: Record<EngineName, string> = { postgres: "PostgreSQL", mysql: "MySQL" };

/** `database_types`: every engine, with the regions that servers stand in. */
export function viewTypes(
  places: readonly { engine: EngineName; region: string; isActive: boolean }[],
): z.input<typeof databaseType>[] {
  return (["postgres", "mysql"] as const).map((engine) => {
    const regions = places.filter((place) => place.engine === engine);
    const isAvailable = regions.some((place) => place.isActive);
    return {
      value: engine,
      label: labels[engine],
      is_provisionable: isAvailable,
      is_available: isAvailable,
      regions: regions.map((place) => ({
        code: place.region,
        label: place.region,
        is_available: place.isActive,
      })),
    };
  });
}

import type { z } from "zod";
import type { EngineName } from "../../fleet/fleet.ts";
import { loginName } from "../../fleet/fleet.ts";
import type { database } from "./contract.ts";
import type { DatabaseRow } from "./rows.ts";
import type { Deleted } from "./store.ts";

/** What the wire shows of a database. */
export type DatabaseView = z.input<typeof database>;

const schemeOf: Record<EngineName, string> = { postgres: "postgresql", mysql: "mysql" };

/** `password` null masks: the connection string then has `***` in its place. */
export function viewDatabase(row: DatabaseRow, password: string | null): DatabaseView {
  const login = loginName(row.id);
  const tls = row.tls && row.engine === "postgres" ? "?sslmode=require" : "";
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
  };
}

export function viewDeleted(deleted: Deleted): Record<string, unknown> {
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
): Record<string, unknown>[] {
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

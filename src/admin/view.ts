import type { PoolRow } from "../polykomos/databases/pool.ts";
import type { DeadMessageRow } from "../polykomos/operations/dead-messages-store.ts";
import type { GivenUpApplication } from "./jobs-store.ts";
import type { SealingKey } from "./sealing/sealed-columns.ts";
import type { ServerRow } from "./servers-store.ts";
import type { KeyRow, UserRow } from "./store.ts";

/** What the operator's API shows. No secret and no hash of one is in it. */
export function viewUser(row: UserRow) {
  return { object: "user", id: row.id, email: row.email, name: row.name, teams: row.teams };
}

export function viewKey(row: KeyRow, lastUsedAtMs: number | null = null) {
  return {
    object: "api_key",
    id: row.id,
    name: row.name,
    preview: row.preview,
    permissions: row.permissions,
    controls: row.controls,
    status: row.status,
    last_used_at: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
    created_at: row.created_at,
    revoked_at: row.revoked_at,
  };
}

export function viewServer(row: ServerRow) {
  const { admin_password_sealed: _, is_draining: __, ...shown } = row;
  return { object: "server", ...shown };
}

export function viewPool({ creationsPerMinute, oldestReadySeconds, ...row }: PoolRow) {
  return {
    object: "pool",
    ...row,
    creations_per_minute: creationsPerMinute,
    oldest_ready_seconds: oldestReadySeconds,
  };
}

export function viewDeadApplication(row: GivenUpApplication) {
  return {
    object: "blueprint_application",
    id: row.id,
    state: row.status,
    database_uuid: row.databaseUuid,
    attempts: row.attempts,
    error: { code: row.errorCode, message: row.errorMessage ?? "" },
    created_at: row.createdAt,
    finished_at: row.completedAt,
  };
}

export function viewDeadMessage({ createdAt, ...row }: DeadMessageRow) {
  return { object: "message", ...row, created_at: createdAt };
}

export function viewSealingKey({ places, ...key }: SealingKey) {
  const sealed = places.reduce((sum, place) => sum + place.texts, 0);
  return { object: "sealing_key", ...key, sealed, places };
}

import type { z } from "zod";
import type { PoolRow } from "../polykomos/databases/pool-store.ts";
import type { DeadMessageRow } from "../polykomos/operations/dead-messages-store.ts";
import type { GivenUpApplication } from "./jobs-store.ts";
import type * as shown from "./schemas.ts";
import type { sealingKey } from "./sealing/contract.ts";
import type { SealingKey } from "./sealing/sealed-columns.ts";
import type { ServerRow } from "./servers-store.ts";
import type { UserRow } from "./store.ts";

/** What the operator's API shows. No secret and no hash of one is in it. */
export function viewUser(row: UserRow): z.input<typeof shown.user> {
  return { object: "user", id: row.id, email: row.email, name: row.name, teams: row.teams };
}

export function viewServer(row: ServerRow): z.input<typeof shown.server> {
  const { admin_password_sealed: _, is_draining: __, ...rest } = row;
  return { object: "server", ...rest };
}

export function viewPool({
  creationsPerMinute,
  oldestReadySeconds,
  ...row
}: PoolRow): z.input<typeof shown.pool> {
  return {
    object: "pool",
    ...row,
    creations_per_minute: creationsPerMinute,
    oldest_ready_seconds: oldestReadySeconds,
  };
}

export function viewDeadApplication(
  row: GivenUpApplication,
): z.input<typeof shown.deadApplication> {
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

export function viewDeadMessage({
  createdAt,
  ...row
}: DeadMessageRow): z.input<typeof shown.deadMessage> {
  return { object: "message", ...row, created_at: createdAt };
}

export function viewSealingKey({ places, ...key }: SealingKey): z.input<typeof sealingKey> {
  const sealed = places.reduce((sum, place) => sum + place.texts, 0);
  return { object: "sealing_key", ...key, sealed, places };
}

import { sql } from "drizzle-orm";
import type { Store } from "./db/client.ts";
import type { Clock } from "./lib/clock.ts";

/** What `GET /healthz` tells: ready, or what is missing. */
export type Health = { ok: boolean; missing: string[]; active_servers: number };

/** Strangers may ask, so the store is asked at most this often per isolate. */
const askEveryMs = 500;

/** Makes the check: the store answers, its tables are there, and a server takes databases. */
export function createHealthCheck(deps: { store: Store; clock: Clock }): () => Promise<Health> {
  let asked: { atMs: number; health: Promise<Health> } | null = null;

  async function ask(): Promise<Health> {
    try {
      const [row] = await deps.store.rows<{ active: number }>(
        sql`SELECT count(*)::int AS active FROM fleet_servers WHERE state = 'active'`,
      );
      const active = row?.active ?? 0;
      const missing = active > 0 ? [] : ["an active database server (POST /admin/v1/servers)"];
      return { ok: missing.length === 0, missing, active_servers: active };
    } catch {
      // Whatever is wrong with the store, the answer is the same; the API's own requests log it.
      const missing = ["the control-plane store, reachable and migrated"];
      return { ok: false, missing, active_servers: 0 };
    }
  }

  return async () => {
    const nowMs = deps.clock();
    if (!asked || nowMs - asked.atMs >= askEveryMs) asked = { atMs: nowMs, health: ask() };
    return await asked.health;
  };
}

import { sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { loginName } from "../fleet/fleet.ts";
import type { Sealer } from "../lib/sealed.ts";
import { serverPasswordContext } from "../polykomos/operations/run.ts";
import { listServers } from "./store.ts";

/** Compares what stands on the servers with our rows, both ways. */
export type Orphan = {
  object: "orphan";
  server: string;
  kind: "login" | "database";
  name: string;
  /** `server`: it stands there and no row knows it; `store`: a row says it stands and it does not. */
  found_in: "server" | "store";
};

type Expected = { id: number; has_remote: boolean; is_ready: boolean };

/**
 * All differences between servers and rows. Rows whose work is under way count as known, and are not
 * missed while they are not ready. A server that cannot be asked throws.
 */
export async function findOrphans(deps: {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
}): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const server of await listServers(deps.store)) {
    const adminPassword = await deps.sealer.open(
      server.admin_password_sealed,
      serverPasswordContext(server.name),
    );
    const { name, engine, host, port, tls, admin_user: adminUser } = server;
    const place = { name, engine, host, port, tls, adminUser, adminPassword };
    const remains = await deps.fleet[engine].listRemains(place);
    const rows = await deps.store.rows<Expected & { id: string }>(sql`
      SELECT id, has_remote_resources AS has_remote, status IN ('active', 'pooled') AS is_ready
      FROM databases WHERE server_id = ${server.id} AND destroyed_at IS NULL`);
    const known = new Map(rows.map((row) => [Number(row.id), row]));
    for (const { kind, name: found, databaseId } of remains) {
      if (databaseId !== null && known.has(databaseId)) continue;
      orphans.push({ object: "orphan", server: name, kind, name: found, found_in: "server" });
    }
    for (const [id, row] of known) {
      if (!row.is_ready) continue;
      for (const kind of ["login", "database"] as const) {
        if (remains.some((each) => each.kind === kind && each.databaseId === id)) continue;
        orphans.push({
          object: "orphan",
          server: name,
          kind,
          name: loginName(id),
          found_in: "store",
        });
      }
    }
  }
  return orphans;
}

import { sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import { type Fleet, loginName, type Remains } from "../fleet/fleet.ts";
import { Fault } from "../lib/fault.ts";
import type { Sealer } from "../lib/sealed.ts";
import { fault } from "../polykomos/dialect.ts";
import { serverPasswordContext } from "../polykomos/operations/run.ts";
import { listServers, type ServerRow } from "./store.ts";

/** Compares what stands on the servers with our rows, both ways. */
export type Orphan = {
  object: "orphan";
  server: string;
  kind: "login" | "database";
  name: string;
  /** `server`: it stands there and no row knows it; `store`: a row says it stands and it does not. */
  found_in: "server" | "store";
};

type Row = { id: string; is_ready: boolean };

/**
 * All differences between servers and rows. Rows are read before and after the server is asked, so
 * that what is being made or destroyed meanwhile is no difference. Throws a Fault for a server that
 * does not answer.
 */
export async function findOrphans(deps: {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
}): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const server of await listServers(deps.store)) {
    const before = await readRows(deps.store, server.id);
    const remains = await askServer(deps, server);
    const after = await readRows(deps.store, server.id);
    orphans.push(...compare(server.name, remains, before, after));
  }
  return orphans;
}

async function readRows(store: Store, serverId: number): Promise<Map<number, Row>> {
  const rows = await store.rows<Row>(sql`
    SELECT id, status IN ('active', 'pooled') AS is_ready
    FROM databases WHERE server_id = ${serverId} AND destroyed_at IS NULL`);
  return new Map(rows.map((row) => [Number(row.id), row]));
}

async function askServer(
  deps: { fleet: Fleet; sealer: Sealer },
  server: ServerRow,
): Promise<Remains[]> {
  const { name, engine, host, port, tls, admin_user: adminUser } = server;
  const context = serverPasswordContext(name);
  const adminPassword = await deps.sealer.open(server.admin_password_sealed, context);
  const place = { name, engine, host, port, tls, adminUser, adminPassword };
  try {
    return await deps.fleet[engine].listRemains(place);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw fault("unavailable", `The server ${name} does not answer`, undefined, {
      "retry-after": "10",
    });
  }
}

function compare(
  server: string,
  remains: readonly Remains[],
  before: ReadonlyMap<number, Row>,
  after: ReadonlyMap<number, Row>,
): Orphan[] {
  const unknown = remains.filter(
    ({ databaseId }) => databaseId === null || !(before.has(databaseId) || after.has(databaseId)),
  );
  const there = new Set(remains.map(({ kind, databaseId }) => `${kind} ${databaseId}`));
  const ready = [...after].filter(([id, row]) => row.is_ready && before.get(id)?.is_ready);
  const missing = ready.flatMap(([id]) =>
    (["login", "database"] as const)
      .filter((kind) => !there.has(`${kind} ${id}`))
      .map((kind) => ({ kind, name: loginName(id) })),
  );
  return [
    ...unknown.map(({ kind, name }) => ({ kind, name, found_in: "server" as const })),
    ...missing.map((each) => ({ ...each, found_in: "store" as const })),
  ].map((each) => ({ object: "orphan", server, ...each }));
}

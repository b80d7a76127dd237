import type { Store } from "../../db/client.ts";
import type { Fleet, FleetServer } from "../../fleet/fleet.ts";
import { type Clock, secondMs } from "../../lib/clock.ts";
import { concurrently } from "../../lib/concurrently.ts";
import type { Log } from "../../lib/log.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { openServer, reasonOf } from "./check.ts";
import type { CheckedServer } from "./check-store.ts";
import {
  type Reading,
  readInstallation,
  recordReading,
  recordReconciled,
  recordRemoval,
  type ToRemove,
  takeServersToReconcile,
} from "./reconcile-store.ts";

/**
 * The reconciler: compares what stands on servers with our rows, both ways, and removes what belongs
 * to no row once it was seen twice with the grace between. A server bears the name of the control
 * plane that had it first; another one reports there and removes nothing.
 */
export type ReconcileDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  /** A server is compared again no sooner than this. */
  reconcileEveryMs: number;
  /** What belongs to nobody stands at least so long after it was first seen. */
  orphanGraceMs: number;
};

export type Reconciled = {
  servers_reconciled: number;
  orphans_found: number;
  orphans_removed: number;
  databases_missing: number;
};

/** Of one run: servers, servers at once, removals on each. */
const serversMax = 50;
const serversTogether = 2;
const removalsMax = 20;
/** A time between two clocks of ours is worth so much. */
const clockSkewMs = secondMs;

/** Reads a server's catalog, and puts our name on a server without one. */
export async function readServer(
  deps: Pick<ReconcileDeps, "store" | "fleet" | "sealer" | "clock">,
  row: CheckedServer,
): Promise<{ server: FleetServer; reading: Reading; isOurs: boolean }> {
  const server = await openServer(deps.sealer, row);
  const engine = deps.fleet[server.engine];
  const readSince = new Date(deps.clock() - clockSkewMs);
  const [installation, catalog] = await Promise.all([
    readInstallation(deps.store),
    engine.readCatalog(server),
  ]);
  const isOurs = catalog.owner === installation;
  if (catalog.owner === null) await engine.claimServer(server, installation);
  const reading = { serverId: row.id, remains: catalog.remains, readSince };
  return { server, reading, isOurs };
}

/** Compares every server whose time has come. Safe to run twice at the same time. */
export async function reconcileServers(deps: ReconcileDeps): Promise<Reconciled> {
  const now = new Date(deps.clock());
  const begunBefore = new Date(now.getTime() - deps.reconcileEveryMs);
  const due = await takeServersToReconcile(deps.store, begunBefore, serversMax, now);
  const total: Reconciled = {
    servers_reconciled: 0,
    orphans_found: 0,
    orphans_removed: 0,
    databases_missing: 0,
  };
  await concurrently(due, serversTogether, async (row) => {
    const error = await reconcile(deps, row, total).then(() => null, reasonOf);
    if (error === null) total.servers_reconciled += 1;
    else deps.log.warn("server_not_reconciled", { server: row.name, error: new Error(error) });
    await recordReconciled(deps.store, row.id, error, new Date(deps.clock()));
  });
  return total;
}

async function reconcile(deps: ReconcileDeps, row: CheckedServer, total: Reconciled) {
  const { server, reading, isOurs } = await readServer(deps, row);
  const now = new Date(deps.clock());
  const seenBefore = new Date(now.getTime() - deps.orphanGraceMs);
  const { remove, orphans, missing } = await recordReading(
    deps.store,
    reading,
    isOurs,
    seenBefore,
    removalsMax,
    now,
  );
  total.orphans_found += orphans;
  total.databases_missing += missing;
  for (const each of remove) {
    if (await removeOrphan(deps, server, row.id, each)) total.orphans_removed += 1;
  }
}

/** Removes what belongs to no row, and records what became of it. True when it is gone. */
async function removeOrphan(
  deps: ReconcileDeps,
  server: FleetServer,
  serverId: number,
  orphan: ToRemove,
): Promise<boolean> {
  const { kind, name, database_id: databaseId } = orphan;
  const facts = { server: server.name, kind, name };
  const error = await deps.fleet[server.engine]
    .removeRemains(server, {
      kind,
      name,
      databaseId: databaseId === null ? null : Number(databaseId),
      isMarked: true,
    })
    .then(() => null, reasonOf);
  if (error === null) deps.log.info("orphan_removed", facts);
  else deps.log.warn("orphan_not_removed", { ...facts, error: new Error(error) });
  await recordRemoval(deps.store, serverId, orphan, error, new Date(deps.clock()));
  return error === null;
}

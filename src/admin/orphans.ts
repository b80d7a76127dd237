import type { Store } from "../db/client.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Clock } from "../lib/clock.ts";
import { Fault } from "../lib/fault.ts";
import type { Sealer } from "../lib/sealed.ts";
import { fault } from "../polykomos/dialect.ts";
import { type CheckedServer, listServers } from "../polykomos/servers/check-store.ts";
import { readServer } from "../polykomos/servers/reconcile.ts";
import { compareReading, type Difference } from "../polykomos/servers/reconcile-store.ts";

/** Compares what stands on the servers with our rows, both ways, at this moment. */
type Orphan = Omit<Difference, "database_id" | "is_removable"> & {
  object: "orphan";
  server: string;
  /** The sweep removes it once it has stood for the grace. */
  will_be_removed: boolean;
};

type OrphanDeps = { store: Store; fleet: Fleet; sealer: Sealer; clock: Clock };

/** All differences between servers and rows. Throws a Fault for a server that does not answer. */
export async function findOrphans(deps: OrphanDeps): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const server of await listServers(deps.store)) {
    const { reading, isOurs } = await ask(deps, server);
    const found = await compareReading(deps.store, reading, isOurs);
    orphans.push(
      ...found.map(({ database_id: _, is_removable: willBeRemoved, ...each }) => ({
        object: "orphan" as const,
        server: server.name,
        ...each,
        will_be_removed: willBeRemoved,
      })),
    );
  }
  return orphans;
}

async function ask(deps: OrphanDeps, server: CheckedServer) {
  try {
    return await readServer(deps, server);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw fault("unavailable", `The server ${server.name} does not answer`, undefined, {
      "retry-after": "10",
    });
  }
}

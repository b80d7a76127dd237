import type { Store } from "../../db/client.ts";
import type { FleetServer, NameStage, Tenant } from "../../fleet/fleet.ts";
import type { Readers } from "../../fleet/readers.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { randomPassword } from "../../lib/secrets.ts";
import { keepReader } from "./store.ts";

/** The hidden login of a database that answers questions: its password, and its making. */
export type ReaderDeps = { store: Store; sealer: Sealer; readers: Readers; clock: Clock };

export function readerPasswordContext(databaseId: number): string {
  return `reader-password:${databaseId}`;
}

/**
 * Makes a database's reader, or gives it its rights again; its password. Safe to repeat: the
 * password that was kept first stays, whoever else makes it at the same time.
 */
export async function makeReader(
  deps: ReaderDeps,
  server: FleetServer,
  tenant: Pick<Tenant, "databaseId" | "uuid" | "dbName">,
  stage: NameStage,
): Promise<string> {
  const context = readerPasswordContext(tenant.databaseId);
  const offered = await deps.sealer.seal(randomPassword(), context);
  const now = new Date(deps.clock());
  const sealed = await keepReader(deps.store, tenant.databaseId, offered, now);
  const password = await deps.sealer.open(sealed, context);
  await deps.readers[server.engine].make(server, tenant, password, stage);
  return password;
}

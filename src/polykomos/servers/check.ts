import type { Store } from "../../db/client.ts";
import type { Fleet, FleetServer } from "../../fleet/fleet.ts";
import { type Clock, secondMs, within } from "../../lib/clock.ts";
import { concurrently } from "../../lib/concurrently.ts";
import { errorText } from "../../lib/kept-text.ts";
import type { Log } from "../../lib/log.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { serverPasswordContext } from "../databases/seal-contexts.ts";
import {
  type CheckedServer,
  type CheckOutcome,
  recordCheck,
  takeDueServers,
} from "./check-store.ts";

/** Finds out which servers take work. What it finds decides where databases are placed. */
export type CheckDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  /** A server is checked again no sooner than this. */
  checkEveryMs: number;
  /** Checks in a row that must fail for a server to be down. */
  downAfterFailures: number;
  announce(operationIds: readonly string[]): Promise<void>;
};

/** A server that has not answered by then does not serve. */
const checkTimeoutMs = 5 * secondMs;
/**
 * Sessions that one run has open at once. An invocation may have six connections; what waits for one
 * would be taken for a server that does not answer, and other scheduled work has sessions as well.
 */
const checksTogether = 2;
/** Servers that one run checks; the next one goes on with those that wait longest. */
const checkedMax = 200;
const errorCharsMax = 300;

/** A server as the engines need it, of a row that holds its password sealed. */
export async function openServer(sealer: Sealer, row: CheckedServer): Promise<FleetServer> {
  const { name, engine, transport, host, port, tls, admin_user: adminUser } = row;
  const context = serverPasswordContext(name);
  const adminPassword = await sealer.open(row.admin_password_sealed, context);
  return { name, engine, transport, host, port, tls, adminUser, adminPassword };
}

/**
 * Checks every server whose time has come, a few at once, so that a dead one holds up few
 * others. Safe to run twice at the same time: each server is checked by one run. Returns how many.
 */
export async function checkServers(deps: CheckDeps): Promise<number> {
  const begunAt = new Date(deps.clock());
  const begunBefore = new Date(begunAt.getTime() - deps.checkEveryMs);
  const due = await takeDueServers(deps.store, begunBefore, checkedMax, begunAt);
  await concurrently(due, checksTogether, (server) => checkServer(deps, server, begunAt));
  return due.length;
}

async function checkServer(deps: CheckDeps, row: CheckedServer, begunAt: Date): Promise<void> {
  const error = await problemOf(deps, row);
  const outcome: CheckOutcome = { serverId: row.id, begunAt, error };
  const now = new Date(deps.clock());
  const recorded = await recordCheck(deps.store, outcome, deps.downAfterFailures, now);
  if (!recorded) return;
  const facts = { server: row.name, state: recorded.state };
  if (error !== null) deps.log.warn("server_check_failed", { ...facts, error: new Error(error) });
  else if (recorded.hasChanged) deps.log.info("server_is_back", facts);
  if (recorded.resumed.length > 0) await deps.announce(recorded.resumed);
}

/** Why a server takes no work, or `null` when it answers that it does. */
export async function problemOf(
  deps: Pick<CheckDeps, "fleet" | "sealer">,
  row: CheckedServer,
): Promise<string | null> {
  try {
    const server = await openServer(deps.sealer, row);
    await within(checkTimeoutMs, deps.fleet[server.engine].checkServer(server));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What the operator is told of a server that refuses or does not answer. Without secrets. */
export function reasonOf(error: unknown): string {
  return errorText(error, errorCharsMax);
}

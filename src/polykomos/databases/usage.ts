import type { Store } from "../../db/client.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Clock } from "../../lib/clock.ts";
import { concurrently } from "../../lib/concurrently.ts";
import type { Log } from "../../lib/log.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { openServer } from "../servers/check.ts";
import type { Plans } from "./plans.ts";
import { type MeasuredServer, recordUsage, takeUnmeasuredServers } from "./usage-store.ts";

/** Measures what databases take up, and has servers stop or take writes by their limits. */
export type MeasureDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  plans: Plans;
  /** A server is measured again no sooner than this. */
  measureEveryMs: number;
  announce(operationIds: readonly string[]): Promise<void>;
};

/** Sessions that one run has open at once: of the six connections that an invocation may have. */
const measuredTogether = 2;
/** Servers that one run measures; the next one goes on with those that wait longest. */
const measuredMax = 200;

/**
 * Measures every server whose time has come: one statement to it, and one to the store for all its
 * databases. Safe to run twice at the same time: each server is measured by one run. Returns how many
 * were measured.
 */
export async function measureStorage(deps: MeasureDeps): Promise<number> {
  const begunAt = new Date(deps.clock());
  const begunBefore = new Date(begunAt.getTime() - deps.measureEveryMs);
  const due = await takeUnmeasuredServers(deps.store, begunBefore, measuredMax, begunAt);
  let measured = 0;
  await concurrently(due, measuredTogether, async (server) => {
    if (await measureServer(deps, server, begunAt)) measured++;
  });
  return measured;
}

/** True when the server was measured; what keeps it from being is logged, and tried again next time. */
async function measureServer(
  deps: MeasureDeps,
  row: MeasuredServer,
  begunAt: Date,
): Promise<boolean> {
  try {
    const server = await openServer(deps.sealer, row);
    const found = await deps.fleet[server.engine].measure(server, row.in_detail);
    const { operationIds } = await recordUsage(deps.store, row.id, found, deps.plans, begunAt);
    await deps.announce(operationIds);
    return true;
  } catch (error) {
    deps.log.warn("storage_not_measured", { server: row.name, error });
    return false;
  }
}

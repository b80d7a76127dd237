import { listRunnable as listRunnableApplications } from "./polykomos/blueprints/applications/run-store.ts";
import { type RefillDeps, refillPool } from "./polykomos/databases/pool.ts";
import { listRunnable } from "./polykomos/operations/store.ts";
import {
  endStopped,
  forgetBefore,
  listDueDeliveries,
} from "./polykomos/webhooks/delivery-store.ts";

/** The scheduled work. It finds by row what a lost message, a crash or the passing of time left. */
export type Sweep = {
  /** Operations that were due and free, and were announced to the queue. */
  operations_announced: number;
  /** Webhook deliveries that were due and free, and were announced to the queue. */
  deliveries_announced: number;
  /** Applications of blueprints that were due and free, and were announced to the queue. */
  applications_announced: number;
  /** Databases begun for the pool. */
  pool_started: number;
  /** Old events and deliveries that were deleted. */
  events_forgotten: number;
};

export type SweepDeps = RefillDeps & {
  announceDeliveries(ids: readonly number[]): Promise<void>;
  announceApplications(ids: readonly number[]): Promise<void>;
  eventsKeptMs: number;
};

/** Bounds one run; the next one goes on. */
const announcedMax = 200;
const deliveriesMax = 500;
const forgottenMax = 1_000;

/** Does all scheduled work once. Safe to run at any time, and twice at the same time. */
export async function sweep(deps: SweepDeps): Promise<Sweep> {
  const now = new Date(deps.clock());
  const operations = await listRunnable(deps.store, announcedMax, now);
  await deps.announce(operations);
  await endStopped(deps.store, now);
  const deliveries = await listDueDeliveries(deps.store, deliveriesMax, now);
  await deps.announceDeliveries(deliveries);
  const applications = await listRunnableApplications(deps.store, announcedMax, now);
  await deps.announceApplications(applications);
  const keptSince = new Date(now.getTime() - deps.eventsKeptMs);
  return {
    operations_announced: operations.length,
    deliveries_announced: deliveries.length,
    applications_announced: applications.length,
    pool_started: await refillPool(deps),
    events_forgotten: await forgetBefore(deps.store, keptSince, forgottenMax),
  };
}

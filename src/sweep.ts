import { forgetSessions } from "./console/session/store.ts";
import { listRunnable as listRunnableApplications } from "./polykomos/blueprints/applications/run-store.ts";
import { deleteExpired, tellOfExpiry } from "./polykomos/databases/expiry-store.ts";
import { keepHistory } from "./polykomos/databases/history/service.ts";
import { type RefillDeps, refillPool } from "./polykomos/databases/pool.ts";
import { type MeasureDeps, measureStorage } from "./polykomos/databases/usage.ts";
import { forgetDeadMessages } from "./polykomos/operations/dead-messages-store.ts";
import { listRunnable } from "./polykomos/operations/store.ts";
import { forgetExecutionsBefore } from "./polykomos/queries/store.ts";
import { type CheckDeps, checkServers } from "./polykomos/servers/check.ts";
import { sumUpPromises } from "./polykomos/servers/promises-store.ts";
import {
  type ReconcileDeps,
  type Reconciled,
  reconcileServers,
} from "./polykomos/servers/reconcile.ts";
import { mailForgotten, type TeamDeps } from "./polykomos/teams/service.ts";
import {
  endStopped,
  forgetBefore,
  listDueDeliveries,
} from "./polykomos/webhooks/delivery-store.ts";

/** The scheduled work. It finds by row what a lost message, a crash or the passing of time left. */
export type Sweep = Reconciled & {
  /** Operations that were due and free, and were announced to the queue. */
  operations_announced: number;
  /** Webhook deliveries that were due and free, and were announced to the queue. */
  deliveries_announced: number;
  /** Applications of blueprints that were due and free, and were announced to the queue. */
  applications_announced: number;
  /** Databases whose end was told of, and whose time had come. */
  expiries_told: number;
  databases_expired: number;
  /** Databases begun for the pool. */
  pool_started: number;
  /** Old events and deliveries that were deleted. */
  events_forgotten: number;
  /** Old questions that were deleted. */
  queries_forgotten: number;
  /** Old messages of the dead-letter queues that were deleted. */
  dead_messages_forgotten: number;
  /** Invitations whose mail had not been handed over. */
  invitations_mailed: number;
  /** Sessions at the console that had ended and were deleted. */
  sessions_forgotten: number;
  /** Servers that were asked whether they take work. */
  servers_checked: number;
  /** Servers whose databases were measured. */
  servers_measured: number;
};

export type SweepDeps = RefillDeps &
  CheckDeps &
  ReconcileDeps &
  MeasureDeps &
  TeamDeps & {
    /** From delete to the destruction of the data. */
    destroyDelayMs: number;
    publicUrl: string;
    announceDeliveries(ids: readonly number[]): Promise<void>;
    announceApplications(ids: readonly number[]): Promise<void>;
    eventsKeptMs: number;
    queriesKeptMs: number;
  };

/** Bounds one run; the next one goes on. */
const announcedMax = 200;
const deliveriesMax = 500;
const forgottenMax = 1_000;
const expiriesToldMax = 500;
const expiredMax = 100;

/** Does all scheduled work once. Safe to run at any time, and twice at the same time. */
export async function sweep(deps: SweepDeps): Promise<Sweep> {
  const now = new Date(deps.clock());
  // Beside all other work, for a server that does not answer is waited for.
  const checks = checkServers(deps);
  checks.catch(() => {});
  // After the checks: with the reconciler's two sessions there are four at most, and room for the store.
  const measured = checks.catch(() => 0).then(() => measureStorage(deps));
  const measures = measured.then(async (servers) => {
    await keepHistory(deps);
    return servers;
  });
  measures.catch(() => {});
  const reconciled = reconcileServers(deps);
  reconciled.catch(() => {});
  const told = await tellOfExpiry(deps.store, now, expiriesToldMax);
  const destroyAt = new Date(now.getTime() + deps.destroyDelayMs);
  const expired = await deleteExpired(deps.store, now, destroyAt, expiredMax);
  const operations = await listRunnable(deps.store, announcedMax, now);
  await deps.announce(operations);
  await endStopped(deps.store, now);
  const deliveries = await listDueDeliveries(deps.store, deliveriesMax, now);
  await deps.announceDeliveries(deliveries);
  const applications = await listRunnableApplications(deps.store, announcedMax, now);
  await deps.announceApplications(applications);
  await sumUpPromises(deps.store);
  const keptSince = new Date(now.getTime() - deps.eventsKeptMs);
  return {
    operations_announced: operations.length,
    deliveries_announced: deliveries.length,
    applications_announced: applications.length,
    expiries_told: told,
    databases_expired: expired.length,
    pool_started: await refillPool(deps),
    events_forgotten: await forgetBefore(deps.store, keptSince, forgottenMax),
    queries_forgotten: await forgetExecutionsBefore(
      deps.store,
      new Date(now.getTime() - deps.queriesKeptMs),
      forgottenMax,
    ),
    dead_messages_forgotten: await forgetDeadMessages(deps.store, keptSince),
    invitations_mailed: await mailForgotten(deps, deps.publicUrl),
    sessions_forgotten: await forgetSessions(deps.store, now, forgottenMax),
    servers_checked: await checks,
    ...(await reconciled),
    servers_measured: await measures,
  };
}

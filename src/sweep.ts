import { forgetSessions } from "./console/session/store.ts";
import { listRunnable as listRunnableApplications } from "./polykomos/blueprints/applications/run-store.ts";
import { deleteExpired } from "./polykomos/databases/deletion-store.ts";
import { tellOfExpiry } from "./polykomos/databases/expiry-store.ts";
import { keepHistory } from "./polykomos/databases/history/service.ts";
import { type RefillDeps, refillPool } from "./polykomos/databases/pool.ts";
import { type MeasureDeps, measureStorage } from "./polykomos/databases/usage.ts";
import { forgetDeadMessages } from "./polykomos/operations/dead-messages-store.ts";
import { listRunnable } from "./polykomos/operations/run-store.ts";
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

/**
 * Does all scheduled work once. Safe to run at any time, and twice at the same time. A part that fails
 * keeps no other from being done: it is logged, and one of those that failed is thrown at the end.
 */
export async function sweep(deps: SweepDeps): Promise<Sweep> {
  const now = new Date(deps.clock());
  const before = (ms: number) => new Date(now.getTime() - ms);
  const keptSince = before(deps.eventsKeptMs);

  /** Does a part; the outcome is its value, or throws what it failed with. */
  async function part<Value>(name: string, work: () => Promise<Value>): Promise<() => Value> {
    try {
      const value = await work();
      return () => value;
    } catch (error) {
      deps.log.error("sweep_part_failed", { part: name, error });
      return () => {
        throw error;
      };
    }
  }

  // Beside all other work, for a server that does not answer is waited for.
  const checks = part("check_servers", () => checkServers(deps));
  // After the checks: with the reconciler's two sessions there are four at most, and room for the store.
  const measures = checks.then(() =>
    part("measure_storage", async () => {
      const servers = await measureStorage(deps);
      await keepHistory(deps);
      return servers;
    }),
  );
  const reconciled = part("reconcile_servers", () => reconcileServers(deps));

  const told = await part("tell_of_expiry", () => tellOfExpiry(deps.store, now, expiriesToldMax));
  const destroyAt = new Date(now.getTime() + deps.destroyDelayMs);
  const expired = await part("delete_expired", () =>
    deleteExpired(deps.store, now, destroyAt, expiredMax),
  );
  const operations = await part("announce_operations", async () => {
    const ids = await listRunnable(deps.store, announcedMax, now);
    await deps.announce(ids);
    return ids.length;
  });
  const deliveries = await part("announce_deliveries", async () => {
    await endStopped(deps.store, now);
    const ids = await listDueDeliveries(deps.store, deliveriesMax, now);
    await deps.announceDeliveries(ids);
    return ids.length;
  });
  const applications = await part("announce_applications", async () => {
    const ids = await listRunnableApplications(deps.store, announcedMax, now);
    await deps.announceApplications(ids);
    return ids.length;
  });
  const summedUp = await part("sum_up_promises", () => sumUpPromises(deps.store));
  const refilled = await part("refill_pool", () => refillPool(deps));
  const events = await part("forget_events", () =>
    forgetBefore(deps.store, keptSince, forgottenMax),
  );
  const queries = await part("forget_queries", () =>
    forgetExecutionsBefore(deps.store, before(deps.queriesKeptMs), forgottenMax),
  );
  const deadMessages = await part("forget_dead_messages", () =>
    forgetDeadMessages(deps.store, keptSince),
  );
  const mailed = await part("mail_invitations", () => mailForgotten(deps, deps.publicUrl));
  const sessions = await part("forget_sessions", () =>
    forgetSessions(deps.store, now, forgottenMax),
  );

  const [checked, compared, measured] = await Promise.all([checks, reconciled, measures]);
  summedUp();
  return {
    operations_announced: operations(),
    deliveries_announced: deliveries(),
    applications_announced: applications(),
    expiries_told: told(),
    databases_expired: expired().length,
    pool_started: refilled(),
    events_forgotten: events(),
    queries_forgotten: queries(),
    dead_messages_forgotten: deadMessages(),
    invitations_mailed: mailed(),
    sessions_forgotten: sessions(),
    servers_checked: checked(),
    ...compared(),
    servers_measured: measured(),
  };
}

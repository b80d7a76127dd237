import { waitUntil } from "cloudflare:workers";
import type { JobMessage } from "../queues/messages.ts";
import type { AdminMountDeps } from "./admin/api.ts";
import { openStore } from "./db/client.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { neonConnect } from "./fleet/neon-session.ts";
import { postgresEngine } from "./fleet/postgres.ts";
import { createHealthCheck, type Health } from "./health.ts";
import { isAccountId } from "./lib/account-id.ts";
import { secondMs, systemClock } from "./lib/clock.ts";
import { consoleLog } from "./lib/log.ts";
import { createSealer } from "./lib/sealed.ts";
import type { PolykomosDeps } from "./polykomos/api.ts";
import { defaultPlans } from "./polykomos/databases/plans.ts";
import { findKey } from "./polykomos/keys-store.ts";
import { unexpectedFault } from "./polykomos/unexpected.ts";
import { type Sweep, sweep } from "./sweep.ts";

/**
 * The composition root: the only file that turns bindings into ports. Built once per isolate; nothing
 * in it holds a connection or anything of a request.
 */
export type Deps = PolykomosDeps &
  AdminMountDeps & {
    settings: Settings;
    health(): Promise<Health>;
    sweep(): Promise<Sweep>;
  };

/** Messages the platform takes in one call. */
const queueBatchMax = 100;

function announcer(queue: Queue<JobMessage>) {
  return async (operationIds: readonly string[]) => {
    for (let start = 0; start < operationIds.length; start += queueBatchMax) {
      const messages = operationIds
        .slice(start, start + queueBatchMax)
        .map((operationId) => ({ body: { kind: "operation" as const, operationId } }));
      try {
        await queue.sendBatch(messages);
      } catch (error) {
        // The rows are written; the sweep announces them again.
        consoleLog.warn("queue_send_failed", { messages: messages.length, error });
        return;
      }
    }
  };
}

function background(work: Promise<unknown>): void {
  waitUntil(work.catch((error: unknown) => consoleLog.error("background_work_failed", { error })));
}

function unsupported(): never {
  throw new Error("MySQL servers are not supported yet");
}

/** Builds everything from the Worker's environment. Throws when a variable is missing or wrong. */
export function createDeps(env: Env): Deps {
  const settings = readSettings(env);
  const store = openStore(settings.STORE_URL, settings.NEON_ENDPOINT);
  const fleet: Fleet = {
    postgres: postgresEngine(neonConnect(settings.NEON_ENDPOINT)),
    mysql: { prepareServer: unsupported, workOn: unsupported, listRemains: unsupported },
  };
  const clock = systemClock;
  const core = {
    store,
    fleet,
    clock,
    log: consoleLog,
    sealer: createSealer(settings.SEALING_KEYS),
    plans: defaultPlans,
    poolTarget: settings.POOL_TARGET,
    announce: announcer(env.JOBS),
    background,
  };
  return {
    ...core,
    settings,
    publicUrl: settings.PUBLIC_URL,
    destroyDelayMs: settings.DESTROY_DELAY_SECONDS * secondMs,
    adminToken: settings.ADMIN_TOKEN,
    idCheckSecret: settings.ID_CHECK_SECRET,
    requestsPerMinute: settings.REQUESTS_PER_MINUTE,
    gateOf(accountId) {
      return isAccountId("polykomos", accountId, settings.ID_CHECK_SECRET)
        ? env.ACCOUNT_GATE.getByName(accountId)
        : null;
    },
    findKey: (hash, accountId) => findKey(store, hash, accountId),
    unexpected: (error, path, requestId) => unexpectedFault(consoleLog, error, path, requestId),
    health: createHealthCheck({ store, clock }),
    sweep: () => sweep(core),
  };
}

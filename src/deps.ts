import { waitUntil } from "cloudflare:workers";
import type { ConsumeDeps } from "../queues/consume.ts";
import type { JobMessage } from "../queues/messages.ts";
import type { AdminMountDeps } from "./admin/api.ts";
import { openStore } from "./db/client.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { neonConnect } from "./fleet/neon-session.ts";
import { postgresEngine } from "./fleet/postgres.ts";
import { createHealthCheck, type Health } from "./health.ts";
import { isAccountId } from "./lib/account-id.ts";
import { dayMs, secondMs, systemClock } from "./lib/clock.ts";
import { createInFlight } from "./lib/in-flight.ts";
import { consoleLog } from "./lib/log.ts";
import { createSealer } from "./lib/sealed.ts";
import type { PolykomosDeps } from "./polykomos/api.ts";
import { defaultPlans } from "./polykomos/databases/plans.ts";
import { telling } from "./polykomos/events.ts";
import { findKey } from "./polykomos/keys-store.ts";
import { unexpectedFault } from "./polykomos/unexpected.ts";
import { dnsOverHttps } from "./polykomos/webhooks/resolve.ts";
import type { PumaDeps } from "./puma/deps.ts";
import { accountIdCheck } from "./puma/known-accounts.ts";
import { readPumaLimits } from "./puma/limits.ts";
import { type Sweep, sweep } from "./sweep.ts";

/**
 * The composition root: the only file that turns bindings into ports. Built once per isolate; nothing
 * in it holds a connection or anything of a request.
 */
export type Deps = PolykomosDeps &
  AdminMountDeps &
  ConsumeDeps & {
    settings: Settings;
    health(): Promise<Health>;
    sweep(): Promise<Sweep>;
    puma: PumaDeps;
  };

/** Messages the platform takes in one call. */
const queueBatchMax = 100;

/** Most batches of deliveries that one isolate has under way. */
const deliveryBatchesMax = 64;

/** Sends messages; what the queue does not take is found again by the sweep, for the rows are there. */
async function announce(
  queue: Queue<JobMessage>,
  messages: readonly JobMessage[],
  delaySeconds = 0,
): Promise<void> {
  for (let start = 0; start < messages.length; start += queueBatchMax) {
    const batch = messages.slice(start, start + queueBatchMax).map((body) => ({ body }));
    try {
      await queue.sendBatch(batch, { delaySeconds });
    } catch (error) {
      consoleLog.warn("queue_send_failed", { messages: batch.length, error });
      return;
    }
  }
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
  const announceDeliveries = (ids: readonly number[], delaySeconds?: number) =>
    announce(
      env.DELIVERIES,
      ids.map((deliveryId) => ({ kind: "delivery", deliveryId })),
      delaySeconds,
    );
  const store = telling(openStore(settings.STORE_URL, settings.NEON_ENDPOINT), (ids) =>
    background(announceDeliveries(ids)),
  );
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
    announce: (ids: readonly string[], delaySeconds?: number) =>
      announce(
        env.JOBS,
        ids.map((operationId) => ({ kind: "operation", operationId })),
        delaySeconds,
      ),
    announceDeliveries,
    background,
    resolve: dnsOverHttps(settings.DNS_OVER_HTTPS_URL),
    urlRules: {
      allowLoopback: settings.WEBHOOK_ALLOW_LOOPBACK,
      ownHosts: settings.PUBLIC_URL ? [new URL(settings.PUBLIC_URL).hostname] : [],
    },
    retrySeconds: settings.WEBHOOK_RETRY_SECONDS,
    timeoutSeconds: settings.WEBHOOK_TIMEOUT_SECONDS,
    deliveriesInFlight: createInFlight(deliveryBatchesMax),
    eventsKeptMs: settings.EVENTS_KEPT_DAYS * dayMs,
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
    puma: {
      clock,
      log: consoleLog,
      limits: readPumaLimits(env),
      settings,
      isAccountId: accountIdCheck(settings.ID_CHECK_SECRET),
      account: (accountId) => env.PUMA_ACCOUNT.getByName(accountId),
      mailbox: (mailboxId) => env.PUMA_MAILBOX.getByName(mailboxId),
    },
  };
}

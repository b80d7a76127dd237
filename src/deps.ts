import { waitUntil } from "cloudflare:workers";
import type { ConsumeDeps } from "../queues/consume.ts";
import type { JobMessage } from "../queues/messages.ts";
import type { AdminMountDeps } from "./admin/api.ts";
import { openStore } from "./db/client.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { mysqlEngine } from "./fleet/mysql.ts";
import { mysqlScripts } from "./fleet/mysql-scripts.ts";
import { mysqlConnect } from "./fleet/mysql-session.ts";
import { dialFromWorker } from "./fleet/mysql-stream.ts";
import { neonConnect } from "./fleet/neon-session.ts";
import { postgresEngine } from "./fleet/postgres.ts";
import { postgresScripts } from "./fleet/postgres-scripts.ts";
import { createHealthCheck, type Health } from "./health.ts";
import { accountIdCheck } from "./lib/account-id.ts";
import { dayMs, secondMs, systemClock } from "./lib/clock.ts";
import { createInFlight } from "./lib/in-flight.ts";
import { consoleLog } from "./lib/log.ts";
import { createSealer } from "./lib/sealed.ts";
import type { PolykomosDeps } from "./polykomos/api.ts";
import { applyAtCreation } from "./polykomos/blueprints/applications/run.ts";
import { prepareForCreation } from "./polykomos/blueprints/applications/service.ts";
import { systemInstaller } from "./polykomos/blueprints/system/index.ts";
import { defaultPlans } from "./polykomos/databases/plans.ts";
import { findDatabase } from "./polykomos/databases/store.ts";
import { telling } from "./polykomos/events.ts";
import { findKey } from "./polykomos/keys-store.ts";
import { unexpectedFault } from "./polykomos/unexpected.ts";
import { togetherMax } from "./polykomos/webhooks/deliver.ts";
import { dnsOverHttps } from "./polykomos/webhooks/resolve.ts";
import type { PumaDeps } from "./puma/deps.ts";
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

/** Most deliverers that one isolate runs at once, for the sake of its memory. */
const deliverersMax = 256;

/** Scripts with their logs that one isolate has in memory at once. */
const applicationsMax = 3;

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

function deliveryMessages(ids: readonly number[]): JobMessage[] {
  const messages: JobMessage[] = [];
  for (let start = 0; start < ids.length; start += togetherMax) {
    messages.push({ kind: "deliveries", deliveryIds: ids.slice(start, start + togetherMax) });
  }
  return messages;
}

function background(work: Promise<unknown>): void {
  waitUntil(work.catch((error: unknown) => consoleLog.error("background_work_failed", { error })));
}

/** Builds everything from the Worker's environment. Throws when a variable is missing or wrong. */
export function createDeps(env: Env): Deps {
  const settings = readSettings(env);
  const announceDeliveries = (ids: readonly number[], delaySeconds?: number) =>
    announce(env.DELIVERIES, deliveryMessages(ids), delaySeconds);
  const store = telling(
    openStore(settings.STORE_URL, settings.NEON_ENDPOINT),
    (ids, delaySeconds) => background(announceDeliveries(ids, delaySeconds)),
  );
  const connectPostgres = neonConnect(settings.NEON_ENDPOINT);
  const connectMysql = mysqlConnect(dialFromWorker);
  const fleet: Fleet = {
    postgres: postgresEngine(connectPostgres),
    mysql: mysqlEngine(connectMysql),
  };
  const clock = systemClock;
  const isPolykomosAccount = accountIdCheck("polykomos", settings.ID_CHECK_SECRET);
  const ownHosts = settings.PUBLIC_URL ? [new URL(settings.PUBLIC_URL).hostname] : [];
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
    announceApplications: (ids: readonly number[], delaySeconds?: number) =>
      announce(
        env.JOBS,
        ids.map((applicationId) => ({ kind: "application", applicationId })),
        delaySeconds,
      ),
    applicationsInFlight: createInFlight(applicationsMax),
    scripts: {
      postgres: postgresScripts(connectPostgres),
      mysql: mysqlScripts(connectMysql),
    },
    installSystemBlueprints: systemInstaller({ store, clock }),
    async applyAtCreation(databaseId: number) {
      await applyAtCreation(core, databaseId);
    },
    findDatabase: (userId: number, uuid: string) => findDatabase(store, userId, uuid),
    background,
    resolve: dnsOverHttps(settings.DNS_OVER_HTTPS_URL, ownHosts),
    urlRules: { allowLoopback: settings.WEBHOOK_ALLOW_LOOPBACK, ownHosts },
    retrySeconds: settings.WEBHOOK_RETRY_SECONDS,
    timeoutSeconds: settings.WEBHOOK_TIMEOUT_SECONDS,
    deliveriesInFlight: createInFlight(deliverersMax),
    eventsKeptMs: settings.EVENTS_KEPT_DAYS * dayMs,
  };
  return {
    ...core,
    settings,
    publicUrl: settings.PUBLIC_URL,
    prepareBlueprint: (caller, engine, asked) => prepareForCreation(core, caller, engine, asked),
    destroyDelayMs: settings.DESTROY_DELAY_SECONDS * secondMs,
    adminToken: settings.ADMIN_TOKEN,
    idCheckSecret: settings.ID_CHECK_SECRET,
    requestsPerMinute: settings.REQUESTS_PER_MINUTE,
    gateOf(accountId) {
      return isPolykomosAccount(accountId) ? env.ACCOUNT_GATE.getByName(accountId) : null;
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
      isAccountId: accountIdCheck("puma", settings.ID_CHECK_SECRET),
      account: (accountId) => env.PUMA_ACCOUNT.getByName(accountId),
      mailbox: (mailboxId) => env.PUMA_MAILBOX.getByName(mailboxId),
    },
  };
}

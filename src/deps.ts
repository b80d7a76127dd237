import { waitUntil } from "cloudflare:workers";
import type { ConsumeDeps } from "../queues/consume.ts";
import type { JobMessage } from "../queues/messages.ts";
import type { AdminMountDeps } from "./admin/api.ts";
import type { ConsoleDeps } from "./console/deps.ts";
import { invitationMailer } from "./console/sign-in/invitation-mail.ts";
import { openStore } from "./db/client.ts";
import { type Env, readSettings, type Settings } from "./env.ts";
import type { Fleet, FleetServer, NameStage, Tenant } from "./fleet/fleet.ts";
import { mysqlEngine } from "./fleet/mysql/engine.ts";
import { mysqlQuestions } from "./fleet/mysql/questions.ts";
import { mysqlReader } from "./fleet/mysql/reader.ts";
import { mysqlScripts } from "./fleet/mysql/scripts.ts";
import { mysqlConnect } from "./fleet/mysql/session.ts";
import { postgresEngine } from "./fleet/postgres/engine.ts";
import { neonConnect } from "./fleet/postgres/neon-session.ts";
import { postgresQuestions } from "./fleet/postgres/questions.ts";
import { postgresReader } from "./fleet/postgres/reader.ts";
import { postgresScripts } from "./fleet/postgres/scripts.ts";
import { connectBy } from "./fleet/postgres/session.ts";
import { tcpConnect } from "./fleet/postgres/tcp-session.ts";
import type { Readers } from "./fleet/readers.ts";
import { dialFromWorker } from "./fleet/worker-dial.ts";
import { createHealthCheck, type Health } from "./health.ts";
import { accountIdCheck } from "./lib/account-id.ts";
import { dayMs, secondMs, systemClock } from "./lib/clock.ts";
import { createInFlight } from "./lib/in-flight.ts";
import { consoleLog } from "./lib/log.ts";
import { dnsOverHttps } from "./lib/resolve.ts";
import { createSealer } from "./lib/sealed.ts";
import type { PolykomosDeps } from "./polykomos/api.ts";
import { applyAtCreation } from "./polykomos/blueprints/applications/run.ts";
import { prepareForCreation } from "./polykomos/blueprints/applications/service.ts";
import { systemInstaller } from "./polykomos/blueprints/system/index.ts";
import { defaultPlans } from "./polykomos/databases/plans.ts";
import { findDatabase } from "./polykomos/databases/store.ts";
import { measureStorage } from "./polykomos/databases/usage.ts";
import { telling } from "./polykomos/events.ts";
import { findKey } from "./polykomos/keys/store.ts";
import { translatorsOf } from "./polykomos/queries/llm/translators.ts";
import { makeReader } from "./polykomos/queries/reader.ts";
import { createCatalogs } from "./polykomos/queries/run/catalogs.ts";
import { unexpectedFault } from "./polykomos/unexpected.ts";
import { togetherMax } from "./polykomos/webhooks/deliver.ts";
import type { PumaDeps } from "./puma/deps.ts";
import { readPumaLimits } from "./puma/limits.ts";
import { type Sweep, sweep } from "./sweep.ts";

/**
 * The composition root: the only file that turns bindings into ports. Built once per isolate; nothing
 * in it holds a connection or anything of a request.
 */
export type Deps = PolykomosDeps &
  AdminMountDeps &
  ConsoleDeps &
  ConsumeDeps & {
    settings: Settings;
    health(): Promise<Health>;
    sweep(): Promise<Sweep>;
    measureStorage(): Promise<number>;
    puma: PumaDeps;
  };

/** Messages the platform takes in one call. */
const queueBatchMax = 100;

/** Most deliverers that one isolate runs at once, for the sake of its memory. */
const deliverersMax = 256;

/** Scripts with their logs that one isolate has in memory at once. */
const applicationsMax = 3;

/** A question's answer as JSON. */
const answerBytesMax = 2 * 1024 * 1024;

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

/** The names under which this Worker is reached: nothing that customers name may lead back to it. */
function ownHostsOf({ PUBLIC_URL, POLYKOMOS_HOST }: Settings): string[] {
  const origins = [PUBLIC_URL, POLYKOMOS_HOST && `https://${POLYKOMOS_HOST}`];
  return origins.filter((origin) => origin !== "").map((origin) => new URL(origin).hostname);
}

/** What tells the queues that there is work; the rows say what it is. */
function announcersOf(env: Env) {
  return {
    announce: (ids: readonly string[], delaySeconds?: number) =>
      announce(
        env.JOBS,
        ids.map((operationId) => ({ kind: "operation", operationId })),
        delaySeconds,
      ),
    announceApplications: (ids: readonly number[], delaySeconds?: number) =>
      announce(
        env.JOBS,
        ids.map((applicationId) => ({ kind: "application", applicationId })),
        delaySeconds,
      ),
    announceDeliveries: (ids: readonly number[], delaySeconds?: number) =>
      announce(env.DELIVERIES, deliveryMessages(ids), delaySeconds),
  };
}

/** Everything that reaches customers' servers, by engine. */
function fleetPortsOf({ NEON_ENDPOINT }: Settings) {
  const connectPostgres = connectBy({
    neon: neonConnect(NEON_ENDPOINT),
    tcp: tcpConnect(dialFromWorker),
  });
  const connectMysql = mysqlConnect(dialFromWorker);
  const fleet: Fleet = {
    postgres: postgresEngine(connectPostgres),
    mysql: mysqlEngine(connectMysql),
  };
  const readers: Readers = {
    postgres: postgresReader(connectPostgres),
    mysql: mysqlReader(connectMysql),
  };
  return {
    fleet,
    readers,
    scripts: {
      postgres: postgresScripts(connectPostgres),
      mysql: mysqlScripts(connectMysql),
    },
    questionRunners: {
      postgres: postgresQuestions(connectPostgres),
      mysql: mysqlQuestions(connectMysql),
    },
  };
}

/** Builds everything from the Worker's environment. Throws when a variable is missing or wrong. */
export function createDeps(env: Env): Deps {
  const settings = readSettings(env);
  const announcers = announcersOf(env);
  const store = telling(
    openStore(settings.STORE_URL, settings.NEON_ENDPOINT),
    (ids, delaySeconds) => background(announcers.announceDeliveries(ids, delaySeconds)),
  );
  const clock = systemClock;
  const isPolykomosAccount = accountIdCheck("polykomos", settings.ID_CHECK_SECRET);
  const ownHosts = ownHostsOf(settings);
  const core = {
    ...announcers,
    ...fleetPortsOf(settings),
    store,
    clock,
    log: consoleLog,
    sealer: createSealer(settings.SEALING_KEYS),
    plans: defaultPlans,
    pool: {
      floor: settings.POOL_TARGET,
      ceiling: settings.POOL_MAX,
      buildsPerServer: settings.POOL_BUILDS_PER_SERVER,
    },
    measureEveryMs: settings.STORAGE_CHECK_SECONDS * secondMs,
    reconcileEveryMs: settings.RECONCILE_SECONDS * secondMs,
    orphanGraceMs: settings.ORPHAN_GRACE_SECONDS * secondMs,
    destroyDelayMs: settings.DESTROY_DELAY_SECONDS * secondMs,
    checkEveryMs: settings.SERVER_CHECK_SECONDS * secondMs,
    downAfterFailures: settings.SERVER_DOWN_AFTER_FAILURES,
    applicationsInFlight: createInFlight(applicationsMax),
    makeReader: async (server: FleetServer, tenant: Tenant, stage: NameStage) => {
      await makeReader(core, server, tenant, stage);
    },
    queriesKeptMs: settings.QUERIES_KEPT_DAYS * dayMs,
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
    publicUrl: settings.PUBLIC_URL,
    invitationTtlSeconds: settings.INVITATION_TTL_SECONDS,
    mailInvitation: invitationMailer(
      { settings, mailbox: (mailboxId) => env.PUMA_MAILBOX.getByName(mailboxId) },
      {
        ttlSeconds: settings.INVITATION_TTL_SECONDS,
        perInviterPerHourMax: settings.INVITATION_MAILS_PER_USER_PER_HOUR,
      },
    ),
  };
  return {
    ...core,
    settings,
    translators: translatorsOf(settings, env.AI),
    catalogs: createCatalogs(clock),
    queryLimits: {
      rowsMax: settings.QUERY_MAX_ROWS,
      bytesMax: answerBytesMax,
      timeoutMs: settings.QUERY_TIMEOUT_SECONDS * secondMs,
    },
    affectedRowsMax: settings.QUERY_MAX_AFFECTED_ROWS,
    questionsPerMinute: settings.QUERIES_PER_MINUTE,
    prepareBlueprint: (caller, engine, asked) => prepareForCreation(core, caller, engine, asked),
    adminToken: settings.ADMIN_TOKEN,
    idCheckSecret: settings.ID_CHECK_SECRET,
    requestsPerMinute: settings.REQUESTS_PER_MINUTE,
    gateOf(accountId) {
      return isPolykomosAccount(accountId) ? env.ACCOUNT_GATE.getByName(accountId) : null;
    },
    async lastUsesOf(accountId, hashes) {
      return await env.ACCOUNT_GATE.getByName(accountId).lastUses(hashes);
    },
    sessionGateOf(accountId) {
      return isPolykomosAccount(accountId) ? env.ACCOUNT_GATE.getByName(accountId) : null;
    },
    findKey: (hash, accountId) => findKey(store, hash, accountId),
    unexpected: (error, path, requestId) => unexpectedFault(consoleLog, error, path, requestId),
    health: createHealthCheck({ store, clock }),
    sweep: () => sweep(core),
    measureStorage: () => measureStorage(core),
    puma: {
      clock,
      log: consoleLog,
      limits: readPumaLimits(env),
      settings,
      isAccountId: accountIdCheck("puma", settings.ID_CHECK_SECRET),
      account: (accountId) => env.PUMA_ACCOUNT.getByName(accountId),
      mailbox: (mailboxId) => env.PUMA_MAILBOX.getByName(mailboxId),
      oauthClients: env.OAUTH_KV,
      resolve: core.resolve,
      ownHosts,
    },
  };
}

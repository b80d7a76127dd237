import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createDatabase, migrate } from "../dev/migrate.ts";
import { startNeonEndpoint } from "../dev/neon-endpoint.ts";
import { startPostgres } from "../dev/postgres.ts";
import { startNameServer } from "../test/support/name-server.ts";
import { serverFolder } from "../test/support/server-folder.ts";
import { startWorker, testSecrets } from "../test/support/worker.ts";
import { type Member, startFleet } from "./fleet.ts";
import { liveHeapOf } from "./heap.ts";
import { postgresRows } from "./logins.ts";

/**
 * Everything of a run: the store's PostgreSQL behind the Neon endpoint, the customers' servers behind
 * links, the Worker on objects that outlive it. Whoever sends asks for the Worker's address first,
 * and waits while there is none.
 */
export type World = {
  /** The Worker's address once it is up and has the world's time. */
  address(): Promise<string>;
  /** Counts the lives of the Worker's process; null while it is down. */
  life(): number | null;
  /** MB that the Worker's isolate holds on to; null while it is down. */
  liveHeap(): Promise<number | null>;
  /** Ends the Worker's process as a power cut would, and starts it after that time. */
  killAndRestart(downMs: number): Promise<void>;
  moveClock(ms: number): Promise<void>;
  aheadMs(): number;
  setQueueFaults(faults: { seed: string; lost: number; doubled: number }): Promise<void>;
  stopStore(): Promise<void>;
  startStore(): Promise<void>;
  /** SQL on the store, past the Worker and the endpoint. */
  store(text: string): Promise<Record<string, unknown>[]>;
  members: readonly Member[];
  /** All that the Worker's process printed. */
  printed: readonly string[];
  stop(): Promise<void>;
};

/** Delays are those of a long day in a few minutes; limits are none of the soak's. */
const vars = {
  POOL_TARGET: "1",
  POOL_MAX: "3",
  DEV_MODE: "true",
  REQUESTS_PER_MINUTE: "1000000",
  QUERIES_PER_MINUTE: "1000000",
  PUMA_READS_PER_MINUTE: "10000000",
  PUMA_WRITES_PER_MINUTE: "10000000",
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: "1000000",
  SERVER_CHECK_SECONDS: "3",
  STORAGE_CHECK_SECONDS: "10",
  RECONCILE_SECONDS: "60",
  ORPHAN_GRACE_SECONDS: "300",
  DESTROY_DELAY_SECONDS: "600",
  WEBHOOK_ALLOW_LOOPBACK: "true",
  WEBHOOK_TIMEOUT_SECONDS: "3",
  WEBHOOK_RETRY_SECONDS: "0,1,2,4,8,15,30,60,120,240,240,240,240,240",
};

/** Of the soak's own questions, on a machine that has much to do. */
const storeTimeoutMs = 60_000;

const noQueueFaults = { seed: "none", lost: 0, doubled: 0 };

/** Starts a world with the built Worker. `say` is given what this machine cannot do. */
export async function startWorld(script: string, say: (line: string) => void): Promise<World> {
  const folder = serverFolder("polypuma-soak-");
  const [postgres, members, nameServer] = await Promise.all([
    startPostgres({ folder: join(folder, "store"), fast: true }),
    startFleet(folder, say),
    startNameServer(),
  ]);
  await createDatabase(postgres.url("postgres"), "polypuma");
  const storeUrl = postgres.url("polypuma");
  await migrate(storeUrl);
  const servers = members.map(({ login }) => ({ host: login.host, port: login.port }));
  let neon = await startNeonEndpoint({ storeUrl, servers });
  const printed: string[] = [];
  let aheadMs = 0;
  let life = 0;
  let queueFaults = noQueueFaults;

  async function start() {
    const worker = await startWorker({
      compressing: true,
      script,
      persist: join(folder, "objects"),
      vars: {
        ...vars,
        STORE_URL: storeUrl,
        NEON_ENDPOINT: neon.url,
        DNS_OVER_HTTPS_URL: nameServer.url,
      },
      onPrinted: (line) => printed.push(line),
      inspected: true,
    });
    await worker.moveClock(aheadMs);
    await setFaults(worker.url);
    life += 1;
    return worker;
  }

  async function setFaults(url: string): Promise<void> {
    const body = JSON.stringify(queueFaults);
    await fetch(`${url}/test/queue-faults`, { method: "POST", body });
  }

  let worker = start();
  let isUp = true;
  await worker;

  return {
    address: async () => (await worker).url,
    life: () => (isUp ? life : null),
    async liveHeap() {
      const running = isUp ? await worker : null;
      // It may be ended while it is asked.
      const url = (await running?.inspectorUrl().catch(() => null)) ?? null;
      return url === null ? null : await liveHeapOf(url);
    },
    async killAndRestart(downMs) {
      const dying = await worker;
      isUp = false;
      const next = Promise.withResolvers<Awaited<typeof worker>>();
      worker = next.promise;
      await dying.kill();
      await pause(downMs);
      try {
        next.resolve(await start());
        isUp = true;
      } catch (error) {
        next.reject(error);
      }
      await worker;
    },
    async moveClock(ms) {
      const running = await worker;
      aheadMs += ms;
      await running.moveClock(ms);
    },
    aheadMs: () => aheadMs,
    async setQueueFaults(faults) {
      queueFaults = faults;
      await setFaults((await worker).url);
    },
    stopStore: () => neon.stop(),
    async startStore() {
      const { port } = neon;
      neon = await startNeonEndpoint({ storeUrl, servers, port });
    },
    store: (text) => postgresRows(storeUrl, text, storeTimeoutMs),
    members,
    printed,
    async stop() {
      await worker.then((running) => running.stop()).catch(() => {});
      await neon.stop();
      await Promise.all(members.map((member) => member.stop()));
      await postgres.stop();
      await nameServer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The operator's own secrets, none of which may be in the log. */
export function operatorSecrets(world: World): string[] {
  const [, sealingKey = ""] = testSecrets.SEALING_KEYS.split(":");
  const passwords = world.members.map(({ login }) => login.password);
  return [testSecrets.ADMIN_TOKEN, testSecrets.ID_CHECK_SECRET, sealingKey, ...passwords];
}

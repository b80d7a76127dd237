import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Miniflare, type MiniflareOptions, type ModuleDefinition } from "miniflare";
import { noteProcesses } from "./server-folder.ts";

/** The built Worker in Miniflare, on real workerd, over real HTTP. */
export type RunningWorker = {
  url: string;
  /** Moves the Worker's clock ahead. */
  moveClock(ms: number): Promise<void>;
  /** Where its isolates are inspected, when it is `inspected`. */
  inspectorUrl(): Promise<string>;
  /** Ends the Worker's process as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

export type WorkerOptions = {
  script: string;
  vars: Record<string, string>;
  /** Where objects keep their data; a fresh folder, removed at the end, when left out. */
  persist?: string;
  /** Is given what the Worker's process prints, line by line; otherwise it is printed here too. */
  onPrinted?: (line: string) => void;
  /** Has Miniflare's own Worker in front, which compresses answers as Cloudflare's edge does. */
  compressing?: boolean;
  /** Opens the inspector of its isolates. */
  inspected?: boolean;
};

export const testSecrets = {
  ADMIN_TOKEN: "test-admin-token-0123456789",
  SEALING_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  ID_CHECK_SECRET: "test-id-check-secret",
};

function childrenOf(pid: number): number[] {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).flatMap((thread) =>
    readFileSync(`${threads}/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function workerdChildren(): number[] {
  return childrenOf(process.pid).filter((pid) => commandOf(pid).includes("workerd"));
}

/**
 * The built module and what lies beside it, by name: left to find them itself, Miniflare reads the
 * whole script as a syntax tree, which takes far longer than everything else of a start.
 */
function modulesOf(script: string): ModuleDefinition[] {
  const folder = dirname(script);
  const beside = readdirSync(folder).flatMap((name): ModuleDefinition[] => {
    const path = join(folder, name);
    if (name.endsWith(".wasm")) return [{ type: "CompiledWasm", path }];
    if (name.endsWith(".bin")) return [{ type: "Data", path }];
    return name.endsWith(".sql") ? [{ type: "Text", path }] : [];
  });
  return [{ type: "ESModule", path: script }, ...beside];
}

/** What workerd prints, on either stream. */
function printedTo(onLine: (line: string) => void): MiniflareOptions {
  return {
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const input of [stdout, stderr]) createInterface({ input }).on("line", onLine);
    },
  };
}

/** Starts the Worker on a free port. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const ownFolder = options.persist === undefined;
  const persist =
    options.persist ?? mkdtempSync(join(tmpdir(), `polypuma-objects-${process.pid}-`));
  const before = new Set(workerdChildren());
  const settings: MiniflareOptions = {
    modules: modulesOf(options.script),
    modulesRoot: dirname(options.script),
    compatibilityDate: "2026-07-22",
    compatibilityFlags: [
      "nodejs_compat",
      "global_fetch_strictly_public",
      "queue_consumer_no_wait_for_wait_until",
    ],
    host: "127.0.0.1",
    port: 0,
    cf: false,
    ...(options.compressing ? {} : { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }),
    durableObjects: {
      ACCOUNT_GATE: { className: "AccountGate", useSQLite: true },
      PUMA_ACCOUNT: { className: "PumaAccount", useSQLite: true },
      PUMA_MAILBOX: { className: "PumaMailbox", useSQLite: true },
    },
    durableObjectsPersist: persist,
    kvNamespaces: ["OAUTH_KV"],
    queueProducers: {
      JOBS: { queueName: "polypuma-jobs" },
      DELIVERIES: { queueName: "polypuma-deliveries" },
      // For messages of tests: the Worker itself sends none there.
      JOBS_DEAD: { queueName: "polypuma-jobs-dead" },
    },
    queueConsumers: {
      "polypuma-jobs": {
        maxBatchSize: 10,
        maxBatchTimeout: 0,
        maxRetries: 10,
        deadLetterQueue: "polypuma-jobs-dead",
      },
      "polypuma-deliveries": {
        maxBatchSize: 1,
        maxBatchTimeout: 0,
        maxRetries: 3,
        deadLetterQueue: "polypuma-deliveries-dead",
      },
      "polypuma-jobs-dead": { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 10 },
      "polypuma-deliveries-dead": { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 10 },
    },
    bindings: { ...testSecrets, ...options.vars },
    ...(options.onPrinted ? printedTo(options.onPrinted) : {}),
    ...(options.inspected ? { inspectorPort: 0 } : {}),
  };
  const miniflare = new Miniflare(settings);
  const url = (await (options.compressing ? miniflare.ready : miniflare.unsafeGetDirectURL()))
    .origin;
  const pids = workerdChildren().filter((pid) => !before.has(pid));
  noteProcesses(persist, pids);
  return {
    url,
    async moveClock(ms) {
      const answer = await fetch(`${url}/test/clock`, {
        method: "POST",
        body: JSON.stringify({ ms }),
      });
      if (!answer.ok) throw new Error(`The clock did not move: ${answer.status}`);
    },
    inspectorUrl: async () => (await miniflare.getInspectorURL()).href,
    async kill() {
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await miniflare.dispose().catch(() => {});
    },
    async stop() {
      await miniflare.dispose();
      if (ownFolder) rmSync(persist, { recursive: true, force: true });
    },
  };
}

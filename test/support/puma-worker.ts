import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { Miniflare } from "miniflare";
import { noteProcesses, serverFolder } from "./server-folder.ts";

/** pumaDB in Miniflare, on real workerd, over real HTTP: bundled from its sources in a moment. */
export type PumaWorker = {
  url: string;
  /** Where the objects' databases are. */
  persist: string;
  /** Moves the Worker's clock ahead. */
  moveClock(ms: number): Promise<void>;
  /** Ends the Worker's process as a power cut would; the data stays. */
  kill(): Promise<void>;
  /** Stops the Worker; removes its data unless `persist` was given. */
  stop(): Promise<void>;
};

export type PumaWorkerOptions = {
  vars?: Record<string, string>;
  persist?: string;
  /** Puts other text in the place of a source file, by the end of its path. */
  replace?: Record<string, (source: string) => string>;
  entry?: string;
  /** Stands for all other servers: whatever the Worker fetches is asked of it. */
  elsewhere?: (request: Request) => Promise<Response>;
  /** As of `WorkerOptions`. */
  compressing?: boolean;
};

export const idCheckSecret = "test-id-check-secret";

const root = join(import.meta.dirname, "..", "..");

function replacing(replace: Record<string, (source: string) => string>): Plugin {
  return {
    name: "replace-source",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const [, change] = Object.entries(replace).find(([end]) => path.endsWith(end)) ?? [];
        if (!change) return undefined;
        return { contents: change(readFileSync(path, "utf8")), loader: "ts" };
      });
    },
  };
}

/** One module of an entry file and all it imports. */
async function bundle(
  entry: string,
  replace: Record<string, (source: string) => string> = {},
): Promise<string> {
  const built = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    plugins: [replacing(replace)],
    logLevel: "warning",
  });
  const [file] = built.outputFiles;
  if (!file) throw new Error(`Nothing was built of ${entry}`);
  return file.text;
}

const bundles = new Map<string, Promise<string>>();

function bundledOnce(entry: string): Promise<string> {
  const script = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, script);
  return script;
}

function workerdChildren(): number[] {
  const threads = `/proc/${process.pid}/task`;
  const children = readdirSync(threads).flatMap((thread) =>
    readFileSync(`${threads}/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd");
    } catch {
      return false;
    }
  });
}

/** Wide limits, so that tests meet only the ones they set. */
const wideVars = {
  DEV_MODE: "true",
  ID_CHECK_SECRET: idCheckSecret,
  PUMA_READS_PER_MINUTE: "1000000",
  PUMA_WRITES_PER_MINUTE: "1000000",
  MAGIC_LINKS_PER_ADDRESS_PER_HOUR: "1000",
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: "1000000",
  OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: "1000000",
};

/** Starts pumaDB on a free port. */
export async function startPumaWorker(options: PumaWorkerOptions = {}): Promise<PumaWorker> {
  const persist = options.persist ?? serverFolder("polypuma-puma-objects-");
  const { entry = "test/support/puma-entry.ts", replace } = options;
  const script = replace ? await bundle(entry, replace) : await bundledOnce(entry);
  const before = new Set(workerdChildren());
  const miniflare = new Miniflare({
    // As a list: of a script alone Miniflare looks for imports, in a syntax tree that takes seconds.
    modules: [{ type: "ESModule", path: "worker.js", contents: script }],
    compatibilityDate: "2026-07-22",
    compatibilityFlags: ["nodejs_compat", "global_fetch_strictly_public"],
    host: "127.0.0.1",
    port: 0,
    cf: false,
    ...(options.compressing ? {} : { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }),
    durableObjects: {
      PUMA_ACCOUNT: { className: "PumaAccount", useSQLite: true },
      PUMA_MAILBOX: { className: "PumaMailbox", useSQLite: true },
    },
    durableObjectsPersist: persist,
    kvNamespaces: ["OAUTH_KV"],
    ...(options.elsewhere ? { outboundService: options.elsewhere } : {}),
    bindings: { ...wideVars, ...options.vars },
  });
  await miniflare.ready;
  const { origin: url } = await (options.compressing
    ? miniflare.ready
    : miniflare.unsafeGetDirectURL());
  const pids = workerdChildren().filter((pid) => !before.has(pid));
  noteProcesses(persist, pids);
  return {
    url,
    persist,
    async moveClock(ms) {
      const body = JSON.stringify({ ms });
      const answer = await fetch(`${url}/test/clock`, { method: "POST", body });
      if (!answer.ok) throw new Error(`The clock did not move: ${answer.status}`);
    },
    async kill() {
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await miniflare.dispose().catch(() => {});
    },
    async stop() {
      await miniflare.dispose();
      if (options.persist === undefined) rmSync(persist, { recursive: true, force: true });
    },
  };
}

// The Worker under `wrangler dev`, without an account and without the internet. Its processes form
// a group of their own, so that Ctrl-C reaches only us and the group can be ended as one.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { failure } from "./failure.ts";
import { loopback } from "./ports.ts";
import { endProcess, signal } from "./processes.ts";

export type WorkerOptions = {
  /** The clone: wrangler.toml and node_modules are here. */
  root: string;
  port: number;
  /** Everything the Worker and wrangler keep. */
  stateFolder: string;
  /** Files of variables; a later one wins. */
  variableFiles: string[];
  colour: boolean;
  onLine(line: string): void;
};
export type RunningWorker = {
  /** Settles when wrangler has ended, asked or not. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

const endSteps = [
  ["SIGTERM", 3_000],
  ["SIGKILL", 2_000],
] as const;

const guard = join(import.meta.dirname, "end-with-launcher.ts");
// The launcher runs the schedule itself.
const cronNotice = "Scheduled Workers are not automatically triggered";
const cronNoticeLines = 4;
const emptyError = "✘ [ERROR]";
const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/** Spawns wrangler; the Worker takes requests a second or so later. */
export function startWorker(options: WorkerOptions): RunningWorker {
  const { root, port, stateFolder } = options;
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  if (!existsSync(wrangler)) throw failure("wrangler is not installed. Run: npm ci");
  const address = ["--ip", loopback, "--port", String(port), "--persist-to", stateFolder];
  const quiet = ["--local", "--log-level", "warn", "--show-interactive-dev-session=false"];
  const files = options.variableFiles.flatMap((path) => ["--env-file", path]);
  const node = ["--import", pathToFileURL(guard).href, wrangler];
  const child = spawn(process.execPath, [...node, "dev", ...address, ...quiet, ...files], {
    cwd: root,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: wranglerEnvironment(stateFolder),
  });
  const { pid } = child;
  if (pid === undefined) throw failure("wrangler could not be started. Run: npm ci");

  let noiseLines = 0;
  forEachLine(child, (line) => {
    const plain = stripVTControlCharacters(line);
    if (plain.trim() === "" || plain.trim() === emptyError) return;
    if (plain.includes(cronNotice)) noiseLines = cronNoticeLines;
    noiseLines -= 1;
    if (noiseLines >= 0) return;
    // wrangler colours its messages even when told not to.
    options.onLine(options.colour ? line : plain);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      process.removeListener("exit", kill);
      resolve();
    });
  });
  function kill(): void {
    if (pid !== undefined) signal(-pid, "SIGKILL");
  }
  // For an end of this process that nobody planned; `stop` is the proper way.
  process.once("exit", kill);

  async function stop(): Promise<void> {
    if (pid === undefined) return;
    await endProcess(-pid, endSteps);
  }

  return { ended, stop };
}

function wranglerEnvironment(stateFolder: string): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  // wrangler would send even its requests to loopback through a proxy.
  for (const name of proxyVariables) delete environment[name];
  return {
    ...environment,
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_WRITE_LOGS: "false",
    XDG_CONFIG_HOME: join(stateFolder, "config"),
    XDG_CACHE_HOME: join(stateFolder, "cache"),
  };
}

function forEachLine(child: ChildProcess, use: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", use);
  }
}

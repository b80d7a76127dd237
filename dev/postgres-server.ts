import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Account } from "./postgres-account.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { clusterFolder } from "./postgres-cluster.ts";
import { shutdownSteps } from "./postgres-leftover.ts";
import { readIfThere } from "./private-file.ts";
import { endProcess, signal } from "./processes.ts";

/** A home is where one server keeps its things, and who runs it with which programs. */
export type Home = { path: string; account: Account | null; binaries: Binaries };
export type ServerProcess = {
  pid: number;
  /** Settles when the process has ended; the value is the last serious line it logged, or "". */
  ended: Promise<string>;
  /** True when the server takes connections, false when it ended before that. */
  ready(): Promise<boolean>;
  stop(): Promise<void>;
};

const OWNER_ONLY = 0o600;
const POLL_MS = 15;
const STATUS_LINE = 7;

/** The log of the last start in a home. */
export function logFile(home: Home): string {
  return join(home.path, "postgres.log");
}

/** Starts the server process with these settings, in a process group that Ctrl-C does not reach. */
export function launchServer(home: Home, settings: Record<string, string>): ServerProcess {
  const { path, account, binaries } = home;
  const cluster = clusterFolder(path);
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openSync(logFile(home), "w", OWNER_ONLY);
  const child = spawn(binaries.postgres, ["-D", cluster, ...flags], {
    cwd: path,
    detached: true,
    stdio: ["ignore", log, log],
    env: { LC_ALL: "C", TZ: "UTC" },
    ...(account !== null && { uid: account.uid, gid: account.gid }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${binaries.postgres} could not be started`);

  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", () => {
      over = true;
      process.removeListener("exit", endAtOnce);
      resolve(lastComplaint(home));
    });
  });
  function endAtOnce(): void {
    if (pid !== undefined) signal(pid, "SIGINT");
  }
  // For an end of this process that nobody planned; `stop` is the proper way.
  process.once("exit", endAtOnce);

  async function ready(): Promise<boolean> {
    while (!over) {
      const lines = readIfThere(join(cluster, "postmaster.pid"))?.split("\n") ?? [];
      // A killed server leaves its file, which says "ready" too.
      if (lines[0] === String(pid) && lines[STATUS_LINE]?.trim() === "ready") return true;
      await pause(POLL_MS);
    }
    return false;
  }

  async function stop(): Promise<void> {
    if (over || pid === undefined) return;
    await endProcess(pid, shutdownSteps);
    await ended;
  }

  return { pid, ended, ready, stop };
}

function lastComplaint(home: Home): string {
  const lines = (readIfThere(logFile(home)) ?? "").split("\n");
  const line = lines.findLast((text) => /(FATAL|PANIC):/.test(text)) ?? "";
  return line.replace(/^.*?(FATAL|PANIC):\s*/, "");
}

import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { failure } from "./failure.ts";
import { firstError } from "./mariadb-data.ts";
import type { MariadbPrograms } from "./mariadb-programs.ts";
import type { Account } from "./postgres-account.ts";
import { clusterFolder } from "./postgres-cluster.ts";
import { readIfThere } from "./private-file.ts";
import { commandLine, endProcess, isAlive, signal } from "./processes.ts";

/** A home is where one server keeps its things, and who runs it with which programs. */
export type MariadbHome = { path: string; account: Account | null; programs: MariadbPrograms };
export type MariadbProcess = {
  pid: number;
  /** Settles when the process has ended; the value is the first serious line it logged, or "". */
  ended: Promise<string>;
  /** True when the server takes connections, false when it ended before that. */
  ready(): Promise<boolean>;
  stop(): Promise<void>;
};

const OWNER_ONLY = 0o600;
const POLL_MS = 15;

const shutdownSteps = [
  ["SIGTERM", 15_000],
  ["SIGKILL", 2_000],
] as const;

/** The log of the last start in a home. */
export function logFile(home: MariadbHome): string {
  return join(home.path, "mariadb.log");
}

function idFile(home: string): string {
  return join(clusterFolder(home), "server.pid");
}

/** Starts the server process with these flags, in a process group that Ctrl-C does not reach. */
export function launchServer(home: MariadbHome, flags: readonly string[]): MariadbProcess {
  const { path, account, programs } = home;
  const place = [`--datadir=${clusterFolder(path)}`, `--pid-file=${idFile(path)}`];
  const log = openSync(logFile(home), "w", OWNER_ONLY);
  const child = spawn(programs.server, ["--no-defaults", ...place, ...flags], {
    cwd: path,
    detached: true,
    stdio: ["ignore", log, log],
    env: { LC_ALL: "C", TZ: "UTC" },
    ...(account !== null && { uid: account.uid, gid: account.gid }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${programs.server} could not be started`);

  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", () => {
      over = true;
      process.removeListener("exit", endAtOnce);
      resolve(firstError(readIfThere(logFile(home)) ?? ""));
    });
  });
  function endAtOnce(): void {
    if (pid !== undefined) signal(pid, "SIGTERM");
  }
  // For an end of this process that nobody planned; `stop` is the proper way.
  process.once("exit", endAtOnce);

  async function ready(): Promise<boolean> {
    while (!over) {
      if (readIfThere(logFile(home))?.includes("ready for connections")) return true;
      await pause(POLL_MS);
    }
    return false;
  }

  async function stop(): Promise<void> {
    if (over) return;
    if (pid !== undefined) await endProcess(pid, shutdownSteps);
    await ended;
  }

  return { pid, ended, ready, stop };
}

/**
 * Ends a server that still runs in this home because its launcher was killed, and clears the id
 * file of one whose process id now belongs to some other program.
 */
export async function endLeftoverMariadb(home: string): Promise<void> {
  const pid = Number.parseInt(readIfThere(idFile(home)) ?? "", 10);
  if (Number.isNaN(pid) || pid <= 0 || !isAlive(pid)) return;
  if (!commandLine(pid).includes(clusterFolder(home))) {
    rmSync(idFile(home), { force: true });
    return;
  }
  if (await endProcess(pid, shutdownSteps)) return;
  throw failure(`MariaDB from an earlier start does not end. End it by hand: kill -9 ${pid}`);
}

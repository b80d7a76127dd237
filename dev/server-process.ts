// The processes of local database servers: one that serves, one that only makes data, and one that
// was left running because its launcher was killed.

import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { failure } from "./failure.ts";
import { ownerOnlyFile } from "./file-modes.ts";
import { readIfThere } from "./private-file.ts";
import { commandLine, endProcess, isAlive, signal } from "./processes.ts";
import { runAs } from "./server-account.ts";
import type { ServerHome } from "./server-home.ts";

/** What a server of one kind is called, where it keeps its process id, and how it is asked to end. */
export type ServerKind = {
  name: string;
  /** In its data folder; its first line is the process id. */
  idFile: string;
  /** One signal after another, each with the milliseconds it is given to work. */
  endSteps: readonly (readonly [NodeJS.Signals, number])[];
};

export const serverKinds = {
  postgres: {
    name: "PostgreSQL",
    idFile: "postmaster.pid",
    // Its modes of shutting down: fast (ends sessions), immediate (no checkpoint), and by force.
    endSteps: [
      ["SIGINT", 10_000],
      ["SIGQUIT", 5_000],
      ["SIGKILL", 2_000],
    ],
  },
  mariadb: {
    name: "MariaDB",
    idFile: "server.pid",
    endSteps: [
      ["SIGTERM", 15_000],
      ["SIGKILL", 2_000],
    ],
  },
} as const satisfies Record<string, ServerKind>;

/** A server's program as it is to run. */
export type ServerProgram = {
  path: string;
  words: readonly string[];
  /** Whether the server with this process id takes connections by now. */
  isReady(pid: number): boolean;
  /** The line of its log that says why it has ended, or "". */
  complaintIn(log: string): string;
};

export type ServerProcess = {
  pid: number;
  /** Settles when the process has ended, asked or not; the value is its complaint, or "". */
  ended: Promise<string>;
  /** True when the server takes connections, false when it ended before that. */
  ready(): Promise<boolean>;
  stop(): Promise<void>;
};

const pollMs = 15;

/** The same everywhere: messages are read by this program, and times are compared. */
const environment = { LC_ALL: "C", TZ: "UTC" };

/** The log of the last start in a home. */
export function logFile(home: ServerHome): string {
  return join(home.path, "server.log");
}

/** Starts a server in a process group that Ctrl-C does not reach; it ends with this process. */
export function launchServer(
  kind: ServerKind,
  home: ServerHome,
  program: ServerProgram,
): ServerProcess {
  const log = openSync(logFile(home), "w", ownerOnlyFile);
  const child = spawn(program.path, program.words, {
    cwd: home.path,
    detached: true,
    stdio: ["ignore", log, log],
    env: environment,
    ...runAs(home.account),
  });
  closeSync(log);
  // Told by the missing process id.
  child.on("error", () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.path} could not be started`);

  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", () => {
      isOver = true;
      process.removeListener("exit", endAtOnce);
      resolve(program.complaintIn(readIfThere(logFile(home)) ?? ""));
    });
  });
  function endAtOnce(): void {
    const [first] = kind.endSteps;
    if (pid !== undefined && first !== undefined) signal(pid, first[0]);
  }
  // For an end of this process that nobody planned; `stop` is the proper way.
  process.once("exit", endAtOnce);

  async function ready(): Promise<boolean> {
    while (!isOver) {
      if (pid !== undefined && program.isReady(pid)) return true;
      await pause(pollMs);
    }
    return false;
  }

  async function stop(): Promise<void> {
    if (isOver || pid === undefined) return;
    await endProcess(pid, kind.endSteps);
    await ended;
  }

  return { pid, ended, ready, stop };
}

/** Runs a program of a server until it ends; its exit code (null: by a signal) and standard error. */
export function runToEnd(
  home: ServerHome,
  path: string,
  words: readonly string[],
  input = "",
): Promise<{ code: number | null; output: string }> {
  const child = spawn(path, words, {
    cwd: home.path,
    stdio: ["pipe", "ignore", "pipe"],
    env: environment,
    ...runAs(home.account),
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  // Told by the exit instead, with the program's own words.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/**
 * Ends a server of any kind that still runs on this data because its launcher was killed, and clears
 * the id file of one whose process id now belongs to some other program.
 */
export async function endLeftover(data: string): Promise<void> {
  for (const { name, idFile, endSteps } of Object.values(serverKinds)) {
    const path = join(data, idFile);
    const pid = Number.parseInt(readIfThere(path) ?? "", 10);
    if (Number.isNaN(pid) || pid <= 0 || !isAlive(pid)) continue;
    if (!commandLine(pid).includes(data)) rmSync(path, { force: true });
    else if (!(await endProcess(pid, endSteps))) {
      throw failure(`${name} from an earlier start does not end. End it by hand: kill -9 ${pid}`);
    }
  }
}

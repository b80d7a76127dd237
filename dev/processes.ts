import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { hasCode } from "./failure.ts";
import { readIfThere } from "./private-file.ts";

const pollMs = 20;
const ownStatusFile = "/proc/self/stat";
// Fields of /proc/<pid>/stat, counted after the command's closing bracket (proc_pid_stat(5)).
const stateField = 0;
const groupField = 2;
const startTimeField = 19;

/** Whether a process, or with a negative id any process of a group, is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
    if (!hasCode(error, "EPERM")) throw error;
  }
  if (!existsSync(ownStatusFile)) return true;
  const members = pid > 0 ? [pid] : allProcesses().filter((id) => groupOf(id) === -pid);
  return members.some((id) => statusFields(id).length > 0);
}

/** A name no other process ever has, as ids are used again; null when no such process runs. */
export function processIdentity(pid: number): string | null {
  const startTime = statusFields(pid)[startTimeField];
  if (startTime !== undefined) return `${pid} ${startTime}`;
  const started = describeProcess(pid, "lstart=");
  return started === "" ? null : `${pid} ${started}`;
}

/** The command and arguments of a process, separated by blanks; empty when it is not there. */
export function commandLine(pid: number): string {
  const arguments_ = readProcFile(`/proc/${pid}/cmdline`);
  return arguments_ === null ? describeProcess(pid, "args=") : arguments_.replaceAll("\0", " ");
}

/** Sends a signal; false when the process (group, for a negative id) is already gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
    throw error;
  }
}

/**
 * Ends a process (group, for a negative id) with one signal after another, each given its time in
 * milliseconds to work. False when it is still there at the end.
 */
export async function endProcess(
  pid: number,
  steps: readonly (readonly [NodeJS.Signals, number])[],
): Promise<boolean> {
  for (const [name, waitMs] of steps) {
    if (!signal(pid, name)) return true;
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if (!isAlive(pid)) return true;
      await pause(pollMs);
    }
  }
  return !isAlive(pid);
}

/** Empty when no such process runs, or this system has no such file. */
function statusFields(pid: number): string[] {
  const status = readProcFile(`/proc/${pid}/stat`);
  const fields = status?.slice(status.lastIndexOf(")") + 2).split(" ") ?? [];
  // In a container often nobody collects the dead, and they stay as zombies.
  return fields[stateField] === "Z" || fields[stateField] === "X" ? [] : fields;
}

function groupOf(pid: number): number {
  return Number(statusFields(pid)[groupField]);
}

function allProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readProcFile(path: string): string | null {
  try {
    return readIfThere(path);
  } catch (error) {
    // The process ended between opening the file and reading it.
    if (hasCode(error, "ESRCH")) return null;
    throw error;
  }
}

function describeProcess(pid: number, column: string): string {
  const result = spawnSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : "";
}

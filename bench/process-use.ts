import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { hasCode } from "../dev/failure.ts";

/** What processes use of the machine, as Linux's /proc tells it. */
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

// Fields of /proc/<pid>/stat, counted after the command's closing bracket (proc_pid_stat(5)): user time,
// with system time behind it, of the process and of those of its children that were waited for.
const ownTimes = 11;
const endedChildrenTimes = 13;

/** Seconds of processor time that a process has used, in user and in system mode. */
export function cpuSecondsOf(pid: number): number {
  return secondsAt(readFileSync(`/proc/${pid}/stat`, "utf8"), ownTimes);
}

/** The same of all children of a process, those that have ended included. */
export function childrenCpuSecondsOf(pid: number): number {
  const living = readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readProc(`${pid}/task/${task}/children`).split(" ").filter(Boolean))
    // One that has ended in between is counted next time, with those that have ended.
    .map((child) => secondsAt(readProc(`${child}/stat`), ownTimes));
  const ended = secondsAt(readFileSync(`/proc/${pid}/stat`, "utf8"), endedChildrenTimes);
  return living.reduce((sum, each) => sum + each, ended);
}

function secondsAt(status: string, field: number): number {
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[field] ?? 0) + Number(fields[field + 1] ?? 0)) / ticksPerSecond;
}

/** The workerd processes that this one has started. */
export function workerdPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isOurWorkerd);
}

function isOurWorkerd(pid: number): boolean {
  const parent = /^PPid:\s*(\d+)/m.exec(readProc(`${pid}/status`))?.[1];
  return Number(parent) === process.pid && readProc(`${pid}/cmdline`).includes("workerd");
}

/** Resident memory of all Workers that this process has started, in MB of 1,048,576 bytes. */
export function residentMb(): number {
  const kilobytes = workerdPids().map((pid) =>
    Number(/^VmRSS:\s*(\d+)/m.exec(readProc(`${pid}/status`))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1_024;
}

/** A file of /proc; empty when the process has ended. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return "";
    throw error;
  }
}

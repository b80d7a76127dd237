import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { type RunningWorker, startWorker, type WorkerOptions } from "../test/support/worker.ts";

/** A Worker under the settings of the tests, whose processor time can be read. */
export type MeasuredWorker = RunningWorker & {
  /** Seconds of processor time that its process has used. */
  cpuSeconds(): number;
};

export function workerdPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isOurWorkerd);
}

function isOurWorkerd(pid: number): boolean {
  try {
    const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    if (Number(parent) !== process.pid) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd");
  } catch {
    // It ended in between.
    return false;
  }
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time (fields 14 and 15 of proc_pid_stat(5)). */
export function cpuSecondsOf(pid: number): number {
  const [, afterName = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = afterName.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export async function startMeasured(options: WorkerOptions): Promise<MeasuredWorker> {
  const before = new Set(workerdPids());
  const worker = await startWorker(options);
  const pids = workerdPids().filter((pid) => !before.has(pid));
  return {
    ...worker,
    cpuSeconds: () => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
  };
}

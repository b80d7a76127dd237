import { type RunningWorker, startWorker, type WorkerOptions } from "../test/support/worker.ts";
import { cpuSecondsOf, workerdPids } from "./process-use.ts";

export type Measured = {
  /** Seconds of processor time that the Worker's process has used. */
  cpuSeconds(): number;
};

/** A Worker under the settings of the tests. */
export type MeasuredWorker = RunningWorker & Measured;

export function startMeasured(options: WorkerOptions): Promise<MeasuredWorker> {
  return measured(() => startWorker({ ...options, compressing: true }));
}

/** What `start` starts, with the processor time of the workerd processes that have come with it. */
export async function measured<Worker>(start: () => Promise<Worker>): Promise<Worker & Measured> {
  const before = new Set(workerdPids());
  const worker = await start();
  const pids = workerdPids().filter((pid) => !before.has(pid));
  return {
    ...worker,
    cpuSeconds: () => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
  };
}

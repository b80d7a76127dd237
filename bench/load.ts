import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Load from another process, so that client and bench do not share a thread. */
export type LoadOrder = {
  url: string;
  token: string;
  /** Connections, each with one request in flight. */
  connections: number;
  seconds: number;
};

export type LoadResult = { requests: number; perSecond: number; p50Ms: number; p95Ms: number };

export type LoadClient = { run(order: LoadOrder): Promise<LoadResult>; stop(): void };

type Report = { ok: true; result: LoadResult } | { ok: false; message: string };

/** Starts the client's process. Any answer but a 200 fails the run. */
export function startLoadClient(): LoadClient {
  const child = fork(join(import.meta.dirname, "load-process.ts"));
  return {
    async run(order) {
      child.send(order);
      const [report]: Report[] = await once(child, "message");
      if (report?.ok) return report.result;
      throw new Error(`Load on ${order.url} failed: ${report?.message}`);
    },
    stop: () => child.disconnect(),
  };
}

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** One message that a receiver was sent; `atMs` is when its first byte had come. */
export type Arrival = { path: string; id: string; name: string; atMs: number };
export type ReceiverReport = { port: number } | { arrivals: Arrival[] };

export type WebhookReceiver = {
  url(path: string): string;
  /** What has come since the last time. */
  take(): Promise<Arrival[]>;
  stop(): void;
};

async function next(child: ChildProcess): Promise<ReceiverReport> {
  const [report]: ReceiverReport[] = await once(child, "message");
  if (!report) throw new Error("The receiver reported nothing");
  return report;
}

/** Starts a receiver's process. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const child = fork(join(import.meta.dirname, "webhook-receiver-process.ts"));
  const first = await next(child);
  if (!("port" in first)) throw new Error("The receiver has no port");
  return {
    url: (path) => `http://127.0.0.1:${first.port}${path}`,
    async take() {
      child.send("take");
      const report = await next(child);
      return "arrivals" in report ? report.arrivals : [];
    },
    stop: () => child.disconnect(),
  };
}

import { Agent, request } from "node:http";
import { quantile } from "./rows.ts";

/** A keep-alive HTTP client with bounded concurrency, and the figures of a run. */
export type Call = { method: string; path: string; body?: string; token?: string };

export type Client = {
  send(call: Call): Promise<{ status: number; body: string }>;
  close(): void;
};

export type Run = { perSecond: number; p50Ms: number; p95Ms: number };

export function openClient(
  url: string,
  connections: number,
  headers: Record<string, string> = {},
): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  return {
    send: ({ method, path, body, token }) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            hostname,
            port,
            method,
            path,
            headers: {
              ...headers,
              ...(token ? { authorization: `Bearer ${token}` } : {}),
              ...(body === undefined
                ? {}
                : {
                    "content-type": "application/json",
                    "content-length": Buffer.byteLength(body),
                  }),
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () =>
              resolve({
                status: response.statusCode ?? 0,
                body: Buffer.concat(chunks).toString(),
              }),
            );
            response.on("error", reject);
          },
        );
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Sends `count` calls over `concurrency` connections; every answer must be a success. */
export async function load(
  client: Client,
  count: number,
  concurrency: number,
  callOf: (index: number) => Call,
): Promise<Run> {
  const times: number[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const call = callOf(next++);
      const from = performance.now();
      const { status, body } = await client.send(call);
      times.push(performance.now() - from);
      if (status > 299) throw new Error(`${call.method} ${call.path}: ${status} ${body}`);
    }
  }
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - from) / 1_000;
  return {
    perSecond: count / seconds,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
  };
}

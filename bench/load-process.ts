// A process of its own that keeps a Worker busy over raw keep-alive sockets, one request in flight
// on each. It knows no more of HTTP than where an answer ends, so that the Worker is the bottleneck.

import { connect, type Socket } from "node:net";
import type { LoadOrder, LoadResult } from "./load.ts";
import { quantile } from "./rows.ts";

type Answer = { status: number; bytes: number };

/** The first whole answer in the text, or `null` while it is not all there. */
function readAnswer(text: string): Answer | null {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const head = text.slice(0, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + 4;
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) {
    const bytes = bodyStart + Number(length);
    return text.length >= bytes ? { status, bytes } : null;
  }
  for (let at = bodyStart; ; ) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (text.length < at) return null;
    if (size === 0) return { status, bytes: at };
  }
}

function requestText(url: URL, token: string): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "accept: */*",
    `authorization: Bearer ${token}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function open(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

/** Sends one request after another until the time is over; the times to their answers. */
function keepBusy(socket: Socket, request: string, untilMs: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let received = "";
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setEncoding("latin1");
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("The Worker closed a connection")));
    socket.on("data", (chunk: string) => {
      received += chunk;
      const answer = readAnswer(received);
      if (!answer) return;
      if (answer.status !== 200) return reject(new Error(received.slice(0, 2_000)));
      received = received.slice(answer.bytes);
      const now = performance.now();
      times.push(now - sentAt);
      if (now < untilMs) return send();
      socket.removeAllListeners("close").destroy();
      resolve(times);
    });
    send();
  });
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const url = new URL(order.url);
  const request = requestText(url, order.token);
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => open(url)));
  const startedAt = performance.now();
  const untilMs = startedAt + order.seconds * 1_000;
  const times = (await Promise.all(sockets.map((s) => keepBusy(s, request, untilMs)))).flat();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
  };
}

process.on("message", async (order: LoadOrder) => {
  try {
    process.send?.({ ok: true, result: await run(order) });
  } catch (error) {
    process.send?.({ ok: false, message: String(error) });
  }
});
process.on("disconnect", () => process.exit());

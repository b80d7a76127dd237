// A process of its own that receives webhooks, so that receiving costs the Worker no thread it uses.
// Paths below /hang are never answered.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Arrival, ReceiverReport } from "./webhook-receiver.ts";

let arrivals: Arrival[] = [];

const server = createServer((request, response) => {
  const atMs = performance.timeOrigin + performance.now();
  const path = request.url ?? "";
  let text = "";
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => {
    const { id, data }: { id: string; data: { name?: string } } = JSON.parse(text);
    arrivals.push({ path, id, name: data.name ?? "", atMs });
    if (!path.startsWith("/hang")) response.writeHead(204).end();
  });
});

function report(content: ReceiverReport): void {
  process.send?.(content);
}

server.listen(0, "127.0.0.1", () => {
  report({ port: (server.address() as AddressInfo).port });
});
// Any message asks for what has come since the last.
process.on("message", () => {
  report({ arrivals });
  arrivals = [];
});
process.on("disconnect", () => process.exit());

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Webhook } from "standardwebhooks";
import { expect, vi } from "vitest";

/** A webhook receiver: a real HTTP server that keeps what it is sent and answers as it is told. */
export type Received = {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** When it had all been read, by the test's clock. */
  atMs: number;
};

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

export type Receiver = {
  port: number;
  /** Where a path of it is. */
  url(path?: string): string;
  received: Received[];
  /** What a path was sent. */
  at(path: string): Received[];
  /** Connections that were opened. */
  connections(): number;
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
};

export const accept: Behaviour = (response) => {
  response.writeHead(204).end();
};

export function answerWith(status: number, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, headers).end("noted");
  };
}

/** Listens on a free port of this machine. */
export async function startReceiver(first: Behaviour = accept): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let behaviour = first;
  let connections = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const body = Buffer.concat(parts).toString("utf8");
      received.push({ path: request.url ?? "", headers, body, atMs: Date.now() });
      behaviour(response, request);
    });
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path = "/hook") => `http://127.0.0.1:${port}${path}`,
    received,
    at: (path) => received.filter((each) => each.path === path),
    connections: () => connections,
    behave(next) {
      behaviour = next;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Message = {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
};

const leaks = /password|postgres(ql)?:\/\/|mysql:\/\/|whsec_|pk_live_|secret/i;

/**
 * Checks a message with the Standard Webhooks library, as its receiver would at the time it was
 * sent, and what holds for every message. Returns it.
 */
export function verified(message: Received, secret: string): Message {
  const sentAtMs = Number(message.headers["webhook-timestamp"]) * 1_000;
  const now = vi.spyOn(Date, "now").mockReturnValue(sentAtMs);
  try {
    new Webhook(secret).verify(message.body, message.headers);
  } finally {
    now.mockRestore();
  }
  const content: Message = JSON.parse(message.body);
  expect(Buffer.byteLength(message.body)).toBeLessThan(20_000);
  expect(message.body).not.toMatch(leaks);
  expect(message.headers["content-type"]).toBe("application/json");
  expect(message.headers["webhook-id"]).toBe(content.id);
  expect(Object.keys(content)).toEqual(["id", "type", "timestamp", "data"]);
  expect(new Date(content.timestamp).toISOString()).toBe(content.timestamp);
  return content;
}

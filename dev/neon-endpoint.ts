// The two protocols of Neon's proxy in front of a local PostgreSQL, so that the Worker uses the
// same driver here and in production. It stands on loopback and reaches only the servers it was
// given: whoever may talk to it could otherwise use it to reach anything this machine can.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { readSqlRequest } from "./neon-request.ts";
import { openSessions, type Sessions } from "./neon-sessions.ts";
import { openTunnel } from "./neon-socket.ts";
import { answerSql, type OnStatement } from "./neon-sql.ts";
import { loopback } from "./ports.ts";

type ServerAddress = { host: string; port: number };
/** Counted since the start: HTTP requests (a batch is one), SQL statements, WebSocket sessions. */
type NeonCounters = { roundTrips: number; statements: number; webSocketSessions: number };
export type NeonEndpoint = {
  /** `http://127.0.0.1:<port>`; `POST /sql`, and WebSocket `/v2?address=host:port`. */
  url: string;
  port: number;
  counters: NeonCounters;
  /** Lets one more server be reached. */
  allow(host: string, port: number): void;
  /** Ends every session and stops listening. */
  stop(): Promise<void>;
};
type NeonEndpointOptions = {
  /** Connection string of the control-plane store; its sessions are kept open. */
  storeUrl: string;
  /** The servers that may be reached, besides the store's. */
  servers: ServerAddress[];
  /** Port to listen on; a free one when left out. */
  port?: number;
  onStatement?: OnStatement;
};

const bodyBytesMax = 64 * 1024 * 1024;
// Longer than any client keeps an idle connection, so that the client is the one that closes it.
const keepAliveMs = 600_000;

/** Starts the endpoint; rejects when the port cannot be had. */
export async function startNeonEndpoint(options: NeonEndpointOptions): Promise<NeonEndpoint> {
  const allowed = new Set<string>();
  const counters: NeonCounters = { roundTrips: 0, statements: 0, webSocketSessions: 0 };
  const sessions = openSessions(options.storeUrl);
  const tunnel = openTunnel(() => {
    counters.webSocketSessions += 1;
  });

  function allow(host: string, port: number): void {
    allowed.add(`${host}:${port}`);
  }
  const store = sessions.target(options.storeUrl);
  if (store !== null) allow(store.host, store.port);
  for (const server of options.servers) allow(server.host, server.port);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST" || request.url !== "/sql")
      return send(response, 404, "Not found");
    if (isFromBrowser(request)) return send(response, 403, "Not for browsers");
    const connectionString = request.headers["neon-connection-string"];
    const target = typeof connectionString === "string" ? sessions.target(connectionString) : null;
    if (target === null) return send(response, 400, wrong("Neon-Connection-String is not valid"));
    if (!allowed.has(`${target.host}:${target.port}`)) {
      return send(response, 403, `${target.host}:${target.port} is not a registered server`);
    }
    const body = await readBody(request);
    if (body === null) return send(response, 413, "The body is too large");
    const sqlRequest = readSqlRequest(request.headers, body);
    if (typeof sqlRequest === "string") return send(response, 400, wrong(sqlRequest));
    counters.roundTrips += 1;
    counters.statements += sqlRequest.kind === "single" ? 1 : sqlRequest.statements.length;
    const answer = await answerSql(sessions, target, sqlRequest, options.onStatement);
    send(response, answer.status, answer.body);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const address = readTunnelAddress(request);
    if (address === null || isFromBrowser(request) || !allowed.has(address.join(":"))) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    tunnel.open(request, socket, head, ...address);
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Only a client that went away while it was sending gets here.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.on("upgrade", upgrade);
  const port = await listen(server, options.port ?? 0);
  const stop = () => stopAll(server, tunnel.stop, sessions);
  return { url: `http://${loopback}:${port}`, port, counters, allow, stop };
}

/** A page in a browser must not reach a database through us; only browsers send an Origin. */
function isFromBrowser(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined;
}

function readTunnelAddress(request: IncomingMessage): [host: string, port: number] | null {
  const path = request.url ?? "/";
  if (!URL.canParse(path, `http://${loopback}`)) return null;
  const url = new URL(path, `http://${loopback}`);
  const match = /^(.+):(\d{1,5})$/.exec(url.searchParams.get("address") ?? "");
  if (url.pathname !== "/v2" || match === null) return null;
  const [, host = "", port = ""] = match;
  return [host, Number(port)];
}

/** Null when the body is too large. Listens by hand: it is on the path of every statement. */
function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyBytesMax) chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(bytes > bodyBytesMax ? null : Buffer.concat(chunks).toString("utf8"));
    });
    request.on("error", reject);
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  const type = status === 200 || status === 400 ? "application/json" : "text/plain; charset=utf-8";
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function wrong(message: string): string {
  return JSON.stringify({ message });
}

function listen(server: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, loopback, () => {
      server.removeListener("error", reject);
      resolve(addressOf(server).port);
    });
  });
}

/** A server that listens on TCP has an address object; only pipes have a string. */
function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Not listening on TCP");
  return address;
}

async function stopAll(server: Server, stopTunnel: () => void, sessions: Sessions): Promise<void> {
  stopTunnel();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await sessions.stop();
}

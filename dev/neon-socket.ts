import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

/** Opens the tunnel for one WebSocket upgrade request. */
type Tunnel = {
  open(request: IncomingMessage, socket: Duplex, head: Buffer, host: string, port: number): void;
  /** Ends every open session at once. */
  stop(): void;
};

const connectTimeoutMs = 10_000;
const bufferedBytesMax = 1_048_576;
/** Status codes of RFC 6455, section 7.4.1: a normal closure, and an internal error. */
const closedNormally = 1000;
const upstreamFailed = 1011;

/**
 * The WebSocket form of Neon's proxy: the bytes of binary messages go to a TCP server and the
 * server's bytes come back, with no framing of their own. `onSession` is called for each session.
 */
export function openTunnel(onSession: () => void): Tunnel {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const sessions = new Set<WebSocket>();

  function open(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    host: string,
    port: number,
  ): void {
    const upstream = connect({ host, port, noDelay: true, timeout: connectTimeoutMs });
    const refuse = () => {
      upstream.destroy();
      socket.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    };
    // The client is told "open" only when the server has answered, so a refusal is never silent.
    upstream.once("error", refuse);
    upstream.once("timeout", refuse);
    // A client that goes away, or whose handshake is refused, leaves no session behind.
    const abandon = () => upstream.destroy();
    socket.once("close", abandon);
    upstream.once("connect", () => {
      upstream.removeListener("error", refuse);
      upstream.removeListener("timeout", refuse);
      upstream.setTimeout(0);
      upstream.on("error", abandon);
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        socket.removeListener("close", abandon);
        sessions.add(webSocket);
        webSocket.once("close", () => sessions.delete(webSocket));
        onSession();
        join(webSocket, upstream);
      });
    });
  }

  function stop(): void {
    for (const webSocket of sessions) webSocket.terminate();
  }

  return { open, stop };
}

function join(webSocket: WebSocket, upstream: Socket): void {
  webSocket.on("message", (data) => {
    if (!upstream.write(toBuffer(data))) webSocket.pause();
  });
  upstream.on("drain", () => webSocket.resume());
  upstream.on("data", (chunk) => {
    webSocket.send(chunk, () => {
      if (webSocket.bufferedAmount < bufferedBytesMax) upstream.resume();
    });
    if (webSocket.bufferedAmount >= bufferedBytesMax) upstream.pause();
  });

  // A WebSocket has no half-closed state: the server's end of stream closes it, after its last
  // bytes; the client's close is the end of stream for the server.
  upstream.on("end", () => webSocket.close(closedNormally));
  upstream.on("error", () => webSocket.close(upstreamFailed, "upstream failed"));
  webSocket.on("close", () => upstream.destroySoon());
  webSocket.on("error", () => upstream.destroy());
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

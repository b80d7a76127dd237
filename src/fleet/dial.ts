import type { Duplex } from "node:stream";

/** A way to a server: its byte stream, and how that becomes a TLS one once both sides want it. */
export type Dial = (target: { host: string; port: number; tls: boolean }) => {
  stream: Duplex;
  /** Settles once the server has taken the connection, or with the reason why it has not. */
  opened: Promise<unknown>;
  startTls(): Promise<void>;
};

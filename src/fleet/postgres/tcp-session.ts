import type { Duplex } from "node:stream";
import type { Client, ClientConfig } from "pg";
import type { Dial } from "../dial.ts";
import { connectTimeoutMs, openPostgresSession } from "./open-session.ts";
import type { PostgresConnect } from "./session.ts";

/** What the driver asks of a socket beyond a stream. On workerd it calls `startTls` to upgrade. */
type DriverSocket = Duplex & {
  connect(): void;
  setNoDelay(): void;
  setKeepAlive(): void;
  startTls(): void;
};

/**
 * A way to a server as the socket that the driver expects. It is dialled already when the driver
 * asks for it, so all that is left is to say when it stands.
 */
function driverSocket({ stream, opened, startTls }: ReturnType<Dial>): DriverSocket {
  return Object.assign(stream, {
    connect() {
      opened.then(
        () => stream.emit("connect"),
        (reason: Error) => stream.destroy(reason),
      );
    },
    setNoDelay() {},
    setKeepAlive() {},
    startTls() {
      // Said again by the first read or write that fails of it.
      startTls().catch(() => {});
    },
  });
}

/** Loaded when a server is first spoken to: most requests speak to none. */
async function loadClient(): Promise<new (config: ClientConfig) => Client> {
  return (await import("pg/lib/client.js")).default;
}

/**
 * PostgreSQL sessions over TCP. With `tls` the server is asked for it before anything else is said,
 * and one that has none is left; the certificate must be trusted for the host. The driver refuses
 * whatever comes in clear behind the server's consent.
 */
export function tcpConnect(dial: Dial): PostgresConnect {
  return async ({ host, port, tls, user, password, database, statementTimeoutMs }) => {
    const PostgresClient = await loadClient();
    const socket = driverSocket(dial({ host, port, tls }));
    const client = new PostgresClient({
      host,
      port,
      user,
      password,
      database,
      ssl: tls,
      stream: () => socket,
      application_name: "polykomos",
      statement_timeout: statementTimeoutMs,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    return await openPostgresSession(client, statementTimeoutMs, () => void socket.destroy());
  };
}

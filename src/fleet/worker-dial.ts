import { connect } from "cloudflare:sockets";
import { Duplex } from "node:stream";
import type { Dial } from "./dial.ts";

/**
 * A Worker's TCP socket as the Node stream that the drivers speak through. Node's way to TLS asks
 * for options that workerd does not have; a socket of the platform upgrades itself, and checks the
 * certificate and the name on it.
 */
export const dialFromWorker: Dial = ({ host, port, tls }) => {
  let socket = connect(
    { hostname: host, port },
    { secureTransport: tls ? "starttls" : "off", allowHalfOpen: false },
  );
  let reader = socket.readable.getReader();
  let writer = socket.writable.getWriter();
  let upgrade: Promise<void> = Promise.resolve();
  let written: Promise<void> = Promise.resolve();

  /** Upgraded, and nothing heard since: then a failure may be that of the certificate. */
  let isDoubtful = false;

  /** Why there is no connection, where that is the reason; the platform says it to nobody else. */
  async function reasonOf(error: Error): Promise<Error> {
    if (isDoubtful) return new Error("no TLS session: is the certificate trusted for this host?");
    return await socket.opened.then(
      () => error,
      (reason: Error) => reason,
    );
  }

  const stream = new Duplex({
    allowHalfOpen: false,
    // The server answers the request to upgrade with nothing in clear, so no read may be under way.
    read() {
      upgrade
        .then(() => reader.read())
        .then(({ done, value }) => {
          isDoubtful = false;
          stream.push(done ? null : value);
        })
        .catch(async (error: Error) => stream.destroy(await reasonOf(error)));
    },
    write(chunk: Uint8Array, _encoding, done) {
      written = upgrade.then(() => writer.write(chunk));
      written.then(
        () => done(),
        async (error: Error) => done(await reasonOf(error)),
      );
    },
    destroy(error, done) {
      const closed = socket.close().catch(() => {});
      // A broken connection may take its time to close, and its error is waited for.
      if (error) done(error);
      else void closed.then(() => done(null));
    },
  });
  // Said again by the read or write that fails of it.
  socket.closed.catch(() => {});

  async function secure(): Promise<void> {
    await written;
    reader.releaseLock();
    writer.releaseLock();
    socket = socket.startTls();
    socket.closed.catch(() => {});
    reader = socket.readable.getReader();
    writer = socket.writable.getWriter();
    isDoubtful = true;
  }

  return {
    stream,
    opened: socket.opened,
    startTls() {
      upgrade = secure();
      return upgrade;
    },
  };
};

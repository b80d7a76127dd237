import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Protocol, readers } from "./wire.ts";

/**
 * The wire between the Worker and a server, in a test's hands: it can be cut, fall silent and be
 * mended, and shows each statement before the server sees it.
 */
export type Link = {
  port: number;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  /** Takes connections and carries nothing: a server that does not answer. */
  silence(): void;
  mend(): void;
  stop(): Promise<void>;
};

/**
 * Told of each statement and the connection that it is on, before it goes on; while it has not
 * settled the connection waits.
 */
export type OnWireStatement = (text: string, connection: object) => void | Promise<void>;

type State = "up" | "cut" | "silent";

export async function startLink(
  target: { host: string; port: number },
  onStatement: OnWireStatement | null = null,
  protocol: Protocol = "postgres",
): Promise<Link> {
  const sockets = new Set<Socket>();
  let state: State = "up";

  function own(socket: Socket): void {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  }

  const server = createServer((client) => {
    own(client);
    if (state === "cut") {
      client.resetAndDestroy();
      return;
    }
    if (state === "silent") return;
    const upstream = connect({ ...target, noDelay: true });
    own(upstream);
    upstream.on("data", (bytes) => {
      if (state === "up") client.write(bytes);
    });
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
    const read = onStatement ? readers[protocol]() : () => [];
    let before = Promise.resolve();
    client.on("data", (bytes) => {
      const texts = read(bytes);
      before = before
        .then(async () => {
          for (const text of texts) await onStatement?.(text, client);
          if (state === "up") upstream.write(bytes);
        })
        .catch(() => void client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function endAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = "cut";
      endAll();
    },
    silence() {
      state = "silent";
    },
    mend() {
      endAll();
      state = "up";
    },
    async stop() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

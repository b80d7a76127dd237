import { createServer } from "node:net";
import { hasCode } from "./failure.ts";

/** The one address that local servers listen on. */
export const loopback = "127.0.0.1";

/** A TCP port of loopback that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === null) throw new Error("The system has no free port");
  return port;
}

/** Whether the port could be listened on right now; also false where the system forbids it. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null;
}

function tryPort(wanted: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (hasCode(error, "EADDRINUSE") || hasCode(error, "EACCES")) resolve(null);
      else reject(error);
    });
    server.listen({ host: loopback, port: wanted, exclusive: true }, () => {
      const address = server.address();
      const port = address === null || typeof address === "string" ? null : address.port;
      server.close(() => resolve(port));
    });
  });
}

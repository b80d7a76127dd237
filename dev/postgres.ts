import { join } from "node:path";
import { withPostgres } from "./database-session.ts";
import { hasCode } from "./failure.ts";
import { loopback } from "./ports.ts";
import { findBinaries } from "./postgres-binaries.ts";
import { damageOf, initializeData } from "./postgres-data.ts";
import { readIfThere } from "./private-file.ts";
import {
  type RunningServer,
  type ServerEngine,
  type ServerOptions,
  startServer,
} from "./server.ts";
import { dataFolder, type ServerHome } from "./server-home.ts";
import { serverKinds } from "./server-process.ts";

type PostgresOptions = ServerOptions & {
  /** Server settings on top of ours, by their PostgreSQL names. */
  settings?: Record<string, string>;
};

export type RunningPostgres = RunningServer & {
  /** A connection string for the superuser. */
  url(database: string): string;
};

const superuser = "postgres";
/** SQLSTATE `invalid_password`. */
const wrongPassword = "28P01";

const ourSettings = {
  listen_addresses: loopback,
  unix_socket_directories: "",
  max_connections: "300",
  shared_buffers: "128MB",
  timezone: "UTC",
  log_timezone: "UTC",
};
const fastSettings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Starts PostgreSQL 18 and waits until it lets its superuser in; a failure says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const server = await startServer(options, (home) => engineIn(home, options));
  const { host, port, user, password } = server;
  const url = (database: string) =>
    `postgresql://${user}:${password}@${host}:${port}/${encodeURIComponent(database)}`;
  return { ...server, url };
}

function engineIn(home: ServerHome, { fast = false, settings }: PostgresOptions): ServerEngine {
  const binaries = findBinaries(home.account);
  const data = dataFolder(home.path);
  return {
    kind: serverKinds.postgres,
    user: superuser,
    dataWith: (password) => ({
      makeData: (folder) => initializeData({ home, binaries, folder, superuser, password, fast }),
      damageOf,
    }),
    programAt(port) {
      const all = { ...ourSettings, ...(fast && fastSettings), ...settings, port: String(port) };
      const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return {
        path: binaries.postgres,
        words: ["-D", data, ...flags],
        isReady: (pid) => isReady(data, pid),
        complaintIn: lastComplaint,
      };
    },
    logIn: (login) =>
      withPostgres({ ...login, database: "postgres" }, async (client) => {
        await client.query("SELECT 1");
      }),
    isWrongPassword: (error) => hasCode(error, wrongPassword),
    passing: /create any TCP\/IP sockets|shared memory block/,
  };
}

/** The line of postmaster.pid that tells the server's state (src/include/utils/pidfile.h). */
const statusLine = 7;

function isReady(data: string, pid: number): boolean {
  const lines = readIfThere(join(data, serverKinds.postgres.idFile))?.split("\n") ?? [];
  // A killed server leaves its file, which says "ready" too.
  return lines[0] === String(pid) && lines[statusLine]?.trim() === "ready";
}

function lastComplaint(log: string): string {
  const line = log.split("\n").findLast((text) => /(FATAL|PANIC):/.test(text)) ?? "";
  return line.replace(/^.*?(FATAL|PANIC):\s*/, "");
}

// PostgreSQL 18 on loopback, for `npm start` and for tests. One home folder holds its data, its
// superuser's password and the port it had last; a start after any kind of crash takes it up again.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { failure } from "./failure.ts";
import { takeLock } from "./lock.ts";
import { freePort, isPortFree, LOOPBACK } from "./ports.ts";
import { serverAccount } from "./postgres-account.ts";
import { findBinaries } from "./postgres-binaries.ts";
import { clusterFolder, prepareCluster } from "./postgres-cluster.ts";
import { settleHome } from "./postgres-home.ts";
import { endLeftover } from "./postgres-leftover.ts";
import { type Home, launchServer, logFile, type ServerProcess } from "./postgres-server.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";

export type PostgresOptions = {
  /** Holds everything the server keeps; made when missing. One process at a time may have it. */
  folder: string;
  /** The one port to use; otherwise the port of the last start, or a free one. */
  port?: number;
  /** Server settings on top of ours, by their PostgreSQL names. */
  settings?: Record<string, string>;
  /** For tests: nothing waits for the disk, and a machine that dies takes the data with it. */
  fast?: boolean;
  /** For tests: the folder of a stopped server, whose data and password a new one begins with. */
  copyOf?: string;
};
export type RunningPostgres = {
  host: typeof LOOPBACK;
  port: number;
  user: typeof USER;
  password: string;
  pid: number;
  /** A connection string for the superuser. */
  url(database: string): string;
  /** Settles when the server has ended, asked or not; the value is its last complaint, or "". */
  ended: Promise<string>;
  /** Ends sessions, writes everything to disk and waits for the process to go. */
  stop(): Promise<void>;
};

type Remembered = { password: string; port: number | null };

const USER = "postgres";
const PASSWORD_BYTES = 24;
const WRONG_PASSWORD = "28P01";
const START_ATTEMPTS = 5;
const RETRY_AFTER_MS = 500;

const ourSettings = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: "",
  max_connections: "300",
  shared_buffers: "128MB",
  timezone: "UTC",
  log_timezone: "UTC",
};
const fastSettings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Starts the server and waits until it lets its superuser in; a failure says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const account = serverAccount(clusterFolder(options.folder));
  const binaries = findBinaries(account);
  const home: Home = { path: await settleHome(options.folder, account), account, binaries };
  const attempt = takeLock(join(home.path, "launcher.lock"));
  if (!attempt.taken) {
    throw failure(`Process ${attempt.pid} already runs PostgreSQL in ${options.folder}. Stop it.`);
  }
  try {
    const { server, port, password } = await startIn(home, options);
    const stop = () => server.stop().finally(attempt.release);
    const url = (database: string) =>
      `postgresql://${USER}:${password}@${LOOPBACK}:${port}/${encodeURIComponent(database)}`;
    const { pid, ended } = server;
    return { host: LOOPBACK, port, user: USER, password, pid, url, ended, stop };
  } catch (error) {
    attempt.release();
    throw error;
  }
}

async function startIn(home: Home, options: PostgresOptions) {
  await endLeftover(clusterFolder(home.path));
  const { fast = false, copyOf } = options;
  const remembered = recall(home.path);
  const original = copyOf === undefined ? null : recall(copyOf);
  const known = (remembered ?? original)?.password;
  const password = known ?? randomBytes(PASSWORD_BYTES).toString("hex");
  // Before the data is made: a start killed in between must not leave data without its password.
  if (remembered === null) remember(home, { password, port: null });
  await prepareCluster({ ...home, home: home.path, password, fast, ...(copyOf && { copyOf }) });

  let wanted = remembered?.port ?? null;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await choosePort(wanted));
    const server = launchServer(home, {
      ...ourSettings,
      ...(options.fast && fastSettings),
      ...options.settings,
      port: String(port),
    });
    if (await server.ready()) {
      await checkLogin(home, server, port, password);
      remember(home, { password, port });
      return { server, port, password };
    }
    const complaint = await server.ended;
    if (attempt === START_ATTEMPTS || !mayPass(complaint)) throw startFailure(home, complaint);
    wanted = null;
    await pause(RETRY_AFTER_MS);
  }
}

async function choosePort(wanted: number | null): Promise<number> {
  return wanted !== null && (await isPortFree(wanted)) ? wanted : freePort();
}

/** A port taken in the last moment, or processes of a killed server that are still on their way out. */
function mayPass(complaint: string): boolean {
  return /create any TCP\/IP sockets|shared memory block/.test(complaint);
}

function startFailure(home: Home, complaint: string): Error {
  return failure(
    `PostgreSQL did not start: ${complaint || "it gave no reason"} (log: ${logFile(home)}). To start empty: npm start -- --fresh`,
  );
}

async function checkLogin(
  home: Home,
  server: ServerProcess,
  port: number,
  password: string,
): Promise<void> {
  const client = new Client({ host: LOOPBACK, port, user: USER, password, database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
  } catch (error) {
    await server.stop();
    if (error instanceof DatabaseError && error.code === WRONG_PASSWORD) {
      throw failure(
        `${settingsFile(home.path)} does not have the password of its data. Start empty: npm start -- --fresh`,
      );
    }
    throw startFailure(home, error instanceof Error ? error.message : String(error));
  } finally {
    await client.end();
  }
}

function settingsFile(home: string): string {
  return join(home, "settings.json");
}

function recall(home: string): Remembered | null {
  const { password, port } = readJsonObject(settingsFile(home)) ?? {};
  if (typeof password !== "string") return null;
  return { password, port: typeof port === "number" ? port : null };
}

function remember(home: Home, settings: Remembered): void {
  writePrivate(settingsFile(home.path), JSON.stringify(settings));
}

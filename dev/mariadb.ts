// MariaDB (or MySQL) on loopback, for `npm start` and for tests. One home folder holds its data, its
// operator's password and the port it had last; a start after any kind of crash takes it up again.
// Unlike PostgreSQL it is not in an npm package, so it may be missing.

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { failure, hasCode } from "./failure.ts";
import { takeLock } from "./lock.ts";
import { ADMIN_USER, prepareData } from "./mariadb-data.ts";
import { findMariadb, type MariadbPrograms } from "./mariadb-programs.ts";
import {
  endLeftoverMariadb,
  launchServer,
  logFile,
  type MariadbHome,
  type MariadbProcess,
} from "./mariadb-server.ts";
import { freePort, isPortFree, LOOPBACK } from "./ports.ts";
import { serverAccount } from "./postgres-account.ts";
import { clusterFolder } from "./postgres-cluster.ts";
import { removeHome, settleHome } from "./postgres-home.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";

export type MariadbOptions = {
  /** Holds everything the server keeps; made when missing. One process at a time may have it. */
  folder: string;
  programs: MariadbPrograms;
  /** Server settings on top of ours, as `--name=value`. */
  flags?: readonly string[];
  /** For tests: nothing waits for the disk, and a machine that dies takes the data with it. */
  fast?: boolean;
  /** For tests: the folder of a stopped server, whose data and password a new one begins with. */
  copyOf?: string;
};
export type RunningMariadb = {
  host: typeof LOOPBACK;
  port: number;
  user: typeof ADMIN_USER;
  password: string;
  pid: number;
  /** Settles when the server has ended, asked or not; the value is its first complaint, or "". */
  ended: Promise<string>;
  /** Ends sessions, writes everything to disk and waits for the process to go. */
  stop(): Promise<void>;
};

type Remembered = { password: string; port: number | null };

const PASSWORD_BYTES = 24;
const OWNER_ONLY_FOLDER = 0o700;
const START_ATTEMPTS = 5;
const RETRY_AFTER_MS = 500;
const MAX_CONNECTIONS = 300;

const storageFlags = ["--loose-innodb-log-file-size=32M", "--innodb-buffer-pool-size=128M"];
const fastFlags = ["--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"];
// Files of a bootstrap need no flush for the sake of tests; MySQL's own server has no such method.
const fastMariadbFlags = ["--innodb-flush-method=nosync"];
const ourFlags = [
  `--bind-address=${LOOPBACK}`,
  // No socket file: logins are asked for over loopback alone.
  "--socket=",
  "--skip-name-resolve",
  `--max-connections=${MAX_CONNECTIONS}`,
  "--character-set-server=utf8mb4",
  "--local-infile=0",
  "--default-time-zone=+00:00",
];
// Its second protocol would listen everywhere.
const mysqlFlags = ["--mysqlx=OFF"];

/**
 * A server when there is one or it can be had, otherwise `null` after `say` was given one line. On a
 * machine that checks changes (`CI=true`) a missing server is a failure.
 */
export async function startMariadbIfThere(
  options: Omit<MariadbOptions, "programs">,
  say: (line: string) => void,
): Promise<RunningMariadb | null> {
  const found = await findMariadb();
  if ("programs" in found) return await startMariadb({ ...options, programs: found.programs });
  if (process.env.CI === "true") throw failure(found.missing);
  say(found.missing);
  return null;
}

/** Starts the server and waits until it lets its operator in; a failure says what to do. */
export async function startMariadb(options: MariadbOptions): Promise<RunningMariadb> {
  const account = serverAccount(clusterFolder(options.folder));
  const path = await settleHome(options.folder, account);
  const home: MariadbHome = { path, account, programs: options.programs };
  const attempt = takeLock(join(path, "launcher.lock"));
  if (!attempt.taken) {
    throw failure(`Process ${attempt.pid} already runs MariaDB in ${options.folder}. Stop it.`);
  }
  try {
    const { server, port, password } = await startIn(home, options);
    const stop = () => server.stop().finally(attempt.release);
    const { pid, ended } = server;
    return { host: LOOPBACK, port, user: ADMIN_USER, password, pid, ended, stop };
  } catch (error) {
    attempt.release();
    throw error;
  }
}

/** Removes everything a server kept for `folder`, after ending a server left running there. */
export async function removeMariadbHome(folder: string): Promise<void> {
  if (existsSync(folder)) await endLeftoverMariadb(realpathSync(folder));
  await removeHome(folder);
}

async function startIn(home: MariadbHome, options: MariadbOptions) {
  await endLeftoverMariadb(home.path);
  const { copyOf } = options;
  const remembered = recall(home.path);
  const original = copyOf === undefined ? null : recall(copyOf);
  const known = (remembered ?? original)?.password;
  const password = known ?? randomBytes(PASSWORD_BYTES).toString("hex");
  // Before the data is made: a start killed in between must not leave data without its password.
  if (remembered === null) remember(home, { password, port: null });
  const flags = [...storageFlagsOf(home, options.fast ?? false), `--tmpdir=${freshTmp(home)}`];
  const made = { ...home, home: home.path, password, storageFlags: flags };
  await prepareData({ ...made, ...(copyOf && { copyOf }) });

  let wanted = remembered?.port ?? null;
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(wanted);
    const more = home.programs.scripts === null ? mysqlFlags : [];
    const all = [...ourFlags, ...more, ...flags, ...(options.flags ?? []), `--port=${port}`];
    const server = launchServer(home, all);
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

function storageFlagsOf(home: MariadbHome, fast: boolean): string[] {
  if (!fast) return storageFlags;
  const isMariadb = home.programs.scripts !== null;
  return [...storageFlags, ...fastFlags, ...(isMariadb ? fastMariadbFlags : [])];
}

/** Of its own: a server that starts removes what others have under way in a folder they share. */
function freshTmp({ path, account }: MariadbHome): string {
  const folder = join(path, "tmp");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  chmodSync(folder, OWNER_ONLY_FOLDER);
  if (account !== null) chownSync(folder, account.uid, account.gid);
  return folder;
}

async function choosePort(wanted: number | null): Promise<number> {
  return wanted !== null && (await isPortFree(wanted)) ? wanted : freePort();
}

/** A port taken in the last moment, or a killed server that is still on its way out. */
function mayPass(complaint: string): boolean {
  return /Bind on TCP\/IP port|TCP\/IP port: Address already in use|Unable to lock/.test(complaint);
}

function startFailure(home: MariadbHome, complaint: string): Error {
  return failure(
    `MariaDB did not start: ${complaint || "it gave no reason"} (log: ${logFile(home)}). To start empty: npm start -- --fresh`,
  );
}

async function checkLogin(
  home: MariadbHome,
  server: MariadbProcess,
  port: number,
  password: string,
): Promise<void> {
  try {
    const login = { host: LOOPBACK, port, user: ADMIN_USER, password };
    const connection = await createConnection(login);
    await connection.query("SELECT 1");
    await connection.end();
  } catch (error) {
    await server.stop();
    if (hasCode(error, "ER_ACCESS_DENIED_ERROR")) {
      throw failure(
        `${settingsFile(home.path)} does not have the password of its data. Start empty: npm start -- --fresh`,
      );
    }
    throw startFailure(home, error instanceof Error ? error.message : String(error));
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

function remember(home: MariadbHome, settings: Remembered): void {
  writePrivate(settingsFile(home.path), JSON.stringify(settings));
}

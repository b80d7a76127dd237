// A database server on loopback, for `npm start` and for tests. One home folder holds its data, its
// operator's password and the port it had last; a start after any kind of crash takes it up again.
// What differs between PostgreSQL and MariaDB is in postgres.ts and mariadb.ts.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { failure } from "./failure.ts";
import { takeLock } from "./lock.ts";
import { freePort, isPortFree, loopback } from "./ports.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";
import { type DataMaker, prepareData } from "./server-data.ts";
import { dataFolder, type ServerHome, settleHome } from "./server-home.ts";
import {
  endLeftover,
  launchServer,
  logFile,
  type ServerKind,
  type ServerProcess,
  type ServerProgram,
} from "./server-process.ts";

/** Where a server is reached, and the login of its operator. */
export type ServerLogin = { host: string; port: number; user: string; password: string };

export type ServerOptions = {
  /** Holds everything the server keeps; made when missing. One process at a time may have it. */
  folder: string;
  /** For tests: nothing waits for the disk, and a machine that dies takes the data with it. */
  fast?: boolean;
  /** For tests: the folder of a stopped server, whose data and password a new one begins with. */
  copyOf?: string;
};

export type RunningServer = ServerLogin & {
  pid: number;
  /** Settles when the server has ended, asked or not; the value is its complaint, or "". */
  ended: Promise<string>;
  /** Ends sessions, writes everything to disk and waits for the process to go. */
  stop(): Promise<void>;
};

/** One engine in one home. The login that its data is made with is the operator's. */
export type ServerEngine = {
  kind: ServerKind;
  /** The operator's name. */
  user: string;
  /** Makes what a start needs in the home beside the data. */
  prepareHome?(): void;
  /** How data is made with this password, and judged. */
  dataWith(password: string): DataMaker;
  programAt(port: number): ServerProgram;
  /** Logs in and runs a statement; rejects with the driver's error. */
  logIn(login: ServerLogin): Promise<void>;
  isWrongPassword(error: unknown): boolean;
  /** Complaints that the next attempt may be spared. */
  passing: RegExp;
};

type Settings = { password: string; port: number | null };

const passwordBytes = 24;
const startAttempts = 5;
const retryAfterMs = 500;

/** Starts a server and waits until it lets its operator in; a failure says what to do. */
export async function startServer(
  { folder, copyOf }: ServerOptions,
  engineIn: (home: ServerHome) => ServerEngine,
): Promise<RunningServer> {
  const home = await settleHome(folder);
  const engine = engineIn(home);
  const attempt = takeLock(join(home.path, "launcher.lock"));
  if (!attempt.taken) {
    throw failure(
      `Process ${attempt.pid} already runs ${engine.kind.name} in ${folder}. Stop it first.`,
    );
  }
  try {
    const { login, server } = await startIn(home, engine, copyOf);
    const stop = () => server.stop().finally(attempt.release);
    return { ...login, pid: server.pid, ended: server.ended, stop };
  } catch (error) {
    attempt.release();
    throw error;
  }
}

async function startIn(
  home: ServerHome,
  engine: ServerEngine,
  copyOf: string | undefined,
): Promise<{ login: ServerLogin; server: ServerProcess }> {
  await endLeftover(dataFolder(home.path));
  const kept = readSettings(home.path);
  const copied = copyOf === undefined ? null : readSettings(copyOf);
  const password = (kept ?? copied)?.password ?? randomBytes(passwordBytes).toString("hex");
  // Before the data is made: a start killed in between must not leave data without its password.
  if (kept === null) keepSettings(home.path, { password, port: null });
  engine.prepareHome?.();
  await prepareData(home, engine.dataWith(password), copyOf);

  let wanted = kept?.port ?? null;
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted !== null && (await isPortFree(wanted)) ? wanted : await freePort();
    const server = launchServer(engine.kind, home, engine.programAt(port));
    if (await server.ready()) {
      const login = { host: loopback, port, user: engine.user, password };
      await checkLogin(home, engine, server, login);
      keepSettings(home.path, { password, port });
      return { login, server };
    }
    const complaint = await server.ended;
    // A port taken in the last moment, or a killed server that is still on its way out.
    if (attempt === startAttempts || !engine.passing.test(complaint)) {
      throw startFailure(home, engine, complaint);
    }
    wanted = null;
    await pause(retryAfterMs);
  }
}

async function checkLogin(
  home: ServerHome,
  engine: ServerEngine,
  server: ServerProcess,
  login: ServerLogin,
): Promise<void> {
  try {
    await engine.logIn(login);
  } catch (error) {
    await server.stop();
    if (engine.isWrongPassword(error)) {
      throw failure(
        `${settingsFile(home.path)} does not have the password of its data. Start empty: npm start -- --fresh`,
      );
    }
    throw startFailure(home, engine, error instanceof Error ? error.message : String(error));
  }
}

function startFailure(home: ServerHome, { kind }: ServerEngine, complaint: string): Error {
  return failure(
    `${kind.name} did not start: ${complaint || "it gave no reason"} (log: ${logFile(home)}). To start empty: npm start -- --fresh`,
  );
}

function settingsFile(home: string): string {
  return join(home, "settings.json");
}

function readSettings(home: string): Settings | null {
  const { password, port } = readJsonObject(settingsFile(home)) ?? {};
  if (typeof password !== "string") return null;
  return { password, port: typeof port === "number" ? port : null };
}

function keepSettings(home: string, settings: Settings): void {
  writePrivate(settingsFile(home), JSON.stringify(settings));
}

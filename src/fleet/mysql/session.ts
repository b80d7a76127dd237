import type { Connection, createConnection } from "mysql2";
import { within } from "../../lib/clock.ts";
import { Fault } from "../../lib/fault.ts";
import { AnswerTooBig } from "../answer-too-big.ts";
import type { Dial } from "../dial.ts";
import type { FleetServer } from "../fleet.ts";
import { eachMysqlRow, type MysqlEachAnswer, type TakeMysqlRows } from "./each-row.ts";

export type Rows = Record<string, unknown>[];

export type MysqlSession = {
  /** Runs statements, separated by semicolons; the rows of each that has any. */
  query(text: string, values?: readonly unknown[]): Promise<Rows[]>;
  /** Runs one statement and hands over its rows as they come. */
  each(text: string, take: TakeMysqlRows): Promise<MysqlEachAnswer>;
  close(): Promise<void>;
};

export type MysqlTarget = {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: string | null;
  /** How long an answer is waited for. */
  statementTimeoutMs: number;
  /** The server then takes no second statement behind a semicolon. */
  isSingleStatement?: boolean;
};

/** A session on the server with a login of a customer's. */
export function targetOn(
  server: FleetServer,
  login: Pick<MysqlTarget, "user" | "password" | "database" | "statementTimeoutMs">,
): MysqlTarget {
  const { host, port, tls } = server;
  return { host, port, tls, ...login };
}

/** A session on the server as the operator. */
export function adminTarget(server: FleetServer, statementTimeoutMs: number): MysqlTarget {
  const { adminUser: user, adminPassword: password } = server;
  return targetOn(server, { user, password, database: null, statementTimeoutMs });
}

/** Opens a session, with time-outs; the transport is the caller's choice. */
export type MysqlConnect = (target: MysqlTarget) => Promise<MysqlSession>;

/** A server that does not let us in within this is unreachable. */
const connectTimeoutMs = 5_000;
/** A session's end is worth this long a wait; the server ends it then by itself. */
const closePatienceMs = 2_000;

/** What the driver throws where the server said no. */
type DriverRefusal = { errno: number; sqlState: string; message: string };

function isDriverRefusal(error: unknown): error is DriverRefusal {
  return error instanceof Error && "sqlState" in error && typeof error.sqlState === "string";
}

/** Whether a session threw because the server said no; with a number, whether it said that. */
export function isRefusal(error: unknown, errno?: number): boolean {
  if (!(error instanceof Error && "errno" in error)) return false;
  return errno === undefined || error.errno === errno;
}

/**
 * The error as it goes on: `code` is the server's SQLSTATE, as with PostgreSQL; without one it is a
 * Fault `server_unreachable`. The driver's errors carry the statement, and the server's words a part
 * of it. Statements hold credentials, so neither goes on.
 */
function translated(error: unknown): Error {
  if (isDriverRefusal(error)) {
    const said = error.message.replace(/\bnear '[\s\S]*' at line/, "at line");
    return Object.assign(new Error(`${said} (${error.errno})`), {
      code: error.sqlState,
      errno: error.errno,
    });
  }
  const reason = error instanceof Error ? error.message : "";
  return new Fault("server_unreachable", reason || "the connection failed");
}

/** What the driver calls to upgrade a connection. Its types leave it out. */
type Upgradable = { startTLS(done: (error?: unknown) => void): void };

function upgradable(connection: Connection): Upgradable {
  // True for the pinned version of the driver; a server that asks for TLS is part of its tests.
  return connection as unknown as Upgradable;
}

/** Loaded when a server is first spoken to: a Worker starts without it. */
async function loadDriver(): Promise<typeof createConnection> {
  return (await import("mysql2")).createConnection;
}

/** MySQL sessions through mysql2 over the given way. */
export function mysqlConnect(dial: Dial): MysqlConnect {
  return async ({ host, port, tls, user, password, database, statementTimeoutMs, ...more }) => {
    const connect = await loadDriver();
    const { stream, startTls } = dial({ host, port, tls });
    const connection = connect({
      stream,
      user,
      password,
      ...(database === null ? {} : { database }),
      ...(tls ? { ssl: { rejectUnauthorized: true } } : {}),
      connectTimeout: connectTimeoutMs,
      multipleStatements: !more.isSingleStatement,
      // Workers may not make code out of text.
      disableEval: true,
      // A server may ask a client that offers it for files.
      flags: ["-LOCAL_FILES"],
      supportBigNumbers: true,
    });
    upgradable(connection).startTLS = (done) => {
      startTls().then(() => done(), done);
    };
    // Without a listener an error between statements would take the isolate's request down; the
    // next statement fails with it anyway.
    connection.on("error", () => {});
    const isClosed = new Promise<void>((resolve) => stream.once("close", () => resolve()));

    async function close(): Promise<void> {
      connection.end(() => {});
      // The server has let go of the session once it closes its side, and not before.
      await within(closePatienceMs, isClosed).catch(() => stream.destroy());
    }

    function run(sql: string, values: readonly unknown[] = []): Promise<Rows[]> {
      return new Promise((resolve, reject) => {
        connection.query({ sql, values: [...values] }, (error, answer, fields) =>
          error ? reject(error) : resolve(rowsOf(answer, fields)),
        );
      });
    }

    try {
      const opening = new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
      await within(connectTimeoutMs, opening);
    } catch (error) {
      stream.destroy();
      throw translated(error);
    }

    async function inTime<Value>(work: Promise<Value>): Promise<Value> {
      return await within(statementTimeoutMs, work).catch((error: unknown) => {
        if (error instanceof AnswerTooBig) throw error;
        if (!isDriverRefusal(error)) stream.destroy();
        throw translated(error);
      });
    }

    return {
      query: (text, values) => inTime(run(text, values)),
      each: (text, take) => inTime(eachMysqlRow(connection, stream, text, take)),
      close,
    };
  };
}

/** The rows of each statement that has any. Several statements come with a list of lists. */
function rowsOf(answer: unknown, fields: unknown): Rows[] {
  const isSeveral =
    Array.isArray(fields) && fields.every((each) => each === undefined || Array.isArray(each));
  const answers: unknown[] = isSeveral && Array.isArray(answer) ? answer : [answer];
  return answers.filter((each): each is Rows => Array.isArray(each));
}

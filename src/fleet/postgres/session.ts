import type { FleetServer, Transport } from "../fleet.ts";

/** A session on a PostgreSQL server, whichever transport carries it. */
export type PostgresSession = {
  /** Runs one statement, or without values several in one transaction; the rows of the last. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Runs several statements in one round trip and throws away their rows. `onDone` is told of each
   * as it is done, by its command tag; the first that fails ends all and is thrown.
   */
  script(text: string, onDone: (tag: string) => void): Promise<void>;
  /** Runs one statement by the extended protocol, which takes no second, and hands over its rows. */
  each(text: string, take: TakePostgresRows): Promise<PostgresEachAnswer>;
  close(): Promise<void>;
};

/** What becomes of rows as they come in: as the server's text, one at a time. */
export type TakePostgresRows = {
  onRow(values: (string | null)[]): void;
  /** An answer of more bytes ends the session and is an `AnswerTooBig`. */
  bytesMax: number;
};

export type PostgresEachAnswer = {
  fields: { name: string; typeId: number }[];
  /** The command tag: what the server says it did, for example `SELECT 5`. */
  tag: string;
};

/** `INSERT 0 5` and `UPDATE 5` end in the number of rows; `CREATE TABLE` has none. */
export function rowsOfTag(tag: string): number | null {
  const rows = / (\d+)$/.exec(tag)?.[1];
  return rows === undefined ? null : Number(rows);
}

export type PostgresTarget = {
  transport: Transport;
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: string;
  /** The server ends a statement that takes longer. */
  statementTimeoutMs: number;
};

/** Opens a session, with time-outs. */
export type PostgresConnect = (target: PostgresTarget) => Promise<PostgresSession>;

/** Opens a session by the target's transport. */
export function connectBy(connects: Record<Transport, PostgresConnect>): PostgresConnect {
  return (target) => connects[target.transport](target);
}

/** A session on the server with a login of a customer's. */
export function targetOn(
  server: FleetServer,
  login: Pick<PostgresTarget, "user" | "password" | "database" | "statementTimeoutMs">,
): PostgresTarget {
  const { transport, host, port, tls } = server;
  return { transport, host, port, tls, ...login };
}

/** A session on the server as the operator. */
export function adminTarget(
  server: FleetServer,
  database: string,
  statementTimeoutMs: number,
): PostgresTarget {
  const { adminUser: user, adminPassword: password } = server;
  return targetOn(server, { user, password, database, statementTimeoutMs });
}

import type { EngineName, FleetServer, Tenant } from "./fleet.ts";

/**
 * The port through which one checked statement of a question runs in a customer's database, inside
 * the fence: reads as the database's reader in a read-only transaction, changes as its login. A
 * server that cannot be reached is a Fault `server_unreachable`; what it refuses is its own error,
 * with an SQLSTATE.
 */
export type QuestionLimits = {
  rowsMax: number;
  /** Of the answer as JSON. */
  bytesMax: number;
  timeoutMs: number;
};

/** A value as JSON has it. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

export type ReadAnswer = {
  columns: string[];
  /** As many as the limits allow. */
  rows: JsonValue[][];
  /** There was more. */
  isTruncated: boolean;
};

export type ReaderSession = {
  /** One statement of our own, with bound parameters; few and small rows. */
  rows(sql: string, params: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Has the server plan a statement without running it. Throws what it says no with. */
  explain(sql: string, schemas: readonly string[], limits: QuestionLimits): Promise<void>;
  /** Runs a statement of a question. `schemas`: where names without one are looked for. */
  read(sql: string, schemas: readonly string[], limits: QuestionLimits): Promise<ReadAnswer>;
  close(): Promise<void>;
};

type ChangeOutcome = { affectedRows: number /** False: rolled back. */; isKept: boolean };

export type QuestionRunner = {
  openReader(
    server: FleetServer,
    tenant: Tenant,
    reader: { password: string },
    timeoutMs: number,
  ): Promise<ReaderSession>;
  /** Runs a change of rows; one of more rows than `affectedMax` is undone. */
  change(
    server: FleetServer,
    tenant: Tenant,
    sql: string,
    schemas: readonly string[],
    limits: { affectedMax: number | null; timeoutMs: number },
  ): Promise<ChangeOutcome>;
  /** Runs a change of objects. PostgreSQL does all or nothing of it. */
  define(
    server: FleetServer,
    tenant: Tenant,
    sql: string,
    schemas: readonly string[],
    timeoutMs: number,
  ): Promise<void>;
};

export type QuestionRunners = Record<EngineName, QuestionRunner>;

/** A statement waits so long for a lock that somebody else holds. */
export const questionLockTimeoutMs = 1_000;

/**
 * What a server may send for one statement: above what is kept of it, for it is sent as rows come
 * and bounds what is in memory.
 */
export function answerBytesMax(limits: QuestionLimits): number {
  return 4 * limits.bytesMax + 1024 * 1024;
}

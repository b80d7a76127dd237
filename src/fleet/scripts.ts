import type { EngineName, FleetServer, Tenant } from "./fleet.ts";

/**
 * The port through which a script runs in a customer's database, as the customer's own login: what
 * that login may not do, no script may. A server that cannot be reached is a Fault
 * `server_unreachable`; what it refuses is its own error, with an SQLSTATE.
 */
export type ScriptSession = {
  /** Whether all of the script is one transaction. */
  isTransaction: boolean;
  /**
   * Makes ready. Returns what a later runner can find out by what became of the changes, where the
   * engine can tell.
   */
  begin(): Promise<string | null>;
  /**
   * Runs statements in order and tells of each that is done, with the rows it touched. Throws what
   * the first one that failed was refused with.
   */
  run(statements: readonly ScriptStatement[], onDone: (rows: number | null) => void): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
};

export type ScriptStatement = {
  text: string;
  /** It may change settings, so ours are to be set again after it. */
  mayChangeSettings: boolean;
};

/** A rehearsal cannot begin, for something of the database cannot be made a second time. */
export class CannotRehearse extends Error {
  override name = "CannotRehearse";
}

/** What became of changes; `unknown`: the server does not remember. */
type Fate = "kept" | "undone" | "unknown";

export type ScriptRunner = {
  /**
   * A session on the database itself, or for a rehearsal where nothing that it does stays. Throws
   * `CannotRehearse` when there can be no such place.
   */
  open(server: FleetServer, tenant: Tenant, isRehearsal: boolean): Promise<ScriptSession>;
  /**
   * Ends what a dead runner left at work, and says what became of it. What a script left in a database
   * that nobody was given yet may be undone for it.
   */
  settle(
    server: FleetServer,
    tenant: Tenant,
    checkpoint: string,
    of: { isRehearsal: boolean; isForCreation: boolean },
  ): Promise<Fate>;
};

export type Scripts = Record<EngineName, ScriptRunner>;

/** A statement waits so long for a lock that somebody else holds. */
export const lockTimeoutMs = 5_000;
/** A statement may take so long. */
export const scriptStatementTimeoutMs = 120_000;

import type { Store } from "../../../db/client.ts";
import { type Clock, secondMs } from "../../../lib/clock.ts";
import { recordProgress, type TakenApplication } from "./run-store.ts";
import type { LogEntry } from "./store.ts";

/** The journal could not be written, which says nothing of the customer's server. */
export class JournalError extends Error {}

/** Another runner has the application now: this one must stop and leave everything. */
export class LeaseLost extends JournalError {}

/**
 * What an application has done so far, written to the store as it goes: at most a few times a second,
 * one write at a time, and each write prolongs the lease.
 */
export type Journal = {
  add(entry: LogEntry): void;
  /** Statements that were done. */
  succeeded(): number;
  /** The number of the last statement with an entry. */
  last(): number;
  /** Writes now; throws a `JournalError`. */
  write(more: { checkpoint?: string }): Promise<void>;
  /** Writes in the background, if that is due. Throws what an earlier such write met. */
  writeSoon(): void;
  /** Ends the background writes; the entries that are not written yet. */
  stop(): Promise<LogEntry[]>;
};

const writeEveryMs = 200;
const renewEveryMs = 10 * secondMs;

export function createJournal(
  deps: { store: Store; clock: Clock },
  application: TakenApplication,
  leaseEnd: () => Date,
): Journal {
  let waiting: LogEntry[] = [];
  let succeeded = 0;
  let last = 0;
  let writtenAtMs = deps.clock();
  let failure: unknown = null;
  let writing: Promise<void> = Promise.resolve();
  let isBusy = false;

  function write(more: { checkpoint?: string }): Promise<void> {
    const entries = waiting;
    waiting = [];
    writtenAtMs = deps.clock();
    isBusy = true;
    writing = writing.then(async () => {
      if (failure) throw failure;
      const progress = { succeeded, entries, ...more };
      const isHeld = await recordProgress(deps.store, application, progress, leaseEnd()).catch(
        (cause: unknown) => {
          throw new JournalError("The progress could not be recorded", { cause });
        },
      );
      if (!isHeld) throw new LeaseLost("The lease was lost");
      isBusy = false;
    });
    writing.catch((error: unknown) => {
      failure ??= error;
    });
    return writing;
  }

  const renewal = setInterval(() => {
    if (!isBusy) void write({});
  }, renewEveryMs);

  return {
    add(entry) {
      waiting.push(entry);
      last = entry.statement;
      if (entry.outcome === "done") succeeded += 1;
    },
    succeeded: () => succeeded,
    last: () => last,
    write,
    writeSoon() {
      if (failure) throw failure;
      if (!isBusy && deps.clock() - writtenAtMs >= writeEveryMs) void write({});
    },
    async stop() {
      clearInterval(renewal);
      await writing.catch(() => {});
      const left = waiting;
      waiting = [];
      return left;
    },
  };
}

import type { Store } from "../../../db/client.ts";
import { type Clock, secondMs } from "../../../lib/clock.ts";
import { recordProgress, type TakenApplication } from "./run-store.ts";
import type { LogEntry } from "./store.ts";

/** Another runner has the application now: this one must stop and leave everything. */
export class LeaseLost extends Error {}

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
  /** Writes now; throws `LeaseLost`. */
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
      if (!(await recordProgress(deps.store, application, progress, leaseEnd()))) {
        throw new LeaseLost();
      }
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

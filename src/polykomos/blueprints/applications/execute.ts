import type { Store } from "../../../db/client.ts";
import { sqlState } from "../../../db/errors.ts";
import type { ScriptSession } from "../../../fleet/scripts.ts";
import { type Clock, minuteMs } from "../../../lib/clock.ts";
import { Fault } from "../../../lib/fault.ts";
import { errorText } from "../../../lib/kept-text.ts";
import { groupsOf, type NumberedStatement } from "./groups.ts";
import { createJournal, type Journal, JournalError } from "./journal.ts";
import type { End, TakenApplication } from "./run-store.ts";
import type { Statement } from "./statements.ts";

/** The statements of one application, one group after the other, each with its line in the log. */
export type ExecuteDeps = {
  store: Store;
  clock: Clock;
  /** When the runner's lease runs out if it is taken now. */
  leaseEnd(): Date;
};

const applicationMaxMs = 10 * minuteMs;
/** Characters kept of what a server says of a statement, and of the whole application. */
const noteCharsMax = 1_000;
const errorMessageCharsMax = 2_000;

/** What the log tells of a statement, whatever became of it. */
export function describe(
  piece: { line: number; kind: string; target: string | null },
  statement: number,
) {
  return { statement, line: piece.line, kind: piece.kind, target: piece.target };
}

/** The end of an application all of whose statements are done. */
export function completed(succeeded: number): End {
  const none = { entries: [], errorCode: null, errorMessage: null };
  return { status: "completed", succeeded, failed: 0, ...none };
}

/** A statement that the server refused, or one too many for the time that there is. */
class Refused extends Error {}

/**
 * Runs the statements of an application in a session, with its journal, and ends the session's
 * transaction. Answers how it ended; throws what is no refusal of the server's.
 */
export async function runStatements(
  deps: ExecuteDeps,
  application: TakenApplication,
  session: ScriptSession,
  statements: readonly Statement[],
): Promise<End> {
  const journal = createJournal(deps, application, deps.leaseEnd);
  // Not by the clock: that may be put right meanwhile, by any amount.
  let isTooLong = false;
  const limit = setTimeout(() => {
    isTooLong = true;
    // A transaction that is cut off leaves nothing; of other statements the end is waited for.
    if (session.isTransaction) void session.close();
  }, applicationMaxMs);
  try {
    const transaction = await session.begin();
    if (transaction !== null) await journal.write({ checkpoint: transaction });
    for (const group of groupsOf(statements, session.isTransaction)) {
      const last = group.at(-1)?.number ?? 0;
      if (!session.isTransaction) await journal.write({ checkpoint: String(last) });
      await runGroup(deps, application, session, group, journal);
      if (isTooLong) throw new Refused(tooLong);
      journal.writeSoon();
    }
    await journal.write({});
    if (isTooLong) throw new Refused(tooLong);
    // What is being committed is not cut off any more: only the server would know what became of it.
    clearTimeout(limit);
    if (application.isDryRun) await session.rollback();
    else await session.commit();
    return completed(journal.succeeded());
  } catch (error) {
    if (error instanceof JournalError) throw error;
    const reason = isTooLong && session.isTransaction ? new Refused(tooLong) : error;
    if (!(reason instanceof Refused) && !isRefusal(reason, session)) throw error;
    await session.rollback().catch(() => {});
    const isUndone = session.isTransaction || application.isDryRun || journal.succeeded() === 0;
    return {
      status: isUndone ? "rolled_back" : "failed",
      succeeded: journal.succeeded(),
      failed: 1,
      entries: await journal.stop(),
      errorCode: sqlState(reason) ?? "failed",
      errorMessage: errorText(reason, errorMessageCharsMax),
    };
  } finally {
    clearTimeout(limit);
    await journal.stop();
  }
}

const tooLong = `An application may take ${applicationMaxMs / minuteMs} minutes`;

/** Runs a group, each statement with its entry in the journal. */
async function runGroup(
  deps: ExecuteDeps,
  application: TakenApplication,
  session: ScriptSession,
  group: readonly NumberedStatement[],
  journal: Journal,
): Promise<void> {
  const isSkipped = (each: Statement) => application.isDryRun && each.outlivesRollback === true;
  const toRun = group.filter((each) => !isSkipped(each));
  let done = 0;
  let lastMs = deps.clock();

  /** Milliseconds since the statement before. */
  function lap(): number {
    const startedMs = lastMs;
    lastMs = deps.clock();
    return lastMs - startedMs;
  }

  /** Notes the statements before a number that were left out. */
  function noteSkipped(before: number): void {
    const note = "its effect would outlive the rehearsal, so it was not run";
    const skipped = group.filter(
      (each) => isSkipped(each) && each.number < before && each.number > journal.last(),
    );
    for (const each of skipped) {
      const what = describe(each, each.number);
      journal.add({ ...what, outcome: "not_rehearsed", rows: null, ms: 0, note });
    }
  }

  try {
    const asked = toRun.map(({ text, kind }) => ({
      text,
      mayChangeSettings: settingKinds.has(kind),
    }));
    await session.run(asked, (rows) => {
      const statement = toRun[done++];
      if (!statement) return;
      noteSkipped(statement.number);
      const what = describe(statement, statement.number);
      journal.add({ ...what, outcome: "done", rows, ms: lap() });
    });
    noteSkipped(Number.POSITIVE_INFINITY);
  } catch (error) {
    const statement = toRun[done];
    if (!isRefusal(error, session) || !statement) throw error;
    noteSkipped(statement.number);
    const note = errorText(error, noteCharsMax);
    const what = describe(statement, statement.number);
    journal.add({ ...what, outcome: "failed", rows: null, ms: lap(), note });
    const place = `Statement ${statement.number} of ${application.statementsTotal}`;
    const refused = new Refused(`${place} (line ${statement.line}): ${note}`);
    throw Object.assign(refused, { code: sqlState(error) });
  }
}

/** What can set a setting: SET itself, and what may call set_config. */
const settingKinds = new Set(["set", "select", "do", "call", "explain"]);

/** Connection lost, resources short, shutting down, or a deadlock: trying again may work. */
const againStates = /^(08|53|57P|40001|40P01)/;

/** Whether the server said no for good. Where statements are permanent nothing can be tried again. */
function isRefusal(error: unknown, session: ScriptSession): boolean {
  const state = sqlState(error);
  if (state === null || error instanceof Fault) return false;
  return !session.isTransaction || !againStates.test(state);
}

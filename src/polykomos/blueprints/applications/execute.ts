import type { Store } from "../../../db/client.ts";
import { sqlState } from "../../../db/errors.ts";
import type { ScriptSession } from "../../../fleet/scripts.ts";
import { type Clock, minuteMs } from "../../../lib/clock.ts";
import { Fault } from "../../../lib/fault.ts";
import { scrub } from "../../../lib/log.ts";
import { groupsOf } from "./groups.ts";
import { createJournal, LeaseLost } from "./journal.ts";
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

/** What the log tells of a statement, whatever became of it. */
export function describe(
  piece: { line: number; kind: string; target: string | null },
  statement: number,
) {
  return { statement, line: piece.line, kind: piece.kind, target: piece.target };
}

/** A statement that the server refused. */
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
    if (application.isDryRun) await session.rollback();
    else await session.commit();
  } catch (error) {
    const isOver = error instanceof Refused || isRefusal(error, session);
    if (!isOver || error instanceof LeaseLost) throw error;
    await session.rollback().catch(() => {});
    const isUndone = session.isTransaction || application.isDryRun;
    const status = isUndone || journal.succeeded() === 0 ? "rolled_back" : "failed";
    const entries = journal.stop();
    const errorMessage = scrub(error instanceof Error ? error.message : String(error));
    return {
      status,
      succeeded: journal.succeeded(),
      failed: 1,
      entries: await entries,
      errorCode: sqlState(error) ?? "failed",
      errorMessage: errorMessage.slice(0, 2_000),
    };
  } finally {
    clearTimeout(limit);
    await journal.stop();
  }
  const succeeded = journal.succeeded();
  const fine = { succeeded, failed: 0, entries: [], errorCode: null, errorMessage: null };
  return { status: "completed", ...fine };
}

const tooLong = `An application may take ${applicationMaxMs / minuteMs} minutes`;

type Numbered = Statement & { number: number };

/** Runs a group, each statement with its entry in the journal. */
async function runGroup(
  deps: ExecuteDeps,
  application: TakenApplication,
  session: ScriptSession,
  group: readonly Numbered[],
  journal: ReturnType<typeof createJournal>,
): Promise<void> {
  const toRun = group.filter((each) => !(application.isDryRun && each.outlivesRollback));
  let done = 0;
  let lastMs = deps.clock();
  const skipTo = (number: number) => {
    for (const each of group) {
      const isSkipped = application.isDryRun && each.outlivesRollback;
      if (isSkipped && each.number < number && each.number > journal.last()) {
        const note = "its effect would outlive the rehearsal, so it was not run";
        journal.add({
          ...describe(each, each.number),
          outcome: "not_rehearsed",
          rows: null,
          ms: 0,
          note,
        });
      }
    }
  };
  try {
    const asked = toRun.map(({ text, kind }) => ({
      text,
      mayChangeSettings: settingKinds.has(kind),
    }));
    await session.run(asked, (rows) => {
      const statement = toRun[done++];
      if (!statement) return;
      skipTo(statement.number);
      const nowMs = deps.clock();
      const ms = nowMs - lastMs;
      lastMs = nowMs;
      journal.add({ ...describe(statement, statement.number), outcome: "done", rows, ms });
    });
    skipTo(Number.POSITIVE_INFINITY);
  } catch (error) {
    const statement = toRun[done];
    if (!isRefusal(error, session) || !statement) throw error;
    skipTo(statement.number);
    const note = scrub(error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    const ms = deps.clock() - lastMs;
    journal.add({
      ...describe(statement, statement.number),
      outcome: "failed",
      rows: null,
      ms,
      note,
    });
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

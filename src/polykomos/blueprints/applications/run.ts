import type { Store } from "../../../db/client.ts";
import { CannotRehearse, type ScriptSession, type Scripts } from "../../../fleet/scripts.ts";
import { type Clock, minuteMs, secondMs } from "../../../lib/clock.ts";
import { Fault } from "../../../lib/fault.ts";
import { newUuid } from "../../../lib/ids.ts";
import type { InFlight } from "../../../lib/in-flight.ts";
import type { Log } from "../../../lib/log.ts";
import type { Sealer } from "../../../lib/sealed.ts";
import { openPlace, type Place } from "../../databases/place.ts";
import type { Plans } from "../../databases/plans.ts";
import type { Values } from "../sql/variables.ts";
import { completed, describe, runStatements } from "./execute.ts";
import { LeaseLost } from "./journal.ts";
import * as store from "./run-store.ts";
import { ChangedStatement, type Statement, writeStatements } from "./statements.ts";
import type { LogEntry } from "./store.ts";

/**
 * Runs applications. Any number of runners may be told of one; its lease lets one of them work.
 * PostgreSQL holds all changes in one transaction, whose id is recorded before anything is changed:
 * whoever takes over after a crash asks the server what became of it. MySQL makes each statement
 * permanent, so what is begun is recorded before it runs, and a crash is never followed by a second
 * try, but on a database that is still being created: that one is emptied first.
 */
export type ApplicationRunDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  plans: Plans;
  scripts: Scripts;
  /** Tells the queue of applications. A lost message is found by the sweep. */
  announceApplications(ids: readonly number[], delaySeconds?: number): Promise<void>;
  /** Bounds what this isolate runs at once: a script and its log are in memory. */
  applicationsInFlight: InFlight;
};

/** What a runner that died leaves undone is taken up after this. */
const leaseSeconds = 30;
const attemptsMax = 8;
/** A runner goes on with what waits for so long; the queue ends an invocation after a quarter hour. */
const runnerMaxMs = 5 * minuteMs;

/** What values are sealed for; the same before and after a database is known. */
export function variablesContext(blueprintId: number): string {
  return `blueprint-variables:${blueprintId}`;
}

function lease(deps: ApplicationRunDeps): { token: string; until: Date } {
  return { token: newUuid(), until: leaseEnd(deps) };
}

function leaseEnd(deps: { clock: Clock }): Date {
  return new Date(deps.clock() + leaseSeconds * secondMs);
}

/** Runs one application if it is due and free, then what waits: first behind it, then elsewhere. */
export async function runApplications(deps: ApplicationRunDeps, id: number): Promise<void> {
  const startedAtMs = deps.clock();
  let next: number | null = id;
  while (next !== null) {
    if (deps.clock() - startedAtMs > runnerMaxMs) {
      await deps.announceApplications([next]);
      return;
    }
    const now = new Date(deps.clock());
    const taken: store.TakenApplication | null = await store.takeApplication(
      deps.store,
      next,
      lease(deps),
      now,
    );
    if (taken) await runHeld(deps, taken);
    else if (next !== id) return;
    const later = new Date(deps.clock());
    next =
      (taken && (await store.nextApplication(deps.store, taken.database.id, later))) ??
      (await store.nextApplication(deps.store, null, later));
  }
}

/**
 * Runs the application that belongs to a database's creation, if it has not ended yet. Throws a Fault
 * `blueprint_failed` when it could not be applied, and another error when it can be tried again.
 */
export async function applyAtCreation(deps: ApplicationRunDeps, databaseId: number): Promise<void> {
  const known = await store.findForCreation(deps.store, databaseId);
  if (!known) return;
  const now = new Date(deps.clock());
  const taken = await store.takeApplication(deps.store, known.id, lease(deps), now, true);
  if (taken) await runHeld(deps, taken);
  const ended = await store.findForCreation(deps.store, databaseId);
  if (ended?.status === "completed") return;
  const reason = ended?.errorMessage ?? "it has not ended yet";
  // It was put off, which only a server that serves badly is the cause of.
  if (ended?.status === "pending" || ended?.status === "running") {
    throw new Fault("server_unreachable", reason);
  }
  throw new Fault("blueprint_failed", reason);
}

/** Whether changes may have been made that nothing is known of. */
type Doubt = { isBegun: boolean };

async function runHeld(deps: ApplicationRunDeps, application: store.TakenApplication) {
  const doubt: Doubt = { isBegun: application.checkpoint !== null };
  try {
    await runOnce(deps, application, doubt);
  } catch (error) {
    if (error instanceof LeaseLost) {
      deps.log.warn("application_lease_lost", { application: application.id });
      return;
    }
    await recordTrouble(deps, application, doubt, error);
  }
}

async function finish(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  end: store.End,
): Promise<void> {
  const nowMs = deps.clock();
  const durationMs = Math.max(0, nowMs - Date.parse(application.startedAt));
  const ending = { ...end, durationMs };
  await store.finishApplication(deps.store, application, ending, new Date(nowMs));
}

async function runOnce(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  doubt: Doubt,
): Promise<void> {
  if (application.isDatabaseGone) {
    const errorMessage = "The database was deleted before its turn came";
    return await finish(deps, application, nothingDone("database_deleted", errorMessage));
  }
  const places = await openPlace(deps, application);
  if (doubt.isBegun && (await resolveEarlier(deps, application, places))) return;
  doubt.isBegun = false;
  let statements: Statement[];
  try {
    const values = await openValues(deps, application);
    statements = await writeStatements(application.server.engine, application, values);
  } catch (error) {
    if (!(error instanceof ChangedStatement)) throw error;
    const message = `Statement ${error.statement}: ${error.message}`;
    return await finish(deps, application, nothingDone("variables_change_statements", message));
  }
  const scripts = deps.scripts[application.server.engine];
  const { isDryRun } = application;
  let session: ScriptSession;
  try {
    session = await scripts.open(places.server, places.tenant, isDryRun);
  } catch (error) {
    if (!(error instanceof CannotRehearse)) throw error;
    return await finish(deps, application, nothingDone("cannot_rehearse", error.message));
  }
  doubt.isBegun = true;
  if (isDryRun) {
    // What it was rehearsed in goes before its end is recorded: nobody would look for it afterwards.
    const end = await runIn(deps, application, session, statements).finally(() => session.close());
    return await finish(deps, application, end);
  }
  try {
    await finish(deps, application, await runIn(deps, application, session, statements));
  } finally {
    await session.close();
  }
}

async function runIn(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  session: ScriptSession,
  statements: readonly Statement[],
): Promise<store.End> {
  const execute = { store: deps.store, clock: deps.clock, leaseEnd: () => leaseEnd(deps) };
  const end = await runStatements(execute, application, session, statements);
  return application.database.isOverLimit ? tellOfLimit(end) : end;
}

/** MySQL says of a write over the limit that the login lacks the right; the owner is told why. */
function tellOfLimit(end: store.End): store.End {
  if (end.status === "completed" || end.errorMessage === null) return end;
  const why = "the database is over its storage limit, so its server refuses writes";
  return {
    ...end,
    errorCode: "storage_limit_exceeded",
    errorMessage: `${end.errorMessage}; ${why}`,
  };
}

function nothingDone(errorCode: string, errorMessage: string): store.End {
  const counts = { succeeded: 0, failed: 0, entries: [] };
  return { status: "rolled_back", ...counts, errorCode, errorMessage };
}

async function openValues(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
): Promise<Values> {
  const context = variablesContext(application.blueprintId);
  return JSON.parse(await deps.sealer.open(application.variablesSealed, context));
}

/** What a dead runner left. True: it is settled, and nothing is to be run. */
async function resolveEarlier(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  { server, tenant }: Place,
): Promise<boolean> {
  const checkpoint = application.checkpoint ?? "";
  const scripts = deps.scripts[application.server.engine];
  const { isDryRun: isRehearsal, isForCreation } = application;
  const of = { isRehearsal, isForCreation };
  const fate = await scripts.settle(server, tenant, checkpoint, of);
  switch (fate) {
    case "undone":
      if (!(await store.clearProgress(deps.store, application)))
        throw new LeaseLost("The lease was lost");
      return false;
    case "kept":
      await finish(deps, application, completed(application.statementsTotal));
      return true;
    case "unknown":
      await finish(deps, application, interrupted(application, checkpoint));
      return true;
  }
}

/** MySQL: up to the checkpoint statements were begun; those after the last that is logged may be done. */
function interrupted(application: store.TakenApplication, checkpoint: string): store.End {
  const begun = application.server.engine === "mysql" ? Number(checkpoint) : 0;
  const succeeded = application.statementsSucceeded;
  const entries = application.pieces.slice(succeeded, begun).map(
    (piece, index): LogEntry => ({
      ...describe(piece, succeeded + index + 1),
      outcome: "unknown",
      rows: null,
      ms: 0,
      note: "it was interrupted: look whether it took effect",
    }),
  );
  return {
    status: "failed",
    succeeded,
    failed: 0,
    entries,
    errorCode: "interrupted",
    errorMessage: "The application was interrupted and cannot be continued",
  };
}

async function recordTrouble(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  { isBegun }: Doubt,
  error: unknown,
): Promise<void> {
  const facts = { application: application.id, attempts: application.attempts };
  // Only the server can tell what became of what was begun, so it is asked for as long as it takes.
  if (isBegun || application.attempts < attemptsMax) {
    deps.log.warn("application_postponed", { ...facts, error });
    const delaySeconds = Math.min(60, 2 ** Math.min(application.attempts - 1, 10));
    const notBefore = new Date(deps.clock() + delaySeconds * secondMs);
    await store.postponeApplication(deps.store, application, notBefore);
    await deps.announceApplications([application.id], delaySeconds);
    return;
  }
  deps.log.error("application_given_up", { ...facts, error });
  const errorMessage = "The database server could not be reached, or did not let the login in";
  await finish(deps, application, nothingDone("server_unreachable", errorMessage));
}

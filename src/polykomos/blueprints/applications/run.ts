import type { Store } from "../../../db/client.ts";
import { sqlState } from "../../../db/errors.ts";
import type { FleetServer, Tenant } from "../../../fleet/fleet.ts";
import type { ScriptSession, Scripts } from "../../../fleet/scripts.ts";
import { type Clock, minuteMs, secondMs } from "../../../lib/clock.ts";
import { Fault } from "../../../lib/fault.ts";
import { newUuid } from "../../../lib/ids.ts";
import type { InFlight } from "../../../lib/in-flight.ts";
import { type Log, scrub } from "../../../lib/log.ts";
import type { Sealer } from "../../../lib/sealed.ts";
import { connectionLimitOf, type Plans } from "../../databases/plans.ts";
import { databasePasswordContext, serverPasswordContext } from "../../operations/run.ts";
import type { Values } from "../sql/variables.ts";
import { groupsOf } from "./groups.ts";
import { createJournal, LeaseLost } from "./journal.ts";
import { ChangedStatement, type Statement, writeStatements } from "./statements.ts";
import * as store from "./store.ts";

/**
 * Runs applications. Any number of runners may be told of one; its lease lets one of them work.
 * PostgreSQL holds all changes in one transaction, whose id is recorded before anything is changed:
 * whoever takes over after a crash asks the server what became of it. MySQL makes each statement
 * permanent, so what is begun is recorded before it runs, and a crash is never followed by a second
 * try.
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
const applicationMaxMs = 10 * minuteMs;

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
  if (ended?.status === "pending" || ended?.status === "running") throw new Error(reason);
  throw new Fault("blueprint_failed", reason);
}

async function runHeld(deps: ApplicationRunDeps, application: store.TakenApplication) {
  try {
    await runOnce(deps, application);
  } catch (error) {
    if (error instanceof LeaseLost) {
      deps.log.warn("application_lease_lost", { application: application.id });
      return;
    }
    await recordTrouble(deps, application, error);
  }
}

type Places = { server: FleetServer; tenant: Tenant };

async function placesOf(
  deps: ApplicationRunDeps,
  { database, server }: store.TakenApplication,
): Promise<Places> {
  const [password, adminPassword] = await Promise.all([
    deps.sealer.open(database.passwordSealed, databasePasswordContext(database.uuid)),
    deps.sealer.open(server.adminPasswordSealed, serverPasswordContext(server.name)),
  ]);
  const { adminPasswordSealed: _, ...place } = server;
  const caps = deps.plans[database.plan ?? "free"];
  return {
    server: { ...place, adminPassword },
    tenant: {
      databaseId: database.id,
      uuid: database.uuid,
      dbName: database.dbName,
      password,
      connectionLimit: connectionLimitOf(database.connectionHardLimit, caps),
      advertisedHost: database.advertisedHost,
    },
  };
}

type End = Omit<store.Ending, "durationMs">;

async function finish(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  end: End,
): Promise<void> {
  const nowMs = deps.clock();
  const durationMs = Math.max(0, nowMs - Date.parse(application.startedAt));
  const ending = { ...end, durationMs };
  await store.finishApplication(deps.store, application, ending, new Date(nowMs));
}

async function runOnce(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
): Promise<void> {
  if (application.isDatabaseGone) {
    const errorMessage = "The database was deleted before its turn came";
    return await finish(deps, application, nothingDone("database_deleted", errorMessage));
  }
  const places = await placesOf(deps, application);
  if (application.checkpoint !== null && (await resolveEarlier(deps, application, places))) return;
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
  const session = await scripts.open(places.server, places.tenant, application.isDryRun);
  try {
    await runStatements(deps, application, session, statements);
  } finally {
    await session.close();
  }
}

function nothingDone(errorCode: string, errorMessage: string): End {
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
  { server, tenant }: Places,
): Promise<boolean> {
  const checkpoint = application.checkpoint ?? "";
  const scripts = deps.scripts[application.server.engine];
  const fate = await scripts.settle(server, tenant, checkpoint, application.isDryRun);
  switch (fate) {
    case "undone":
      if (!(await store.clearProgress(deps.store, application))) throw new LeaseLost();
      return false;
    case "kept": {
      const succeeded = application.statementsTotal;
      const fine = { succeeded, failed: 0, entries: [], errorCode: null, errorMessage: null };
      await finish(deps, application, { status: "completed", ...fine });
      return true;
    }
    case "unknown":
      await finish(deps, application, interrupted(application, checkpoint));
      return true;
  }
}

/** MySQL: up to the checkpoint statements were begun; those after the last that is logged may be done. */
function interrupted(application: store.TakenApplication, checkpoint: string): End {
  const begun = application.server.engine === "mysql" ? Number(checkpoint) : 0;
  const succeeded = application.statementsSucceeded;
  const entries = application.pieces.slice(succeeded, begun).map(
    (piece, index): store.LogEntry => ({
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

function describe(piece: { line: number; kind: string; target: string | null }, statement: number) {
  return { statement, line: piece.line, kind: piece.kind, target: piece.target };
}

/** A statement that the server refused. */
class Refused extends Error {}

async function runStatements(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  session: ScriptSession,
  statements: readonly Statement[],
): Promise<void> {
  const journal = createJournal(deps, application, () => leaseEnd(deps));
  const deadlineMs = deps.clock() + applicationMaxMs;
  try {
    const transaction = await session.begin();
    if (transaction !== null) await journal.write({ checkpoint: transaction });
    for (const group of groupsOf(statements, session.isTransaction)) {
      const last = group.at(-1)?.number ?? 0;
      if (!session.isTransaction) await journal.write({ checkpoint: String(last) });
      await runGroup(deps, application, session, group, journal);
      if (deps.clock() > deadlineMs) throw new Refused(tooLong);
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
    return await finish(deps, application, {
      status,
      succeeded: journal.succeeded(),
      failed: 1,
      entries: await entries,
      errorCode: sqlState(error) ?? "failed",
      errorMessage: errorMessage.slice(0, 2_000),
    });
  } finally {
    await journal.stop();
  }
  const succeeded = journal.succeeded();
  const fine = { succeeded, failed: 0, entries: [], errorCode: null, errorMessage: null };
  await finish(deps, application, { status: "completed", ...fine });
}

const tooLong = `An application may take ${applicationMaxMs / minuteMs} minutes`;

type Numbered = Statement & { number: number };

/** Runs a group, each statement with its entry in the journal. */
async function runGroup(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
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

async function recordTrouble(
  deps: ApplicationRunDeps,
  application: store.TakenApplication,
  error: unknown,
): Promise<void> {
  const facts = { application: application.id, attempts: application.attempts };
  if (application.attempts < attemptsMax) {
    deps.log.warn("application_postponed", { ...facts, error });
    const delaySeconds = Math.min(60, 2 ** (application.attempts - 1));
    const notBefore = new Date(deps.clock() + delaySeconds * secondMs);
    await store.postponeApplication(deps.store, application, notBefore);
    await deps.announceApplications([application.id], delaySeconds);
    return;
  }
  deps.log.error("application_given_up", { ...facts, error });
  const errorMessage = "The database server could not be reached, or did not let the login in";
  const end = nothingDone("server_unreachable", errorMessage);
  const isKnown = application.checkpoint === null;
  await finish(deps, application, isKnown ? end : { ...end, status: "failed" });
}

import { pause, secondMs } from "../../../lib/clock.ts";
import { actOf, type Caller } from "../../caller.ts";
import type { DatabaseRow } from "../../databases/rows.ts";
import { fault, notFound } from "../../dialect.ts";
import { madeOnce } from "../../second-run.ts";
import { type BlueprintDeps, getBlueprint } from "../service.ts";
import { isName, resolveValues, type Values, type VariableProblem } from "../sql/variables.ts";
import type { BlueprintRow } from "../store.ts";
import { type ApplicationRunDeps, variablesContext } from "./run.ts";
import { lengthProblem } from "./statements.ts";
import * as store from "./store.ts";

/** The verbs of applications: check, write, tell the queue, wait on the row. */
export type ApplicationDeps = BlueprintDeps &
  ApplicationRunDeps & {
    /** A live database that the user may see. */
    findDatabase(userId: number, uuid: string): Promise<DatabaseRow | null>;
  };

export type Applied = { row: store.ApplicationRow; values: Values };

const pollEveryMs = [10, 15, 20, 30] as const;
/** For the first seconds, when most applications end; then more seldom. */
const quickPollMs = 40;
const quickPolls = 75;
const slowPollMs = 250;
const problemsMax = 20;

/** Refuses a key that may not read blueprints; the database's scope was checked before. */
function requireBlueprintScope(caller: Caller): void {
  const needed = "blueprints:read";
  if (caller.key.permissions.includes(needed)) return;
  throw fault(
    "missing_scope",
    `This API key lacks the scope ${needed}`,
    { missing_scope: needed, any_of: [needed] },
    {
      "www-authenticate": `Bearer realm="polykomos", error="insufficient_scope", scope="${needed}"`,
    },
  );
}

/** Values for a blueprint on a database's engine; wrong ones are refused, all of them named. */
function valuesFor(blueprint: BlueprintRow, engine: DatabaseRow["engine"], given: Values): Values {
  if (!blueprint.manifest.engines.includes(engine)) {
    throw fault(
      "blueprint_engine_mismatch",
      `This blueprint runs on ${blueprint.manifest.engines.join(", ")}, not on ${engine}`,
      { engines: blueprint.manifest.engines, db_type: engine },
    );
  }
  const resolved = resolveValues(blueprint.variables ?? {}, given);
  const problems = resolved.ok
    ? writingProblems(blueprint, engine, resolved.values)
    : resolved.problems;
  if (resolved.ok && problems.length === 0) return resolved.values;
  const [first] = problems;
  throw fault("invalid_variables", `variables: ${first?.message}`, {
    field: `variables.${first?.name}`,
    variables: problems.map(({ name }) => name).slice(0, problemsMax),
    problems: problems.slice(0, problemsMax),
  });
}

/** Why values that are as declared cannot be written into the script. */
function writingProblems(
  blueprint: BlueprintRow,
  engine: DatabaseRow["engine"],
  values: Values,
): VariableProblem[] {
  const wrongNames = blueprint.manifest.variables
    .filter(({ name, used_as }) => used_as.includes("identifier") && !isName(engine, values[name]))
    .map(({ name }) => ({ name, message: `${name} must be a name of 1 to 63 bytes` }));
  if (wrongNames.length > 0) return wrongNames;
  const tooLong = lengthProblem(engine, blueprint, values);
  return tooLong ? [tooLong] : [];
}

export type ApplyInput = {
  blueprintUuid: string;
  variables: Values;
  isDryRun: boolean;
  waitMs: number;
};

/**
 * Puts an application in its database's queue, and waits for its end as long as is asked. Faults:
 * `not_found`, `missing_scope`, `blueprint_engine_mismatch`, `invalid_variables`.
 */
export async function applyBlueprint(
  deps: ApplicationDeps,
  caller: Caller,
  databaseUuid: string,
  input: ApplyInput,
): Promise<Applied> {
  const startedAtMs = deps.clock();
  const database = await deps.findDatabase(caller.userId, databaseUuid);
  if (!database) throw notFound("database");
  requireBlueprintScope(caller);
  const blueprint = await getBlueprint(deps, caller, input.blueprintUuid);
  const values = valuesFor(blueprint, database.engine, input.variables);
  const id = await enqueue(deps, caller, database, blueprint, values, input.isDryRun);
  await deps.announceApplications([id]);
  await waitFor(deps, caller, id, startedAtMs + input.waitMs);
  return await getApplication(deps, caller, id);
}

/** Writes the application, or finds what an earlier run of the request wrote; its id. */
async function enqueue(
  deps: ApplicationDeps,
  caller: Caller,
  database: DatabaseRow,
  blueprint: BlueprintRow,
  values: Values,
  isDryRun: boolean,
): Promise<number> {
  const context = variablesContext(blueprint.id);
  const made: store.NewApplication = {
    databaseId: database.id,
    blueprintId: blueprint.id,
    blueprintVersion: blueprint.version,
    isDryRun,
    variablesSealed: await deps.sealer.seal(JSON.stringify(values), context),
    statementsTotal: statementsOf(blueprint, database.engine),
    requestKey: caller.requestKey,
  };
  return await madeOnce(
    caller,
    store.requestKeyIndex,
    async () => {
      const id = await store.insertApplication(deps.store, made, actOf(deps, caller));
      if (id === null) throw notFound("database");
      return id;
    },
    (key) => store.findIdByRequestKey(deps.store, caller.userId, key),
  );
}

/** How many statements the blueprint has on an engine. */
function statementsOf(blueprint: BlueprintRow, engine: DatabaseRow["engine"]): number {
  return blueprint.statementCounts[engine] ?? 0;
}

/** A blueprint with its values, checked for a database that is about to be made. */
export type PreparedBlueprint = {
  blueprintId: number;
  blueprintVersion: number;
  variablesSealed: string;
  statementsTotal: number;
};

/** Checks what a creation is to apply, before anything is made. */
export async function prepareForCreation(
  deps: BlueprintDeps & ApplicationRunDeps,
  caller: Caller,
  engine: DatabaseRow["engine"],
  asked: { blueprintUuid: string; variables: Values },
): Promise<PreparedBlueprint> {
  requireBlueprintScope(caller);
  const blueprint = await getBlueprint(deps, caller, asked.blueprintUuid);
  const values = valuesFor(blueprint, engine, asked.variables);
  return {
    blueprintId: blueprint.id,
    blueprintVersion: blueprint.version,
    variablesSealed: await deps.sealer.seal(JSON.stringify(values), variablesContext(blueprint.id)),
    statementsTotal: statementsOf(blueprint, engine),
  };
}

/** Polls the row until the application has ended or the time has come. */
async function waitFor(
  deps: ApplicationDeps,
  caller: Caller,
  id: number,
  deadlineMs: number,
): Promise<void> {
  for (let poll = 0; deps.clock() < deadlineMs; poll++) {
    const usualMs = poll < quickPolls ? quickPollMs : slowPollMs;
    await pause(Math.min(pollEveryMs[poll] ?? usualMs, Math.max(1, deadlineMs - deps.clock())));
    const status = await store.readStatus(deps.store, caller.userId, id);
    if (status !== "pending" && status !== "running") return;
  }
}

/** An application of the caller's teams, with its log and its values. Fault: `not_found`. */
export async function getApplication(
  deps: ApplicationDeps,
  caller: Caller,
  id: number,
): Promise<Applied> {
  const row = await store.findApplication(deps.store, caller.userId, id);
  if (!row) throw notFound("blueprint application");
  return await withValues(deps, row);
}

async function withValues(deps: ApplicationDeps, row: store.ApplicationRow): Promise<Applied> {
  const context = variablesContext(row.blueprintId);
  return { row, values: JSON.parse(await deps.sealer.open(row.variablesSealed, context)) };
}

/** Applications to a database, newest first, without logs. Faults: `not_found`, `invalid_cursor`. */
export async function listApplications(
  deps: ApplicationDeps,
  caller: Caller,
  databaseUuid: string,
  page: { limit: number; startingAfter: number | null },
): Promise<{ items: Applied[]; hasMore: boolean }> {
  const database = await deps.findDatabase(caller.userId, databaseUuid);
  if (!database) throw notFound("database");
  const found = await store.listApplications(
    deps.store,
    caller.userId,
    database.id,
    page.limit,
    page.startingAfter,
  );
  if (!found) {
    throw fault("invalid_cursor", "starting_after: must be the id of an application to it", {
      field: "starting_after",
    });
  }
  const items = await Promise.all(found.rows.map((row) => withValues(deps, row)));
  return { items, hasMore: found.hasMore };
}

/** Seconds after which a client should look again whether an application has ended. */
export const pollAfterSeconds = 1;

export function waitMsOf(wait: boolean, timeoutSeconds: number): number {
  return wait ? timeoutSeconds * secondMs : 0;
}

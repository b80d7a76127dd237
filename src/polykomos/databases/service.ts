import type { Store } from "../../db/client.ts";
import { violatedUnique } from "../../db/errors.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import { pause, secondMs } from "../../lib/clock.ts";
import { newUuid, randomId } from "../../lib/ids.ts";
import { randomPassword } from "../../lib/secrets.ts";
import { actorOf, type Caller } from "../caller.ts";
import { fault, invalidField, notFound } from "../dialect.ts";
import {
  leaseSeconds,
  type RunDeps,
  runBehind,
  runHeldOperation,
  runOperation,
} from "../operations/run.ts";
import {
  type OperationState,
  readFailure,
  readState,
  readTurn,
  type TakenOperation,
} from "../operations/store.ts";
import { demandOf } from "./demand.ts";
import type { Expiry } from "./expiry.ts";
import { type PlanName, type Quotas, quotaAbovePlan } from "./plans.ts";
import { type RefillDeps, refillPool } from "./pool.ts";
import type { DatabaseRow } from "./rows.ts";
import { databasePasswordContext } from "./seal-contexts.ts";
import * as store from "./store.ts";

/** The verbs of databases: check, decide, write, announce. */
export type DatabaseDeps = RunDeps &
  RefillDeps & {
    /** Goes on after the answer, and when the client has gone. */
    background(work: Promise<unknown>): void;
    destroyDelayMs: number;
    /** Checks a blueprint and its values for a database that is about to be made. */
    prepareBlueprint(
      caller: Caller,
      engine: EngineName,
      asked: { blueprintUuid: string; variables: Record<string, unknown> },
    ): Promise<NonNullable<store.NewDatabase["blueprint"]>>;
  };

export type CreateInput = {
  name: string;
  engine: string;
  region: string | null;
  plan: PlanName;
  teamId: number | null;
  quotas: Quotas;
  /** When it is to delete itself; null: not asked for. */
  expiry: Expiry | null;
  /** Applied before the database is active. */
  blueprint: { blueprintUuid: string; variables: Record<string, unknown> } | null;
  /** How long to wait for a database that is not ready at once; 0: not at all. */
  waitMs: number;
};

export type Created = {
  database: DatabaseRow;
  password: string;
  isReady: boolean;
  waitedSeconds: number;
};

/** How long an answer waits for work it does not depend on; then the work goes on without it. */
const patienceMs = 3 * secondMs;
const pollEveryMs = [15, 20, 30, 40, 60, 80, 100] as const;
const slowPollMs = 250;

export function changeOf(deps: { clock(): number }, caller: Caller): store.Change {
  return {
    operationId: newUuid(),
    requestKey: caller.requestKey,
    userId: caller.userId,
    actor: actorOf(caller),
    requestId: caller.requestId,
    now: new Date(deps.clock()),
  };
}

function checkQuotas(deps: RunDeps, plan: PlanName, quotas: Partial<Quotas>): void {
  const excess = quotaAbovePlan(quotas, deps.plans[plan]);
  if (!excess) return;
  throw fault(
    "quota_above_plan",
    `${excess.field}: the plan ${plan} allows at most ${excess.max}`,
    { field: excess.field, max: excess.max, plan },
  );
}

const engines: readonly EngineName[] = ["postgres", "mysql"];

function engineOf(text: string): EngineName {
  const engine = engines.find((each) => each === text);
  if (engine) return engine;
  throw invalidField("db_type", `must be one of ${engines.join(", ")}`, { allowed: engines });
}

/** Creates a database: from the pool at once, or by the job queue. */
export async function createDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  input: CreateInput,
): Promise<Created> {
  const engine = engineOf(input.engine);
  checkQuotas(deps, input.plan, input.quotas);
  const startedAtMs = deps.clock();
  const { blueprint: asked } = input;
  const blueprint = asked ? await deps.prepareBlueprint(caller, engine, asked) : null;
  const placed = await place(deps, caller, { ...input, engine, blueprint });
  const isClaimed = placed.held !== null && (await claim(deps, placed.held, input.waitMs));
  if (!isClaimed) await deps.announce([placed.operationId]);
  const deadlineMs = isClaimed ? 0 : startedAtMs + input.waitMs;
  const state = await waitFor(deps, placed.operationId, deadlineMs);
  const database = await store.findDatabase(deps.store, caller.userId, placed.uuid);
  if (!database) throw await whyGone(deps, placed.operationId, state);
  return {
    database,
    password: await deps.sealer.open(database.passwordSealed, databasePasswordContext(placed.uuid)),
    isReady: database.status === "active",
    waitedSeconds: Math.floor((deps.clock() - startedAtMs) / secondMs),
  };
}

/** Makes a database from the pool the customer's. True when it is, within the patience there is. */
async function claim(deps: DatabaseDeps, held: TakenOperation, waitMs: number): Promise<boolean> {
  const run = runHeldOperation(deps, held);
  deps.background(run.then(() => runBehind(deps, held.database.id)));
  // After the claim, for the building of the next one takes the same server's time.
  deps.background(run.then(() => refillPool(deps)));
  return await Promise.race([run, pause(waitMs || patienceMs).then(() => false)]);
}

/** A database that was placed is there no more: given up, or deleted while this request waited. */
async function whyGone(deps: DatabaseDeps, operationId: string, state: OperationState | null) {
  const ended = state ?? (await readState(deps.store, operationId));
  if (ended === "failed") {
    const failure = await readFailure(deps.store, operationId);
    if (failure.code === "blueprint_failed") {
      const message = `The database was not made, for its blueprint failed: ${failure.message}`;
      return fault("blueprint_failed", message);
    }
    return fault("unavailable", "The database could not be made; try again later", undefined, {
      "retry-after": "10",
    });
  }
  return fault("conflict", "The database that this request made has been deleted since");
}

type PlacedWork = {
  uuid: string;
  operationId: string;
  /** Leased to this request; `null` for a database that is not from the pool. */
  held: TakenOperation | null;
};

async function place(
  deps: DatabaseDeps,
  caller: Caller,
  input: Omit<CreateInput, "blueprint"> & Pick<store.NewDatabase, "engine" | "blueprint">,
): Promise<PlacedWork> {
  const uuid = newUuid();
  const change = changeOf(deps, caller);
  const passwordSealed = await deps.sealer.seal(randomPassword(), databasePasswordContext(uuid));
  for (let attempt = 1; ; attempt++) {
    try {
      const placed = await store.placeDatabase(
        deps.store,
        {
          ...input,
          demand: demandOf(deps.plans, input.plan, input.quotas),
          uuid,
          passwordSealed,
          nameSuffix: randomId(6),
          leaseToken: newUuid(),
          leaseUntil: new Date(deps.clock() + leaseSeconds * secondMs),
        },
        change,
      );
      if (placed.kind === "no_team") throw notFound("team");
      if (placed.kind === "no_capacity") return await refusePlace(deps, input);
      const { database, held } = placed;
      return { uuid: database.uuid, operationId: change.operationId, held };
    } catch (error) {
      const index = violatedUnique(error);
      if (index === store.serverNameIndex && attempt < 5) continue;
      // A second run of a request meets its own database: by its name before it does by its key.
      const earlier = index === null ? null : await earlierRun(deps, caller);
      if (earlier) return { ...earlier, held: null };
      if (index === store.liveNameIndex) throw await nameTaken(deps, caller, input.name, input);
      throw error;
    }
  }
}

async function nameTaken(
  deps: { store: Store },
  caller: Caller,
  name: string,
  team: { teamId: number | null } | { uuid: string },
) {
  const existing = await store.findLiveUuidByName(deps.store, caller.userId, name, team);
  return fault("name_taken", `The team already has a database called ${name}`, {
    field: "name",
    existing_uuid: existing,
  });
}

/** Nothing could be placed: says whether the region is unknown or everything there is full. */
async function refusePlace(
  deps: DatabaseDeps,
  input: { engine: EngineName; region: string | null },
): Promise<never> {
  const places = await store.listPlaces(deps.store);
  const regions = places.filter((each) => each.engine === input.engine).map((each) => each.region);
  if (regions.length === 0) {
    const allowed = [...new Set(places.map((each) => each.engine))];
    throw invalidField("db_type", `${input.engine} is not offered here`, { allowed });
  }
  if (input.region !== null && !regions.includes(input.region)) {
    throw invalidField("region", `must be one of ${regions.join(", ")}`, { allowed: regions });
  }
  throw fault("no_capacity", "No server has room for another database now", undefined, {
    "retry-after": "60",
  });
}

/** Polls the operation's row until it has ended or the time has come. */
async function waitFor(deps: DatabaseDeps, operationId: string, deadlineMs: number) {
  for (let poll = 0; deps.clock() < deadlineMs; poll++) {
    await pause(Math.min(pollEveryMs[poll] ?? slowPollMs, Math.max(1, deadlineMs - deps.clock())));
    const state = await readState(deps.store, operationId);
    if (state !== "queued" && state !== "running") return state;
  }
  return null;
}

/** One database with its password. */
export async function getDatabase(
  deps: RunDeps,
  caller: Caller,
  uuid: string,
): Promise<{ database: DatabaseRow; password: string }> {
  const database = await store.findDatabase(deps.store, caller.userId, uuid);
  if (!database) throw notFound("database");
  const context = databasePasswordContext(uuid.toLowerCase());
  return { database, password: await deps.sealer.open(database.passwordSealed, context) };
}

export async function listDatabases(
  deps: RunDeps,
  caller: Caller,
  page: { limit: number; startingAfter: string | null; teamId: number | null },
): Promise<{ databases: DatabaseRow[]; hasMore: boolean }> {
  const found = await store.listDatabases(
    deps.store,
    caller.userId,
    page.limit,
    page.startingAfter,
    page.teamId,
  );
  if (found) return found;
  throw fault("invalid_cursor", "starting_after: must be the uuid of one of your databases", {
    field: "starting_after",
  });
}

/** What an earlier run of the same request made, cut off before its answer was kept. */
export async function earlierRun(deps: { store: Store }, { userId, requestKey }: Caller) {
  return requestKey === null ? null : await store.findByRequestKey(deps.store, userId, requestKey);
}

/** Runs a write; `null` when an earlier run of the same request has done it. */
export async function once<Value>(
  deps: { store: Store },
  caller: Caller,
  write: () => Promise<Value>,
): Promise<Value | null> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== null && (await earlierRun(deps, caller))) return null;
    throw error;
  }
}

/** Changes the name, and when it ends; the connection string stays. */
export async function changeDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
  to: store.NameAndExpiry,
): Promise<DatabaseRow> {
  try {
    const change = changeOf(deps, caller);
    const database =
      (await once(deps, caller, () => store.changeDatabase(deps.store, uuid, to, change))) ??
      (await store.findDatabase(deps.store, caller.userId, uuid));
    if (!database) throw notFound("database");
    return database;
  } catch (error) {
    if (violatedUnique(error) !== store.liveNameIndex || to.name === null) throw error;
    throw await nameTaken(deps, caller, to.name, { uuid });
  }
}

/** Records the quotas and has the engine enforce them. */
export async function changeQuotas(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
  quotas: Partial<Quotas>,
): Promise<DatabaseRow> {
  const current = await store.findDatabase(deps.store, caller.userId, uuid);
  if (!current) throw notFound("database");
  checkQuotas(deps, current.plan, quotas);
  const change = changeOf(deps, caller);
  const changed = await once(deps, caller, () =>
    store.changeQuotas(deps.store, uuid, quotas, deps.plans, change),
  );
  const earlier = changed ? null : await earlierRun(deps, caller);
  const database = changed ?? (await store.findDatabase(deps.store, caller.userId, uuid));
  if (!database) throw notFound("database");
  await runNow(deps, earlier?.operationId ?? change.operationId);
  return database;
}

/** Deletes: refuses logins before it answers, destroys the data later. */
export async function deleteDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
): Promise<store.Deleted> {
  const change = changeOf(deps, caller);
  const destroyAt = new Date(deps.clock() + deps.destroyDelayMs);
  // A second run finds no living database, but its own operation.
  const deleted =
    (await store.deleteDatabase(deps.store, uuid, destroyAt, newUuid(), change)) ??
    (caller.requestKey === null
      ? null
      : await store.findDeleted(deps.store, caller.userId, caller.requestKey));
  if (!deleted) throw notFound("database");
  if (deleted.hasRemoteResources) await runNow(deps, deleted.operationId);
  return deleted;
}

/**
 * Runs an operation within the request, for its effect to be there when the answer is. What does
 * not end in time, or has to wait its turn for longer, goes on by the queue.
 */
export async function runNow(deps: DatabaseDeps, operationId: string): Promise<void> {
  const isSettled = await Promise.race([
    runInTurn(deps, operationId),
    pause(patienceMs).then(() => false),
  ]);
  if (!isSettled) await deps.announce([operationId], leaseSeconds);
}

/** How far an operation is. */
export async function stateOf(
  deps: { store: Store },
  operationId: string,
): Promise<OperationState | null> {
  return await readState(deps.store, operationId);
}

/** True when the operation has run, or been put off; false when its turn did not come. */
async function runInTurn(deps: DatabaseDeps, operationId: string): Promise<boolean> {
  const deadlineMs = deps.clock() + patienceMs;
  for (let poll = 0; deps.clock() < deadlineMs; poll++) {
    const run = runOperation(deps, operationId);
    deps.background(run);
    await run;
    const turn = await readTurn(deps.store, operationId, new Date(deps.clock()));
    if (turn !== "waits") return true;
    await pause(pollEveryMs[poll] ?? slowPollMs);
  }
  return false;
}

export async function listTypes(deps: { store: Store }) {
  return await store.listPlaces(deps.store);
}

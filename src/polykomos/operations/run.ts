import type { Store } from "../../db/client.ts";
import { sqlState } from "../../db/errors.ts";
import type { Fleet, FleetServer, NameStage, Tenant, TenantWork } from "../../fleet/fleet.ts";
import { type Clock, secondMs } from "../../lib/clock.ts";
import { Fault } from "../../lib/fault.ts";
import { newUuid } from "../../lib/ids.ts";
import { errorText } from "../../lib/kept-text.ts";
import type { Log } from "../../lib/log.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { openPlace, type Place } from "../databases/place.ts";
import type { Plans } from "../databases/plans.ts";
import type { FailureCode } from "./failures.ts";
import {
  beginStep,
  finishOperation,
  giveUpOperation,
  nextOperationOf,
  postponeOperation,
  releaseOperation,
  type TakenOperation,
  takeOperation,
} from "./run-store.ts";
import { attemptsMaxOf, backoffSeconds, type Step, stepsOf } from "./steps.ts";

/**
 * Runs operations. Any number of runners may be told of one; the lease lets one of them work. What a
 * runner that lost its lease still has under way on a server is ended by the next one's session.
 */
export type RunDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  plans: Plans;
  /** Tells the queue of operations, for now or for later. A lost message is found by the sweep. */
  announce(operationIds: readonly string[], delaySeconds?: number): Promise<void>;
  /** Applies the blueprint that belongs to a database's creation. Throws a Fault when it cannot be. */
  applyAtCreation(databaseId: number): Promise<void>;
  /** Makes the login that answers questions to a database, or gives it its rights again. */
  makeReader(server: FleetServer, tenant: Tenant, stage: NameStage): Promise<void>;
};

/** What a runner that died leaves undone is taken up after this. */
export const leaseSeconds = 30;
/** A step that takes longer than this prolongs the lease as it goes. */
const renewEveryMs = 10 * secondMs;

function leaseEnd(deps: RunDeps): Date {
  return new Date(deps.clock() + leaseSeconds * secondMs);
}

/**
 * Runs one operation if it is due and free, then whatever waits behind it on the same database.
 * Never throws for a failing server: the failure is recorded and the operation put back.
 */
export async function runOperation(deps: RunDeps, operationId: string): Promise<void> {
  const operation = await take(deps, operationId);
  if (!operation) return;
  await runHeldOperation(deps, operation);
  await runBehind(deps, operation.database.id);
}

/** Runs what waits on a database, now that the operation before has ended. */
export async function runBehind(deps: RunDeps, databaseId: number): Promise<void> {
  for (;;) {
    const next = await nextOperationOf(deps.store, databaseId, new Date(deps.clock()));
    const operation = next === null ? null : await take(deps, next);
    if (!operation) return;
    await runHeldOperation(deps, operation);
  }
}

async function take(deps: RunDeps, operationId: string): Promise<TakenOperation | null> {
  const now = new Date(deps.clock());
  return await takeOperation(deps.store, operationId, newUuid(), leaseEnd(deps), now);
}

/** Runs an operation whose lease the caller holds, and lets go of it. True when it ended well. */
export async function runHeldOperation(deps: RunDeps, operation: TakenOperation): Promise<boolean> {
  try {
    if (await runSteps(deps, operation)) {
      if (await finishOperation(deps.store, operation, new Date(deps.clock()))) return true;
    }
  } catch (error) {
    await recordFailure(deps, operation, error);
  }
  await releaseOperation(deps.store, operation, new Date(deps.clock()));
  return false;
}

/** The steps of its kind, and behind them what a new database is given besides. */
function stepsFor(
  deps: RunDeps,
  operation: TakenOperation,
  server: FleetServer,
  tenant: Tenant,
): Step[] {
  const { kind, database } = operation;
  const steps = [...stepsOf(kind, database.isFromPool)];
  const readerStage = readerStageOf(operation, server);
  if (readerStage !== null) {
    steps.push({ name: "make_reader", run: () => deps.makeReader(server, tenant, readerStage) });
  }
  if (kind === "create" && database.hasBlueprint) {
    steps.push({ name: "apply_blueprint", run: () => deps.applyAtCreation(database.id) });
  }
  return steps;
}

/** False when the operation was cancelled or its lease was lost before the last step. */
async function runSteps(deps: RunDeps, operation: TakenOperation): Promise<boolean> {
  const { server, tenant } = await placeOf(deps, operation);
  const work = deps.fleet[server.engine].workOn(server, tenant);
  try {
    for (const step of stepsFor(deps, operation, server, tenant)) {
      const isBegun = step.name === operation.begunStep;
      if (!isBegun && !(await beginStep(deps.store, operation, step.name, leaseEnd(deps)))) {
        return false;
      }
      await runStep(deps, operation, step, work);
    }
    return true;
  } finally {
    // Nothing depends on its end, and the customer is waiting: the next work would end it anyway.
    void work.close();
  }
}

async function runStep(
  deps: RunDeps,
  operation: TakenOperation,
  step: Step,
  work: TenantWork,
): Promise<void> {
  const renewal = setInterval(() => {
    beginStep(deps.store, operation, step.name, leaseEnd(deps)).catch((error: unknown) => {
      deps.log.warn("lease_not_renewed", { operation: operation.id, error });
    });
  }, renewEveryMs);
  try {
    await step.run(work);
  } finally {
    clearInterval(renewal);
  }
}

/** Where an operation works, and as whom: a rotation with the credential that it brings in. */
async function placeOf(
  deps: RunDeps,
  { database, server, rotation }: TakenOperation,
): Promise<Place> {
  if (rotation === null) return await openPlace(deps, { database, server });
  const rotated = {
    ...database,
    passwordSealed: rotation.credentialSealed,
    credentialNumber: database.credentialNumber + 1,
  };
  return await openPlace(deps, { database: rotated, server });
}

/**
 * Under which name a database is to be given its reader, if it is. One from the pool has its own by
 * then; on MySQL its rights are on a database that was not there before.
 */
function readerStageOf({ kind, database }: TakenOperation, server: FleetServer): NameStage | null {
  if (kind === "build_pooled") return "working";
  if (kind === "rebuild") return "customer";
  const isMadeBefore = database.isFromPool && server.engine === "postgres";
  return kind === "create" && !isMadeBefore ? "customer" : null;
}

/** Connection lost, resources short, shutting down: the server is there but does not serve. */
const notServingStates = /^(08|53|57P)/;
const messageCharsMax = 500;

function failureOf(error: unknown): { code: FailureCode; message: string } {
  const message = errorText(error, messageCharsMax);
  const code = error instanceof Fault ? error.code : null;
  if (code === "server_unreachable" || code === "blueprint_failed") return { code, message };
  const state = sqlState(error);
  if (state === null) return { code: "internal_error", message };
  if (notServingStates.test(state)) return { code: "server_unreachable", message };
  return { code: "server_refused", message: `${state}: ${message}` };
}

async function recordFailure(
  deps: RunDeps,
  operation: TakenOperation,
  error: unknown,
): Promise<void> {
  const failure = failureOf(error);
  const facts = { operation: operation.id, kind: operation.kind, attempts: operation.attempts };
  const nowMs = deps.clock();
  const isHopeless = failure.code === "blueprint_failed";
  if (!isHopeless && operation.attempts < attemptsMaxOf(operation.kind, failure.code)) {
    deps.log.warn("operation_postponed", { ...facts, error });
    const delaySeconds = backoffSeconds(operation.attempts, failure.code);
    const notBefore = new Date(nowMs + delaySeconds * secondMs);
    await postponeOperation(deps.store, operation, failure, notBefore);
    await deps.announce([operation.id], delaySeconds);
    return;
  }
  deps.log.error("operation_given_up", { ...facts, error });
  await giveUpOperation(deps.store, operation, failure, newUuid(), new Date(nowMs));
}

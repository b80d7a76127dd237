import type { Store } from "../../db/client.ts";
import type { Fleet, FleetServer, Tenant } from "../../fleet/fleet.ts";
import { type Clock, secondMs } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import { type Log, scrub } from "../../lib/log.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { connectionLimitOf, type Plans } from "../databases/plans.ts";
import { attemptsMaxOf, backoffSeconds, stepsOf } from "./steps.ts";
import {
  beginStep,
  finishOperation,
  giveUpOperation,
  nextOperationOf,
  postponeOperation,
  releaseOperation,
  type TakenOperation,
  takeOperation,
} from "./store.ts";

/** Runs operations. Any number of runners may be told of one; the lease lets one of them work. */
export type RunDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  plans: Plans;
};

/** Longer than any single step may take, so that a lease is lost only by a runner that died. */
export const leaseSeconds = 60;

export function databasePasswordContext(uuid: string): string {
  return `database-password:${uuid}`;
}

export function serverPasswordContext(name: string): string {
  return `server-password:${name}`;
}

function leaseEnd(deps: RunDeps): Date {
  return new Date(deps.clock() + leaseSeconds * secondMs);
}

/**
 * Runs one operation if it is due and free, then whatever waits behind it on the same database.
 * Never throws for a failing server: the failure is recorded and the operation put back.
 */
export async function runOperation(deps: RunDeps, operationId: string): Promise<void> {
  let next: string | null = operationId;
  while (next !== null) {
    const now = new Date(deps.clock());
    const operation: TakenOperation | null = await takeOperation(
      deps.store,
      next,
      newUuid(),
      leaseEnd(deps),
      now,
    );
    if (!operation) return;
    await runHeldOperation(deps, operation);
    next = await nextOperationOf(deps.store, operation.database.id, new Date(deps.clock()));
  }
}

/** Runs an operation whose lease the caller holds. True when it ended well. */
export async function runHeldOperation(deps: RunDeps, operation: TakenOperation): Promise<boolean> {
  try {
    const done = await runSteps(deps, operation);
    if (!done) {
      await releaseOperation(deps.store, operation);
      return false;
    }
    return await finishOperation(deps.store, operation, new Date(deps.clock()));
  } catch (error) {
    await recordFailure(deps, operation, error);
    return false;
  }
}

async function runSteps(deps: RunDeps, operation: TakenOperation): Promise<boolean> {
  const { server, tenant } = await participants(deps, operation);
  const work = deps.fleet[server.engine].workOn(server, tenant);
  try {
    for (const step of stepsOf(operation.kind, operation.database.isFromPool)) {
      const isBegun = step.name === operation.begunStep;
      if (!isBegun && !(await beginStep(deps.store, operation, step.name, leaseEnd(deps)))) {
        return false;
      }
      await step.run(work);
    }
    return true;
  } finally {
    await work.close();
  }
}

async function participants(
  deps: RunDeps,
  { database, server }: TakenOperation,
): Promise<{ server: FleetServer; tenant: Tenant }> {
  const [password, adminPassword] = await Promise.all([
    deps.sealer.open(database.passwordSealed, databasePasswordContext(database.uuid)),
    deps.sealer.open(server.adminPasswordSealed, serverPasswordContext(server.name)),
  ]);
  const { adminPasswordSealed: _, ...place } = server;
  return {
    server: { ...place, adminPassword },
    tenant: {
      databaseId: database.id,
      uuid: database.uuid,
      dbName: database.dbName,
      password,
      connectionLimit: connectionLimitOf(
        database.connectionHardLimit,
        deps.plans[database.plan ?? "free"],
      ),
      advertisedHost: database.advertisedHost,
    },
  };
}

function failureOf(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "server_error";
  return { code, message: scrub(message).slice(0, 500) };
}

async function recordFailure(
  deps: RunDeps,
  operation: TakenOperation,
  error: unknown,
): Promise<void> {
  const failure = failureOf(error);
  const facts = { operation: operation.id, kind: operation.kind, attempts: operation.attempts };
  const nowMs = deps.clock();
  if (operation.attempts < attemptsMaxOf(operation.kind)) {
    deps.log.warn("operation_postponed", { ...facts, error });
    const notBefore = new Date(nowMs + backoffSeconds(operation.attempts) * secondMs);
    await postponeOperation(deps.store, operation, failure, notBefore);
    return;
  }
  deps.log.error("operation_given_up", { ...facts, error });
  await giveUpOperation(deps.store, operation, failure, newUuid(), new Date(nowMs));
}

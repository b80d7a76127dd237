import { pause, secondMs } from "../../lib/clock.ts";
import { leaseSeconds, type RunDeps, runOperation } from "./run.ts";
import { readTurn } from "./run-store.ts";
import { type OperationOutcome, readOutcome } from "./store.ts";

/** Operations that a request runs or waits for, so that its answer can tell what came of them. */
export type InRequestDeps = RunDeps & {
  /** Goes on after the answer, and when the client has gone. */
  background(work: Promise<unknown>): void;
};

/** How long an answer waits for work that it does not depend on; then the work goes on without it. */
export const patienceMs = 3 * secondMs;

const firstPollsMs = [15, 20, 30, 40, 60, 80, 100] as const;
const laterPollsMs = 250;

function pollMs(poll: number): number {
  return firstPollsMs[poll] ?? laterPollsMs;
}

/**
 * Runs an operation within the request, for its effect to be there when the answer is. What does
 * not end in time, or has to wait its turn for longer, goes on by the queue.
 */
export async function runNow(deps: InRequestDeps, operationId: string): Promise<void> {
  const isSettled = await Promise.race([
    runInTurn(deps, operationId),
    pause(patienceMs).then(() => false),
  ]);
  if (!isSettled) await deps.announce([operationId], leaseSeconds);
}

/** True when the operation has run, or been put off; false when its turn did not come. */
async function runInTurn(deps: InRequestDeps, operationId: string): Promise<boolean> {
  const deadlineMs = deps.clock() + patienceMs;
  for (let poll = 0; deps.clock() < deadlineMs; poll++) {
    const run = runOperation(deps, operationId);
    deps.background(run);
    await run;
    const turn = await readTurn(deps.store, operationId, new Date(deps.clock()));
    if (turn !== "waits") return true;
    await pause(pollMs(poll));
  }
  return false;
}

/** Waits until an operation that others run has ended, or `deadlineMs` has come. */
export async function waitForEnd(
  deps: InRequestDeps,
  operationId: string,
  deadlineMs: number,
): Promise<void> {
  for (let poll = 0; deps.clock() < deadlineMs; poll++) {
    await pause(Math.min(pollMs(poll), Math.max(1, deadlineMs - deps.clock())));
    const { state } = await outcomeOf(deps, operationId);
    if (state !== "queued" && state !== "running") return;
  }
}

/** How far an operation is, and why it failed where it did. */
export async function outcomeOf(
  { store }: Pick<InRequestDeps, "store">,
  operationId: string,
): Promise<OperationOutcome> {
  return await readOutcome(store, operationId);
}

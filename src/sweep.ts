import { type RefillDeps, refillPool } from "./polykomos/databases/pool.ts";
import { listRunnable } from "./polykomos/operations/store.ts";

/** The scheduled work. It finds by row what a lost message, a crash or the passing of time left. */
export type Sweep = {
  /** Operations that were due and free, and were announced to the queue. */
  operations_announced: number;
  /** Databases begun for the pool. */
  pool_started: number;
};

/** Bounds one run; the next one goes on. */
const announcedMax = 200;

/** Does all scheduled work once. Safe to run at any time, and twice at the same time. */
export async function sweep(deps: RefillDeps): Promise<Sweep> {
  const due = await listRunnable(deps.store, announcedMax, new Date(deps.clock()));
  await deps.announce(due);
  return { operations_announced: due.length, pool_started: await refillPool(deps) };
}

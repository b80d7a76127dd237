import type { Store } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { newUuid } from "../../lib/ids.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { randomPassword } from "../../lib/secrets.ts";
import type { Plans } from "./plans.ts";
import {
  countClaims,
  insertPooled,
  type PoolCandidate,
  type PoolPolicy,
  type PoolRow,
  readPools,
} from "./pool-store.ts";
import { databasePasswordContext } from "./seal-contexts.ts";

/** Keeps ready databases per engine and region: built ahead, so that a create is a claim. */
export type RefillDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  pool: PoolPolicy;
  plans: Plans;
  announce(operationIds: readonly string[]): Promise<void>;
};

/** Most databases that one refill begins, so that it never floods the queue. */
const batchMax = 10;

/** Begins as many databases as the pools are short of, at most a batch. Returns how many. */
export async function refillPool(deps: RefillDeps): Promise<number> {
  const { pool } = deps;
  const now = new Date(deps.clock());
  if (pool.floor === 0) {
    await countClaims(deps.store, now);
    return 0;
  }
  const count = Math.min(batchMax, Math.max(pool.floor, pool.ceiling));
  const candidates = await Promise.all(Array.from({ length: count }, () => newCandidate(deps)));
  const begun = await insertPooled(deps.store, candidates, pool, deps.plans, now);
  await deps.announce(begun);
  return begun.length;
}

async function newCandidate({ sealer }: RefillDeps): Promise<PoolCandidate> {
  const uuid = newUuid();
  const password = await sealer.seal(randomPassword(), databasePasswordContext(uuid));
  return { uuid, operation_id: newUuid(), password };
}

/** How full each pool is, and what is asked of it. */
export async function listPools(
  deps: Pick<RefillDeps, "store" | "pool" | "clock">,
): Promise<PoolRow[]> {
  return await readPools(deps.store, deps.pool, new Date(deps.clock()));
}

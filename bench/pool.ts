import { setTimeout as pause } from "node:timers/promises";
import type { Rig } from "./rig.ts";
import { sweep } from "./tenant.ts";

const waitMs = 30_000;
const lookEveryMs = 20;

/** Waits until the pool has `target` ready databases and none is being built. */
export async function poolReady(rig: Rig, target: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const [row] = await rig.storeSql(`SELECT
      count(*) FILTER (WHERE status = 'pooled')::int AS ready,
      count(*) FILTER (WHERE status = 'building')::int AS building FROM databases`);
    if (row?.ready === target && row.building === 0) return;
    if (Date.now() > deadline) throw new Error(`The pool is not full: ${JSON.stringify(row)}`);
    await pause(lookEveryMs);
  }
}

/** Fills the pool with a Worker of its own, for one that does not refill. */
export async function fillPool(rig: Rig, script: string, target: number): Promise<void> {
  const worker = await rig.start(script, { POOL_TARGET: String(target), POOL_MAX: String(target) });
  await sweep(worker.url);
  await poolReady(rig, target);
}

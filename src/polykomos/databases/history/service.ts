import type { Store } from "../../../db/client.ts";
import { dayMs, minuteMs } from "../../../lib/clock.ts";
import * as store from "./store.ts";

/** Keeping the history of usage. */
const keptMs = 7 * dayMs;
/** Above the time between two sweeps, so that no measure is passed over. */
const newSinceMs = 5 * minuteMs;
const forgottenMax = 5_000;

/** The sweep's part: keeps what was measured last, and forgets what is older than a week. */
export async function keepHistory(deps: { store: Store; clock(): number }): Promise<void> {
  const nowMs = deps.clock();
  await store.takeSamples(deps.store, new Date(nowMs - newSinceMs));
  await store.forgetSamples(deps.store, new Date(nowMs - keptMs), forgottenMax);
}

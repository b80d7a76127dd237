import { setTimeout as pause } from "node:timers/promises";
import { asOperator, type Soak } from "./soak.ts";

/** After the load: everything is mended, and the scheduled work goes on until nothing is left to do. */
const sweepEveryMs = 1_000;
const settledWithinMs = 180_000;
const stepMs = 61_000;

/** The scheduled work, as a cron would; the result ends it. */
export function startSweeps(soak: Soak, adminToken: string): () => Promise<void> {
  let isOn = true;
  const sweeping = (async () => {
    while (isOn) {
      await asOperator(soak, adminToken, "POST", "/sweep").catch(() => {});
      await pause(sweepEveryMs);
    }
  })();
  return async () => {
    isOn = false;
    await sweeping;
  };
}

/** What is still to be done, by kind; what has been put off past `untilMs` does not count. */
async function unfinished(soak: Soak, untilMs: number): Promise<Record<string, unknown>[]> {
  const until = `'${new Date(untilMs).toISOString()}'`;
  return await soak.world.store(
    `SELECT 'operation ' || kind || ' ' || state AS what, count(*)::int AS count, min(error_message) AS error
     FROM operations WHERE state = 'running' OR (state = 'queued' AND not_before <= ${until}) GROUP BY 1
     UNION ALL SELECT 'application ' || status, count(*)::int, min(error_message)
     FROM blueprint_applications WHERE status IN ('pending', 'running') GROUP BY 1
     UNION ALL SELECT 'delivery', count(*)::int, min(w.error_message)
     FROM webhook_deliveries w JOIN webhook_endpoints e ON e.id = w.endpoint_id
     WHERE w.status = 'pending' AND e.revoked_at IS NULL GROUP BY 1
     UNION ALL SELECT 'server ' || name || ' ' || state, 1, last_error FROM fleet_servers
     WHERE state <> 'active'`,
  );
}

/** Moves the clock on and sweeps until nothing is left; what is left in the end is a finding. */
export async function settle(soak: Soak, adminToken: string): Promise<void> {
  const deadlineMs = performance.now() + settledWithinMs;
  for (;;) {
    await soak.world.moveClock(stepMs);
    await asOperator(soak, adminToken, "POST", "/sweep");
    // Long enough for what was just begun, without a wait when it is quick.
    for (let polls = 0; polls < 20; polls++) {
      const nowMs = Date.now() + soak.world.aheadMs();
      const left = await unfinished(soak, nowMs + stepMs);
      if (left.length === 0) return;
      if (performance.now() > deadlineMs) {
        for (const each of left) {
          soak.report({ kind: "unfinished work", what: String(each.what), detail: each });
        }
        return;
      }
      await pause(250);
    }
  }
}

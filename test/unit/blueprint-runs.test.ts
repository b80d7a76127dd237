import { expect, test, vi } from "vitest";
import type { Store } from "../../src/db/client.ts";
import type { ScriptSession } from "../../src/fleet/scripts.ts";
import { hourMs, minuteMs } from "../../src/lib/clock.ts";
import { runStatements } from "../../src/polykomos/blueprints/applications/execute.ts";
import {
  type ApplicationRunDeps,
  applyAtCreation,
} from "../../src/polykomos/blueprints/applications/run.ts";
import type { TakenApplication } from "../../src/polykomos/blueprints/applications/run-store.ts";

/** How long an application may take is a length of time, whatever becomes of the clock. */
const leaseHeld: Record<string, unknown>[] = [{}];

async function apply(onRun: () => void, now: () => number): Promise<string> {
  // It is only asked whether the lease is held.
  const store = { rows: async () => leaseHeld } as unknown as Store;
  const session: ScriptSession = {
    isTransaction: true,
    begin: async () => "1",
    async run(statements, onDone) {
      for (const _ of statements) onDone(1);
      onRun();
    },
    commit: async () => {},
    rollback: async () => {},
    close: async () => {},
  };
  // All that the statements are run by.
  const application = { id: 1, isDryRun: false, statementsTotal: 1 } as TakenApplication;
  const place = { start: 0, end: 8, line: 1 };
  const what = { kind: "select", target: null };
  const statements = [{ ...place, ...what, text: "SELECT 1" }];
  const deps = { store, clock: now, leaseEnd: () => new Date(now()) };
  return (await runStatements(deps, application, session, statements)).status;
}

test("a clock that is put an hour ahead meanwhile ends no application", async () => {
  let nowMs = 0;
  const jump = () => {
    nowMs += hourMs;
  };
  expect(await apply(jump, () => nowMs)).toBe("completed");
});

test("an application that takes more than ten minutes is ended, and just less is not", async () => {
  vi.useFakeTimers();
  try {
    const after = (ms: number) => apply(() => void vi.advanceTimersByTime(ms), Date.now);
    expect(await after(10 * minuteMs - 1)).toBe("completed");
    expect(await after(10 * minuteMs)).toBe("rolled_back");
  } finally {
    vi.useRealTimers();
  }
});

test("a creation waits for an application that was put off as it waits for a server", async () => {
  const application = { id: 1, status: "pending", errorMessage: null };
  const store = { rows: async () => [application], transaction: async () => [] };
  // It is not due, so nothing else is asked of anything.
  const deps = { store, clock: () => 0 } as unknown as ApplicationRunDeps;
  await expect(applyAtCreation(deps, 7)).rejects.toMatchObject({ code: "server_unreachable" });
});

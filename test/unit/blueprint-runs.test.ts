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

// It is only asked whether the lease is held.
const holdingStore = { rows: async () => leaseHeld } as unknown as Store;

async function apply(onRun: () => void, now: () => number): Promise<string> {
  const run: ScriptSession["run"] = async (statements, onDone) => {
    for (const _ of statements) onDone(1);
    onRun();
  };
  return (await applyIn({ run }, now)).status;
}

/** Runs one statement in a session that does all that is asked of it, but for what is given. */
async function applyIn(own: Partial<ScriptSession>, now: () => number, store = holdingStore) {
  const session: ScriptSession = {
    isTransaction: true,
    begin: async () => "1",
    run: async () => {},
    commit: async () => {},
    rollback: async () => {},
    close: async () => {},
    ...own,
  };
  // All that the statements are run by.
  const application = { id: 1, isDryRun: false, statementsTotal: 1 } as TakenApplication;
  const place = { start: 0, end: 8, line: 1 };
  const what = { kind: "select", target: null };
  const statements = [{ ...place, ...what, text: "SELECT 1" }];
  const deps = { store, clock: now, leaseEnd: () => new Date(now()) };
  return await runStatements(deps, application, session, statements);
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

test("an application is ended in the midst of a group too", async () => {
  vi.useFakeTimers();
  try {
    const cut = Promise.withResolvers<never>();
    const endless: Partial<ScriptSession> = {
      run: () => cut.promise,
      close: async () => cut.reject(new Error("The connection was cut")),
    };
    const ended = applyIn(endless, Date.now);
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(await ended).toMatchObject({
      status: "rolled_back",
      errorMessage: "An application may take 10 minutes",
    });
  } finally {
    vi.useRealTimers();
  }
});

test.each([true, false])(
  "a store that fails is no refusal of the customer's server (transaction: %s)",
  async (isTransaction) => {
    const failure = Object.assign(new Error("read-only transaction"), { code: "25006" });
    const store = { rows: () => Promise.reject(failure) } as unknown as Store;
    const ended = applyIn({ isTransaction }, () => 0, store);
    await expect(ended).rejects.toMatchObject({ cause: failure });
  },
);

test("a creation waits for an application that was put off as it waits for a server", async () => {
  const application = { id: 1, status: "pending", errorMessage: null };
  const store = { rows: async () => [application], transaction: async () => [] };
  // It is not due, so nothing else is asked of anything.
  const deps = { store, clock: () => 0 } as unknown as ApplicationRunDeps;
  await expect(applyAtCreation(deps, 7)).rejects.toMatchObject({ code: "server_unreachable" });
});

import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import type { Store } from "../../src/db/client.ts";
import { type SweepDeps, sweep } from "../../src/sweep.ts";

const dialect = new PgDialect();

/** A store without rows, in which statements on one of its tables fail. */
function storeFailingAt(part: string): { store: Store; asked: string[] } {
  const asked: string[] = [];
  async function run(statement: SQL): Promise<[]> {
    const text = dialect.sqlToQuery(statement).sql;
    asked.push(text);
    if (text.includes(part)) throw new Error(`No ${part}`);
    return [];
  }
  const transaction = (statements: readonly SQL[]) => run(sql.join([...statements], sql`; `));
  return { store: { rows: run, transaction }, asked };
}

test("what fails in a sweep keeps nothing else from being done, and is told at its end", async () => {
  const { store, asked } = storeFailingAt("expiry_notices");
  const announced: string[] = [];
  const logged: string[] = [];
  const announce = (what: string) => async () => {
    announced.push(what);
  };
  const log = (event: string) => {
    logged.push(event);
  };
  // All that a sweep over an empty store makes use of.
  const deps = {
    store,
    clock: () => Date.UTC(2026, 0, 1),
    log: { info: log, warn: log, error: log },
    pool: { floor: 0, ceiling: 0, buildsPerServer: 1 },
    plans: {},
    fleet: {},
    announce: announce("operations"),
    announceDeliveries: announce("deliveries"),
    announceApplications: announce("applications"),
    publicUrl: "",
  } as unknown as SweepDeps;
  await expect(sweep(deps)).rejects.toThrow("No expiry_notices");
  expect(announced).toEqual(["operations", "deliveries", "applications"]);
  expect(asked.some((text) => text.includes("DELETE FROM console_sessions"))).toBe(true);
  expect(logged).toContain("sweep_part_failed");
});

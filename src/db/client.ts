import { neon, neonConfig } from "@neondatabase/serverless";
import type { SQL } from "drizzle-orm";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import { sqlState, withoutValues } from "./errors.ts";

/**
 * The control-plane PostgreSQL over Neon's HTTP protocol: each `rows` call is one round trip and
 * one transaction. There is no interactive transaction; what must be atomic is one statement (with
 * CTEs) or one batch.
 */
export type Store = {
  /** Runs one statement. */
  rows<Row extends Record<string, unknown>>(statement: SQL): Promise<Row[]>;
  /** Runs the statements in order as one transaction; the rows of the last. */
  transaction<Row extends Record<string, unknown>>(statements: readonly SQL[]): Promise<Row[]>;
};

/** Deadlocks and serialization failures: PostgreSQL asks for the transaction to be run again. */
const runAgainStates = new Set(["40P01", "40001"]);
const attemptsMax = 4;
/** A statement is given up after this; above every lock wait that our own statements cause. */
const timeoutMs = 15_000;

async function again<Value>(run: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === attemptsMax || !runAgainStates.has(sqlState(error) ?? "")) {
        throw withoutValues(error);
      }
    }
  }
}

/**
 * Opens the store. `neonEndpoint` is the origin of a local stand-in for Neon's endpoint, or empty.
 * No connection is made before the first statement.
 */
export function openStore(url: string, neonEndpoint: string): Store {
  if (neonEndpoint) neonConfig.fetchEndpoint = () => `${neonEndpoint}/sql`;
  neonConfig.fetchFunction = (address: string, init: RequestInit) =>
    fetch(address, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  const db: NeonHttpDatabase = drizzle(neon(url));
  return {
    rows<Row extends Record<string, unknown>>(statement: SQL) {
      return again(async () => (await db.execute<Row>(statement)).rows);
    },
    transaction<Row extends Record<string, unknown>>(statements: readonly SQL[]) {
      return again(async () => {
        const [first, ...rest] = statements.map((statement) => db.execute<Row>(statement));
        if (!first) return [];
        const results = await db.batch([first, ...rest]);
        return results.at(-1)?.rows ?? [];
      });
    },
  };
}

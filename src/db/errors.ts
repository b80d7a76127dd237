import { DrizzleQueryError } from "drizzle-orm/errors";

/** Reads PostgreSQL's facts out of whatever the driver and drizzle wrapped around them. */
type ErrorFacts = { code?: unknown; constraint?: unknown; cause?: unknown; sourceError?: unknown };

function factsOf(error: unknown): ErrorFacts | null {
  return typeof error === "object" && error !== null ? error : null;
}

function find(error: unknown, field: "code" | "constraint"): string | null {
  for (let facts = factsOf(error); facts; facts = factsOf(facts.cause)) {
    const value = facts[field];
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}

/** The SQLSTATE of a failed statement, or `null` when the failure has none. */
export function sqlState(error: unknown): string | null {
  const code = find(error, "code");
  return code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The name of the unique constraint or index that a statement violated, or `null`. */
export function violatedUnique(error: unknown): string | null {
  return sqlState(error) === "23505" ? find(error, "constraint") : null;
}

/** Whether the store could not be reached or could not serve, so that trying later may work. */
export function isStoreOutage(error: unknown): boolean {
  const state = sqlState(error);
  // 08: connection, 53: resources, 57P: shutting down or starting.
  if (state !== null) return /^(08|53|57P)/.test(state);
  for (let facts = factsOf(error); facts; facts = factsOf(facts.cause)) {
    if (facts instanceof Error && facts.name === "NeonDbError") return true;
  }
  return false;
}

/** Enough of a statement to find it in the sources. */
const statementCharsMax = 500;

/**
 * The same failure without the statement's values, which drizzle puts into its message: they are
 * customers' words and sealed secrets, and messages end in the log.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const statement = error.query.replaceAll(/\s+/g, " ").trim().slice(0, statementCharsMax);
  return new Error(`The store failed at: ${statement}`, { cause: error.cause });
}

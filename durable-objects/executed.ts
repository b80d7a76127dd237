import { isPumaFault } from "../src/puma/rules/code.ts";
import type { AccountFailure, Executed } from "../src/puma/rules/operation.ts";

/** What an account's object answers where it did not do what was asked, and what it reads of what it did. */
export function unauthorized(message: string): Executed {
  return { ok: false, rate: null, failure: { code: "unauthorized", message } };
}

/** A Fault as it crosses RPC; anything else is thrown on. */
export function failureOf(error: unknown): AccountFailure {
  if (!isPumaFault(error)) throw error;
  const { code, message, details } = error;
  return { code, message, ...(details ? { details } : {}) };
}

/** A query that is large, or asks for it, makes a link although it is a read. */
export function madeLink(executed: Executed): boolean {
  return executed.ok && executed.value !== null && "linked" in executed.value
    ? executed.value.linked
    : false;
}

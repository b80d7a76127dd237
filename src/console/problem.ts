import type { Fault } from "../lib/fault.ts";
import { type Code, isPolykomosFault, statusOfCode } from "../polykomos/dialect.ts";

/** What was wrong with a form, told where it is mended. */
export type Problem = {
  status: number;
  message: string;
  /** The field of the API that it is about; `null`: all of it. */
  field: string | null;
  details: Record<string, unknown>;
};

export type Attempt<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

/**
 * Runs what a form asks for. What the operation refuses comes back to be shown beside the form; a
 * thing that is not there, and what is our own fault, is thrown on and becomes a page.
 */
export async function attempt<Value>(work: Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (!isPolykomosFault(error) || error.code === "not_found") throw error;
    return { ok: false, problem: problemOf(error) };
  }
}

/** What a Fault says, to be told beside a form. */
export function problemOf({ code, message, details = {} }: Fault<Code>): Problem {
  const field = typeof details.field === "string" ? details.field : null;
  return { status: statusOfCode[code], message, field, details };
}

/** The message for one field, without the field's name in front; `null` when it is about another. */
export function problemAt(problem: Problem | null | undefined, field: string): string | null {
  if (!problem || problem.field !== field) return null;
  // The API names the field in front, which stands beside the message here.
  const said = problem.message.replace(/^[a-z_]+(\.\w+)*: /, "");
  if (said.startsWith("Missing required field")) return "This is needed.";
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`.replace(/\.\.$/, ".");
}

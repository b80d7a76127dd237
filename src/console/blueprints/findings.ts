import type { Problem } from "../problem.ts";
import type { CheckView } from "./wire.ts";

/** What a check found, taken apart: code, line, message. Pure. */
export type Found = {
  kind: "error" | "warning";
  code: string;
  /** Counted from 1; null where it is about the whole. */
  line: number | null;
  message: string;
};

export type Checked = {
  found: Found[];
  /** Null when the SQL was not read to its end. */
  check: CheckView | null;
  /** Not about the SQL: a wrong declaration of a variable, for one. */
  problem: Problem | null;
};

export function foundIn(errors: readonly string[], warnings: readonly string[]): Found[] {
  return [
    ...errors.map((text) => parsed("error", text)),
    ...warnings.map((text) => parsed("warning", text)),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function parsed(kind: Found["kind"], text: string): Found {
  const parts = /^(\w+): (?:line (\d+): )?([\s\S]*)$/.exec(text);
  const [, code = "", line, message = text] = parts ?? [];
  return { kind, code, line: line === undefined ? null : Number(line), message };
}

/** What a refused save says of the SQL; its problem is left when it is about something else. */
export function checkedOf(problem: Problem): Checked {
  const { errors, warnings } = problem.details;
  if (!Array.isArray(errors)) return { found: [], check: null, problem };
  const texts = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
  return { found: foundIn(texts(errors), texts(warnings)), check: null, problem: null };
}

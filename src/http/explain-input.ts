import type { z } from "zod";
import type { Fault } from "../lib/fault.ts";

/** One thing wrong with an input, told by field: what was wrong and what would be right. */
export type InputProblem = {
  kind: "missing" | "invalid" | "unknown";
  /** Dotted path below the part, for example `controls.allowed_ip_list.0`; `""` for the whole. */
  field: string;
  message: string;
  /** The values that would have been right, where there is a list of them. */
  allowed?: readonly unknown[];
};

type Issue = z.core.$ZodIssue;

function invalid(field: string, issue: Issue): InputProblem {
  const subject = field === "" ? "The value" : field;
  const allowed = issue.code === "invalid_value" ? { allowed: issue.values } : {};
  return { kind: "invalid", field, message: `${subject}: ${issue.message}`, ...allowed };
}

function isMissing(issue: Issue): boolean {
  // Zod's default text is the only place that tells an absent value from a wrong one.
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined");
}

/** All problems of a failed parse, missing fields first. */
function explainIssues(issues: readonly Issue[]): InputProblem[] {
  const problems = issues.flatMap((issue): InputProblem[] => {
    const field = issue.path.map(String).join(".");
    if (isMissing(issue)) {
      return [{ kind: "missing", field, message: `Missing required field: ${field}` }];
    }
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        kind: "unknown",
        field: [field, key]
          .filter((part) => part !== "")
          .join(".")
          .slice(0, 200),
        message: `Unknown field: ${key.slice(0, 200)}`,
      }));
    }
    return [invalid(field, issue)];
  });
  return problems.sort((a, b) => Number(b.kind === "missing") - Number(a.kind === "missing"));
}

/**
 * Parses one part of a request with its schema. On failure throws what `toFault` makes of the
 * problems.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  toFault: (problems: InputProblem[]) => Fault,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw toFault(explainIssues(parsed.error.issues));
}

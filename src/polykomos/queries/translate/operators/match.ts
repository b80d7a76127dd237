import type { Token } from "../words/tokens.ts";
import type { Operator } from "./operator.ts";
import { phrases } from "./phrases.ts";

export type OperatorSpan = { from: number; to: number; operator: Operator; argument: string };

/** All operator phrases that start at token `from`, the longest first. */
export function operatorsAt(tokens: readonly Token[], from: number): OperatorSpan[] {
  const first = tokens[from];
  if (first === undefined || first.kind === "quoted" || first.kind === "number") return [];
  const candidates = phrases.get(first.text) ?? [];
  return candidates
    .filter(({ words }) => words.every((word, offset) => tokens[from + offset]?.text === word))
    .map(({ words, operator, argument }) => ({
      from,
      to: from + words.length,
      operator,
      argument,
    }));
}

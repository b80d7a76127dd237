import type { Token } from "./mysql-lexer.ts";
import type { MysqlGrammar } from "./mysql-parser.ts";
import type { MysqlContext } from "./mysql-rules.ts";

/** `lines` are counted from where the statement that could not be read begins. */
export type Problem = { problem: string; start: number; lines: number };

export function problemAt(token: Token | undefined, problem: string): Problem {
  return { problem, start: token?.start ?? 0, lines: 0 };
}

/** Reads one statement into its context; `null` when it could be read. */
export type InspectStatement = (
  grammar: MysqlGrammar,
  text: string,
  tokens: readonly Token[],
  context: MysqlContext,
) => Problem | null;

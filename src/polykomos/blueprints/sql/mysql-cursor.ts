import type { Token } from "./mysql-lexer.ts";
import { isName, type Name, readName } from "./mysql-tokens.ts";

/** Why a statement cannot be read. `lines` are counted from where the statement begins at `start`. */
export type Problem = { problem: string; start: number; lines: number };

export function problemAt(token: Token | undefined, problem: string): Problem {
  return { problem, start: token?.start ?? 0, lines: 0 };
}

/** Thrown by what reads tokens that are not what they must be. */
export class Unreadable extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.problem);
    this.problem = problem;
  }
}

/** A place in the tokens of a statement, for what is read by hand. Quoted tokens are no words. */
export type Cursor = ReturnType<typeof createCursor>;

export function createCursor(tokens: readonly Token[], text: string) {
  let at = 0;

  /** The word or symbol at the cursor, or so many tokens behind it; empty: there is none. */
  function word(offset = 0): string {
    const token = tokens[at + offset];
    return token && token.kind !== "quote" ? token.text : "";
  }

  function fail(expected: string): never {
    const token = tokens[at];
    const near = token
      ? `"${text.slice(token.start, token.start + 30).split("\n")[0]}"`
      : "the end";
    const problem = `syntax error at or near ${near}: ${expected} is expected`;
    throw new Unreadable(problemAt(token ?? tokens.at(-1), problem));
  }

  /** Goes past a word when it stands here. */
  function take(expected: string): boolean {
    if (word() !== expected) return false;
    at += 1;
    return true;
  }

  function expect(...words: string[]): void {
    for (const each of words) if (!take(each)) fail(each);
  }

  return {
    word,
    fail,
    take,
    expect,
    token: () => tokens[at],
    isAtEnd: () => at >= tokens.length,

    skip(count = 1): void {
      at += count;
    },

    /** All that is left. */
    takeRest(): readonly Token[] {
      const from = at;
      at = tokens.length;
      return tokens.slice(from);
    },

    /** A name, which may have a database before it. */
    takeName(): Name {
      const name = readName(tokens, at, text);
      if (!isName(tokens[at]) || !isName(tokens[name.next - 1])) fail("a name");
      at = name.next;
      return name;
    },

    skipParentheses(): void {
      expect("(");
      for (let depth = 1; depth > 0; at++) {
        if (at >= tokens.length) fail(")");
        if (word() === "(") depth += 1;
        if (word() === ")") depth -= 1;
      }
    },

    /** Takes tokens up to one of the words outside parentheses and CASE. */
    takeUntil(...ends: string[]): readonly Token[] {
      const from = at;
      let depth = 0;
      while (at < tokens.length && !(depth === 0 && ends.includes(word()))) {
        if (/^(\(|CASE)$/.test(word())) depth += 1;
        if (/^(\)|END)$/.test(word())) depth -= 1;
        at += 1;
      }
      if (at === from) fail("an expression");
      return tokens.slice(from, at);
    },
  };
}

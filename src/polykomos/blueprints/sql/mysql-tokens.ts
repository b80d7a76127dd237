import type { Token } from "./mysql-lexer.ts";
import { addError, type Inspection } from "./script.ts";

/** What stands in the tokens of a MySQL statement: names, words, clauses. */

/** A number, as the lexer gives one in upper case. */
const number = /^(?:0X[\dA-F]+|0B[01]+|\d+(?:\.\d*)?(?:E[+-]?\d+)?|\.\d+(?:E[+-]?\d+)?)$/;

export function isNumber(token: Token): boolean {
  return token.kind === "word" && number.test(token.text);
}

/** Whether a token can be a name: a word, or anything in backticks. */
export function isName(token: Token | undefined): token is Token {
  if (token?.kind === "quote") return token.text.startsWith("`");
  return token?.kind === "word" && !isNumber(token);
}

/** A token as the text has it, a quoted one without its quotes. */
export function plainText(token: Token | undefined, text: string): string {
  if (!token) return "";
  const raw = text.slice(token.start, token.end);
  if (token.kind !== "quote") return raw;
  const mark = raw.charAt(0);
  return raw.slice(1, -1).replaceAll(mark + mark, mark);
}

/** `next` is the index of the token behind the name. */
export type Name = { database: string | null; name: string; next: number };

/** The name, with or without a database, that begins at a token. */
export function readName(tokens: readonly Token[], at: number, text: string): Name {
  const first = plainText(tokens[at], text);
  if (tokens[at + 1]?.text !== ".") return { database: null, name: first, next: at + 1 };
  return { database: first, name: plainText(tokens[at + 2], text), next: at + 3 };
}

/** A name in a database is one in another database: nobody knows what their own is called. */
export function refuseDatabase({ database, name }: Omit<Name, "next">, found: Inspection): void {
  if (database !== null) addError(found, "cross_database", `${database}.${name}`);
}

/** The first token of some words that follow one another, or -1. */
export function findWords(tokens: readonly Token[], ...words: string[]): number {
  return tokens.findIndex((_, at) => words.every((word, i) => tokens[at + i]?.text === word));
}

export function hasWords(tokens: readonly Token[], ...words: string[]): boolean {
  return findWords(tokens, ...words) >= 0;
}

/** What a CREATE makes, with its index; null when it is none of these. */
export function createdType(tokens: readonly Token[]): { type: string; at: number } | null {
  const types = /^(TABLE|VIEW|INDEX|PROCEDURE|FUNCTION|TRIGGER|SEQUENCE)$/;
  const at = tokens.findIndex(({ kind, text }) => kind === "word" && types.test(text));
  const type = tokens[at]?.text.toLowerCase();
  return type === undefined ? null : { type, at };
}

/** How a symbol changes the depth of parentheses. */
function depthChange({ kind, text }: Token): number {
  if (kind !== "symbol") return 0;
  return text === "(" ? 1 : text === ")" ? -1 : 0;
}

/** The index of the first of some words that stands outside parentheses, or -1. */
export function findOutside(tokens: readonly Token[], words: RegExp, from = 0): number {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (at < from) continue;
    depth += depthChange(token);
    if (depth === 0 && token.kind === "word" && words.test(token.text)) return at;
  }
  return -1;
}

/** Tokens cut at the commas outside parentheses. */
export function clausesOf(tokens: readonly Token[]): Token[][] {
  const clauses: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += depthChange(token);
    if (depth === 0 && token.kind === "symbol" && token.text === ",") clauses.push([]);
    else clauses.at(-1)?.push(token);
  }
  return clauses;
}

/** Tokens without `IF EXISTS` and `IF NOT EXISTS`; the function IF stays. */
export function withoutIfExists(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const words = tokens.slice(at, at + 3).map(({ text }) => text);
    if (words[0] === "IF" && words[1] === "EXISTS") at += 1;
    else if (words.join(" ") === "IF NOT EXISTS") at += 2;
    else if (token) kept.push(token);
  }
  return kept;
}

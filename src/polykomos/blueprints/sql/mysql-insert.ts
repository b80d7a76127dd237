import type { Token } from "./mysql-lexer.ts";
import { isName, isNumber } from "./mysql-tokens.ts";

/**
 * Reads the most frequent statement of all, an INSERT of constants, without the grammar: large
 * scripts are mostly these, and the grammar takes a hundred times as long. Anything but the plain
 * form is left to the grammar.
 */
export type PlainInsert = { kind: "insert" | "replace"; table: Token[] };

const constants = new Set([
  "NULL",
  "TRUE",
  "FALSE",
  "DEFAULT",
  "CURRENT_TIMESTAMP",
  "CURRENT_DATE",
]);
const calls = new Set(["NOW", "CURRENT_TIMESTAMP", "CURDATE", "UUID", "UTC_TIMESTAMP"]);

/** The table's name; null when the statement is not of the plain form. */
export function readPlainInsert(tokens: readonly Token[]): PlainInsert | null {
  const kind = tokens[0]?.text === "INSERT" ? "insert" : "replace";
  let at = 1;
  const is = (text: string) => tokens[at]?.kind !== "quote" && tokens[at]?.text === text;
  const take = (text: string) => is(text) && ++at > 0;

  if (kind === "insert") take("IGNORE");
  take("INTO");
  const table: Token[] = [];
  if (!takeName()) return null;
  if (take(".") && !takeName()) return null;
  if (is("(") && !takeNames()) return null;
  if (!take("VALUES") && !take("VALUE")) return null;
  do {
    if (!takeRow()) return null;
  } while (take(","));
  return at === tokens.length ? { kind, table } : null;

  function takeName(): boolean {
    const token = tokens[at];
    if (!isName(token) || is("VALUES") || is("SELECT") || is("SET")) return false;
    table.push(token);
    at += 1;
    return true;
  }

  function takeNames(): boolean {
    at += 1;
    if (take(")")) return true;
    do {
      if (!isName(tokens[at])) return false;
      at += 1;
    } while (take(","));
    return take(")");
  }

  function takeRow(): boolean {
    if (!take("(")) return false;
    if (take(")")) return true;
    do {
      if (!takeValue()) return false;
    } while (take(","));
    return take(")");
  }

  function takeValue(): boolean {
    const isSigned = take("-") || take("+");
    const token = tokens[at];
    if (!token || token.kind === "symbol") return false;
    at += 1;
    if (token.kind === "quote") return !isSigned && !token.text.startsWith("`");
    if (isNumber(token)) return true;
    if (isSigned) return false;
    if (/^[NXB]$/.test(token.text) && tokens[at]?.text.startsWith("'")) {
      // A prefix belongs to the quote it touches.
      const touches = tokens[at]?.start === token.end;
      at += 1;
      return touches;
    }
    if (is("(")) return calls.has(token.text) && take("(") && take(")");
    return constants.has(token.text);
  }
}

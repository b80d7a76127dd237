import { mysqlSpan, mysqlTokens, type Token } from "../../blueprints/sql/mysql-lexer.ts";
import type { MysqlGrammar } from "../../blueprints/sql/mysql-parser.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { mysqlFunctions, mysqlWords } from "./mysql-functions.ts";
import { readMysqlTree } from "./mysql-tree.ts";
import { relationsOf } from "./relations.ts";
import { Refusal, type Verdict } from "./verdict.ts";

/**
 * The guard on MySQL and MariaDB. The grammar is not the server's own and is blind to comments that
 * the server executes, so our lexer looks first: at the same characters, with the same quotes.
 */

/** The text with each comment a space, and nothing after the statement. Throws a Refusal. */
function stripMysqlComments(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const { kind, start, end } = mysqlSpan(text, at);
    const span = text.slice(start, end);
    at = end;
    if (kind !== "comment") out += span;
    else if (/^\/\*(?:M?!|\+)/i.test(span)) {
      throw new Refusal("not_allowed", "Comments that the server executes are not read");
    } else if (span.startsWith("/*") && !span.endsWith("*/")) {
      throw new Refusal("unreadable", "A comment does not end");
    } else out += " ";
  }
  return out.trim().replace(/;$/, "").trim();
}

const refusedWords: ReadonlyMap<string, string> = new Map([
  ["OUTFILE", "writes a file"],
  ["DUMPFILE", "writes a file"],
  ["PROCEDURE", "runs a procedure"],
  ["HANDLER", "opens a table past the grammar"],
  ["LOAD_FILE", "reads a file"],
  ["PREPARE", "runs a text"],
  ["EXECUTE", "runs a text"],
]);

/** What no statement may have among its tokens, whatever the grammar makes of it. */
function checkTokens(tokens: readonly Token[], ownNames: ReadonlySet<string>): void {
  const isGrant = tokens[0]?.text === "GRANT";
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token.kind === "symbol") {
      if (token.text === ";") {
        throw new Refusal("several_statements", "It is more than one statement");
      }
      if (token.text === "@" && !isGrant) {
        throw new Refusal("not_allowed", "No question may use variables");
      }
      if (token.text === "\\" || token.text === "\0" || token.text === "?") {
        throw new Refusal("unreadable", `It has a stray ${JSON.stringify(token.text)}`);
      }
    }
    if (token.kind === "quote" && !isClosed(token.text)) {
      throw new Refusal("unreadable", "A quote does not end");
    }
    if (token.kind === "word" && tokens[index - 1]?.text !== ".") {
      const why = refusedWords.get(token.text);
      if (why !== undefined) throw new Refusal("not_allowed", `${token.text} ${why}`);
    }
    if (next?.text === "(" && next.kind === "symbol") checkCalled(token, ownNames);
  }
}

function isClosed(text: string): boolean {
  return text.length > 1 && text.at(-1) === text[0];
}

/** What stands before a parenthesis is a word of the grammar, a known function, or a table. */
function checkCalled(token: Token, ownNames: ReadonlySet<string>): void {
  const name =
    token.kind === "quote" && token.text.startsWith("`")
      ? token.text.slice(1, -1).replaceAll("``", "`")
      : token.kind === "word"
        ? token.text
        : null;
  if (name === null) return;
  const upper = name.toUpperCase();
  const isKnown =
    ownNames.has(upper) ||
    (token.kind === "word" && (mysqlWords.has(upper) || mysqlFunctions.has(upper))) ||
    /^\d/.test(upper);
  if (!isKnown) throw new Refusal("function_not_allowed", `No question may call ${name}()`);
}

/** Checks one statement. Throws a Refusal. */
export function checkMysql(grammar: MysqlGrammar, text: string, catalog: Catalog): Verdict {
  const sql = stripMysqlComments(text);
  const tokens = mysqlTokens(sql);
  if (tokens.length === 0) throw new Refusal("unreadable", "It is empty");
  const parsed = grammar.parse(sql);
  if ("problem" in parsed) throw new Refusal("unreadable", parsed.problem);
  const relations = relationsOf(catalog);
  const reading = readMysqlTree(parsed.tree, relations);
  checkTokens(tokens, reading.names);
  return { kind: "allowed", sql, class: reading.class, confirm: reading.confirm };
}

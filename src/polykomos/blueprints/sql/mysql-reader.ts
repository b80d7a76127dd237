import { createLineCounter } from "./lines.ts";
import { type Problem, problemAt } from "./mysql-cursor.ts";
import { grammarText } from "./mysql-grammar-text.ts";
import { readPlainInsert } from "./mysql-insert.ts";
import { mysqlSplit, mysqlTokens, type Token, unwrapExecutableComments } from "./mysql-lexer.ts";
import { loadMysqlGrammar, type MysqlGrammar } from "./mysql-parser.ts";
import { refuseAnywhere, refuseBeginning, refuseOtherDatabases } from "./mysql-refusals.ts";
import { readRoutine } from "./mysql-routine.ts";
import { inspectDrop, inspectMysql, inspectSet, type MysqlContext } from "./mysql-rules.ts";
import { createdType, isName, plainText, readName, refuseDatabase } from "./mysql-tokens.ts";
import {
  addStatement,
  addTooMany,
  findingsMax,
  newInspection,
  newReading,
  type Reading,
  statementsMax,
  syntaxErrorsMax,
} from "./script.ts";

/** Reads a whole script as MySQL does: lexer, grammar and rules, a statement at a time. */
export async function readMysql(script: string): Promise<Reading> {
  const grammar = await loadMysqlGrammar();
  const reading = newReading();
  const { text, refused } = unwrapExecutableComments(script);
  const { cuts, unendedDelimiter } = mysqlSplit(text);
  if (unendedDelimiter !== null) {
    const line = createLineCounter(text)(unendedDelimiter);
    const message = "DELIMITER needs the new delimiter on the same line";
    reading.errors.push({ code: "delimiter", line, message });
  }
  const lineOfComment = createLineCounter(text);
  for (const at of refused.slice(0, findingsMax)) {
    const message = "only some servers execute it, so it cannot be checked";
    reading.errors.push({ code: "executable_comment", line: lineOfComment(at), message });
  }
  const made = new Set<string>();
  let syntaxErrors = 0;
  const lineAt = createLineCounter(text);
  for (const { start, end } of cuts) {
    const found = newInspection("unknown");
    const line = lineAt(start);
    const problem = inspect(grammar, mysqlTokens(text, start, end), { text, found, made });
    if (problem) {
      syntaxErrors += 1;
      const errorLine = line + breaksIn(text.slice(start, problem.start)) + problem.lines;
      reading.errors.push({ code: "syntax", line: errorLine, message: problem.problem });
    }
    const length = text.slice(start, end).trimEnd().length;
    addStatement(reading, found, { line, start, end: start + length });
    if (syntaxErrors >= syntaxErrorsMax) break;
    if (reading.statementCount > statementsMax) {
      addTooMany(reading, line);
      break;
    }
  }
  return reading;
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}

/** Reads a statement of the script; why it could not be read, or null. */
function inspect(
  grammar: MysqlGrammar,
  tokens: readonly Token[],
  context: MysqlContext,
): Problem | null {
  const { text, found } = context;
  const plain = /^(INSERT|REPLACE)$/.test(tokens[0]?.text ?? "") ? readPlainInsert(tokens) : null;
  if (!plain) return inspectStatement(grammar, tokens, context);
  const name = plainText(plain.table.at(-1), text);
  found.kind = plain.kind;
  found.target = name;
  const database = plain.table.length > 1 ? plainText(plain.table[0], text) : null;
  refuseDatabase({ database, name }, found);
  return null;
}

/** Reads one statement, which may stand in the body of a routine. */
function inspectStatement(
  grammar: MysqlGrammar,
  tokens: readonly Token[],
  context: MysqlContext,
): Problem | null {
  const { text, found } = context;
  const [first] = tokens;
  refuseAnywhere(tokens, found);
  if (refuseBeginning(tokens, found)) return null;
  const own = readOwn(grammar, tokens, context);
  if (own !== undefined) return own;
  const statement = grammarText(tokens, text);
  const parsed = grammar.parse(statement);
  if ("problem" in parsed) {
    const lines = breaksIn(statement.slice(0, parsed.at));
    return { problem: parsed.problem, start: first?.start ?? 0, lines };
  }
  const trees = Array.isArray(parsed.tree) ? parsed.tree : [parsed.tree];
  if (trees.length !== 1) return problemAt(first, "not one statement");
  refuseOtherDatabases(trees[0], found);
  inspectMysql(tokens, context);
  return null;
}

/** Statements that the grammar does not know; undefined: it is for the grammar. */
function readOwn(
  grammar: MysqlGrammar,
  tokens: readonly Token[],
  context: MysqlContext,
): Problem | null | undefined {
  const [first, second, third, fourth] = tokens.map(({ kind, text }) =>
    kind === "word" ? text : "",
  );
  const isRoutine = /^(PROCEDURE|FUNCTION|TRIGGER)$/i;
  if (first === "DROP" && isRoutine.test(second ?? "")) {
    const at = third === "IF" && fourth === "EXISTS" ? 4 : 2;
    const { next } = readName(tokens, at, context.text);
    const isOneName = isName(tokens[at]) && isName(tokens[next - 1]) && next === tokens.length;
    if (!isOneName) return problemAt(tokens[0], "syntax error: one name is expected");
    inspectDrop(tokens, context);
    return null;
  }
  if (first === "SET" && second === "NAMES") {
    if (!isCharset(tokens.slice(2))) return problemAt(tokens[0], "syntax error in SET NAMES");
    inspectSet(tokens, context);
    return null;
  }
  if (first === "CREATE" && isRoutine.test(createdType(tokens)?.type ?? "")) {
    return readRoutine(grammar, tokens, context, inspectStatement);
  }
  return undefined;
}

/** `utf8mb4` or `'utf8mb4' COLLATE utf8mb4_bin`. */
function isCharset([charset, collate, collation, ...more]: readonly Token[]): boolean {
  const isValue = (token: Token | undefined) => token !== undefined && token.kind !== "symbol";
  if (!isValue(charset) || more.length > 0) return false;
  return collate === undefined || (collate.text === "COLLATE" && isValue(collation));
}

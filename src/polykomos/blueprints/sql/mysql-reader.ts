import { createLineCounter } from "./lines.ts";
import { readPlainInsert } from "./mysql-insert.ts";
import {
  type Cut,
  mysqlSplit,
  mysqlTokens,
  type Token,
  unwrapExecutableComments,
} from "./mysql-lexer.ts";
import { loadMysqlGrammar, type MysqlGrammar } from "./mysql-parser.ts";
import { type Problem, problemAt } from "./mysql-problem.ts";
import { readRoutine } from "./mysql-routine.ts";
import {
  error,
  inspectAlter,
  inspectChange,
  inspectCreate,
  inspectDrop,
  inspectSet,
  type MysqlContext,
  plainName,
  readName,
  refuseAnywhere,
  refuseBeginning,
  refuseOtherDatabases,
  warn,
} from "./mysql-rules.ts";
import {
  addInspection,
  type Inspection,
  newInspection,
  newReading,
  type Reading,
  statementsMax,
} from "./script.ts";

/** Reads a whole script as MySQL does: lexer, grammar and rules, a statement at a time. */
const syntaxErrorsMax = 20;

export async function readMysql(script: string): Promise<Reading> {
  const grammar = await loadMysqlGrammar();
  const reading = newReading();
  const { text, refused } = unwrapExecutableComments(script);
  const lineAt = createLineCounter(text);
  const split = mysqlSplit(text);
  if (split.unendedDelimiter !== null) {
    const message = "DELIMITER needs the new delimiter on the same line";
    reading.errors.push({ code: "delimiter", line: lineAt(split.unendedDelimiter), message });
  }
  for (const at of refused) {
    const message = "only some servers execute it, so it cannot be checked";
    reading.errors.push({ code: "executable_comment", line: createLineCounter(text)(at), message });
  }
  const made = new Set<string>();
  let syntaxErrors = 0;
  const place = createLineCounter(text);
  for (const cut of split.cuts) {
    const found = newInspection("unknown");
    const line = place(cut.start);
    const problem = inspect(grammar, text, cut, { found, made });
    reading.statementCount += 1;
    if (problem) {
      syntaxErrors += 1;
      const errorLine = line + breaks(text.slice(cut.start, problem.start)) + problem.lines;
      reading.errors.push({ code: "syntax", line: errorLine, message: problem.problem });
      if (syntaxErrors >= syntaxErrorsMax) break;
    }
    addInspection(reading, found, line);
    const { kind, target } = found;
    const end = cut.start + text.slice(cut.start, cut.end).trimEnd().length;
    reading.pieces.push({
      kind,
      target: target?.slice(0, 200) ?? null,
      line,
      start: cut.start,
      end,
    });
    if (reading.statementCount > statementsMax) {
      const message = `a blueprint has at most ${statementsMax} statements`;
      reading.errors.push({ code: "too_many_statements", line, message });
      break;
    }
  }
  return reading;
}

function breaks(text: string): number {
  return text.split("\n").length - 1;
}

function inspect(
  grammar: MysqlGrammar,
  text: string,
  cut: Cut,
  context: MysqlContext,
): Problem | null {
  const tokens = mysqlTokens(text, cut.start, cut.end);
  const [first] = tokens;
  if (first?.text === "INSERT" || first?.text === "REPLACE") {
    const plain = readPlainInsert(tokens);
    if (plain) {
      context.found.kind = plain.kind;
      context.found.target = plainName(plain.table.at(-1), text);
      if (plain.table.length > 1) {
        const names = plain.table.map((token) => plainName(token, text)).join(".");
        error(context.found, "cross_database", names);
      }
      return null;
    }
  }
  return inspectStatement(grammar, text, tokens, context);
}

/** Reads one statement, which may stand in the body of a routine. */
function inspectStatement(
  grammar: MysqlGrammar,
  text: string,
  tokens: readonly Token[],
  context: MysqlContext,
): Problem | null {
  const { found } = context;
  const [first] = tokens;
  refuseAnywhere(tokens, found);
  if (refuseBeginning(tokens, found)) return null;
  const own = readOwn(grammar, text, tokens, context);
  if (own !== undefined) return own;
  const statement = forGrammar(tokens, text);
  const parsed = grammar.parse(statement);
  if ("problem" in parsed) {
    const lines = breaks(statement.slice(0, parsed.at));
    return { problem: parsed.problem, start: first?.start ?? 0, lines };
  }
  const trees = Array.isArray(parsed.tree) ? parsed.tree : [parsed.tree];
  if (trees.length !== 1) return problemAt(first, "not one statement");
  refuseOtherDatabases(trees[0], found);
  describe(tokens, text, context);
  return null;
}

/** Statements that the grammar does not know; undefined: it is for the grammar. */
function readOwn(
  grammar: MysqlGrammar,
  text: string,
  tokens: readonly Token[],
  context: MysqlContext,
): Problem | null | undefined {
  const words = tokens.map((token) => (token.kind === "word" ? token.text : ""));
  if (words[0] === "DROP" && /^(PROCEDURE|FUNCTION|TRIGGER)$/.test(words[1] ?? "")) {
    const name = readName(tokens, words[2] === "IF" ? 4 : 2, text);
    if (name.next !== tokens.length) {
      return problemAt(tokens[0], "syntax error after the name");
    }
    inspectDrop(tokens, text, context);
    return null;
  }
  if (words[0] === "SET" && words[1] === "NAMES") {
    inspectSet(tokens, text, context.found);
    return null;
  }
  if (
    words[0] === "CREATE" &&
    words.slice(0, 12).some((w) => /^(PROCEDURE|FUNCTION|TRIGGER)$/.test(w))
  ) {
    return readRoutine(grammar, text, tokens, context, inspectStatement);
  }
  return undefined;
}

/** The statement for the grammar: without comments, its gaps filled by what means the same. */
function forGrammar(tokens: readonly Token[], text: string): string {
  let out = "";
  let last = tokens[0]?.start ?? 0;
  for (const [at, token] of tokens.entries()) {
    // Line breaks stay, so that an error's line is right.
    const gap = text.slice(last, token.start);
    out += gap === "" ? "" : gap.replaceAll(/[^\n]/g, "") || " ";
    // Two of them begin a comment to the grammar, and to MySQL only before a space.
    if (token.text === "-" && out.endsWith("-")) out += " ";
    out += instead(tokens, at) ?? text.slice(token.start, token.end);
    last = token.end;
  }
  return out;
}

const typeNames: Record<string, string> = {
  NVARCHAR: "VARCHAR",
  NCHAR: "CHAR",
  SERIAL: "BIGINT",
  REAL: "DOUBLE",
  INT1: "TINYINT",
  INT2: "SMALLINT",
  INT4: "INT",
  INT8: "BIGINT",
  UUID: "CHAR",
  INET6: "CHAR",
  INET4: "CHAR",
};

function instead(tokens: readonly Token[], at: number): string | null {
  const token = tokens[at];
  const [before, next] = [tokens[at - 1]?.text, tokens[at + 1]];
  if (token?.kind !== "word") return null;
  const isDefinition = /^(CREATE|ALTER)$/.test(tokens[0]?.text ?? "");
  if (isDefinition && Object.hasOwn(typeNames, token.text)) {
    const isCall = next?.text === "(" && token.text === "UUID";
    const isName = before === "(" || before === "," || before === ".";
    return isCall || isName ? null : (typeNames[token.text] ?? null);
  }
  if (isDefinition && token.text === "PRECISION" && before === "DOUBLE") return "";
  const isIndexCheck =
    tokens[1]?.text === "INDEX" || tokens[2]?.text === "INDEX" || tokens[0]?.text === "ALTER";
  if (isIndexCheck && (token.text === "IF" || before === "IF" || tokens[at - 2]?.text === "IF"))
    return "";
  const isLast = at === tokens.length - 1;
  if (isLast && tokens[0]?.text === "DROP" && /^(CASCADE|RESTRICT)$/.test(token.text)) return "";
  return null;
}

function describe(tokens: readonly Token[], text: string, context: MysqlContext): void {
  const { found } = context;
  const [first, second] = tokens;
  switch (first?.text) {
    case "CREATE":
      inspectCreate(tokens, text, context);
      return;
    case "DROP":
      inspectDrop(tokens, text, context);
      return;
    case "ALTER":
      inspectAlter(tokens, text, context);
      return;
    case "TRUNCATE": {
      found.kind = "truncate";
      const name = readName(tokens, second?.text === "TABLE" ? 2 : 1, text);
      found.target = name.name;
      if (name.database !== null) error(found, "cross_database", `${name.database}.${name.name}`);
      warn(found, "truncate", name.name);
      return;
    }
    case "RENAME":
      found.kind = "rename";
      found.target = readName(tokens, 2, text).name;
      warn(found, "rename", `table ${found.target}`);
      return;
    case "INSERT":
    case "REPLACE": {
      found.kind = first.text.toLowerCase();
      const into = tokens.findIndex((token) => token.text === "INTO");
      found.target = readName(tokens, into + 1, text).name;
      return;
    }
    case "SET":
      inspectSet(tokens, text, found);
      return;
    case "CALL":
      found.kind = "call";
      found.target = readName(tokens, 1, text).name;
      warn(found, "dynamic_sql", `CALL ${found.target}`);
      return;
    case "WITH":
    case "DELETE":
    case "UPDATE":
    case "EXPLAIN":
    case "DESCRIBE":
    case "DESC":
      describeQuery(tokens, text, found);
      return;
    case "SELECT":
    case "(":
    case "SHOW":
      found.kind = first.text === "SHOW" ? "show" : "select";
      warn(found, "result_not_kept", found.kind.toUpperCase());
      return;
    default:
      error(found, "system_setting", `${first?.text ?? "nothing"} is not offered`);
  }
}

/** A DELETE or UPDATE may stand behind WITH or EXPLAIN. */
function describeQuery(tokens: readonly Token[], text: string, found: Inspection): void {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.text === "(" && token.kind === "symbol") depth += 1;
    if (token.text === ")" && token.kind === "symbol") depth -= 1;
    if (depth > 0 || token.kind !== "word" || !/^(DELETE|UPDATE|SELECT)$/.test(token.text))
      continue;
    found.kind = token.text.toLowerCase();
    if (token.text !== "SELECT") inspectChange(tokens, at, text, found);
    else warn(found, "result_not_kept", "SELECT");
    return;
  }
  found.kind = "explain";
  warn(found, "result_not_kept", "EXPLAIN");
}

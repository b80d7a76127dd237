import type { Token } from "./mysql-lexer.ts";
import type { MysqlGrammar } from "./mysql-parser.ts";
import { type InspectStatement, type Problem, problemAt } from "./mysql-problem.ts";
import { error, inspectCreate, type MysqlContext, readName, warn } from "./mysql-rules.ts";
import { newInspection } from "./script.ts";

/**
 * Reads a procedure, function or trigger, which the grammar does not know: the frame and the flow of
 * control here, each statement and expression inside by the grammar (SQL/PSM as in MySQL 8.0's
 * manual, 15.6). What a body does is a routine's, not the script's: only what may stand nowhere
 * counts.
 */
export function readRoutine(
  grammar: MysqlGrammar,
  text: string,
  tokens: readonly Token[],
  context: MysqlContext,
  inspectStatement: InspectStatement,
): Problem | null {
  const reader = createReader(grammar, text, tokens, context, inspectStatement);
  try {
    reader.readCreate();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return thrown.problem;
    throw thrown;
  }
  const type = tokens.findIndex((token) => /^(PROCEDURE|FUNCTION|TRIGGER)$/.test(token.text));
  const isChecked = tokens[type + 1]?.text === "IF";
  const { database, name } = readName(tokens, type + (isChecked ? 4 : 1), text);
  if (database !== null) error(context.found, "cross_database", `${database}.${name}`);
  inspectCreate(tokens, text, context);
  return null;
}

class Unreadable extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.problem);
    this.problem = problem;
  }
}

const characteristics = new Set([
  "DETERMINISTIC",
  "NOT",
  "NO",
  "SQL",
  "CONTAINS",
  "READS",
  "MODIFIES",
  "DATA",
  "LANGUAGE",
  "SECURITY",
  "INVOKER",
  "DEFINER",
]);

function createReader(
  grammar: MysqlGrammar,
  text: string,
  tokens: readonly Token[],
  context: MysqlContext,
  inspectStatement: InspectStatement,
) {
  let at = 0;
  const word = (offset = 0) => {
    const token = tokens[at + offset];
    return token && token.kind !== "quote" ? token.text : "";
  };

  function fail(expected: string): never {
    const token = tokens[at];
    const near = token
      ? `"${text.slice(token.start, token.start + 30).split("\n")[0]}"`
      : "the end";
    const problem = `syntax error at or near ${near}: ${expected} is expected`;
    throw new Unreadable(problemAt(token ?? tokens.at(-1), problem));
  }

  function take(expected: string): boolean {
    if (word() !== expected) return false;
    at += 1;
    return true;
  }

  function expect(...words: string[]): void {
    for (const each of words) if (!take(each)) fail(each);
  }

  function takeName(): void {
    const token = tokens[at];
    const isName = token?.kind === "word" || token?.text.startsWith("`");
    if (!isName) fail("a name");
    at += 1;
  }

  function skipParentheses(): void {
    expect("(");
    for (let depth = 1; depth > 0; at++) {
      if (at >= tokens.length) fail(")");
      if (word() === "(") depth += 1;
      if (word() === ")") depth -= 1;
    }
  }

  /** Takes tokens up to one of the words outside parentheses and CASE; where they began. */
  function takeUntil(...ends: string[]): readonly Token[] {
    const from = at;
    let depth = 0;
    while (at < tokens.length && !(depth === 0 && ends.includes(word()))) {
      if (/^(\(|CASE)$/.test(word())) depth += 1;
      if (/^(\)|END)$/.test(word())) depth -= 1;
      at += 1;
    }
    if (at === from) fail("an expression");
    return tokens.slice(from, at);
  }

  function readExpression(...ends: string[]): void {
    const expression = takeUntil(...ends);
    const last = expression.at(-1)?.end ?? 0;
    const parsed = grammar.parse(`SELECT (${text.slice(expression[0]?.start ?? 0, last)})`);
    if ("problem" in parsed) throw new Unreadable(problemAt(expression[0], parsed.problem));
  }

  function readCreate(): void {
    expect("CREATE");
    if (take("OR")) expect("REPLACE");
    if (take("DEFINER")) {
      // It would run as somebody else.
      error(context.found, "role", "DEFINER");
      while (at < tokens.length && !/^(PROCEDURE|FUNCTION|TRIGGER)$/.test(word())) at += 1;
    }
    const type = word();
    at += 1;
    if (take("IF")) expect("NOT", "EXISTS");
    takeName();
    if (take(".")) takeName();
    if (type === "TRIGGER") readTriggerFrame();
    else readRoutineFrame(type);
    readStatement(true);
    if (at < tokens.length) fail("the end");
  }

  function readTriggerFrame(): void {
    if (!take("BEFORE")) expect("AFTER");
    if (!take("INSERT") && !take("UPDATE")) expect("DELETE");
    expect("ON");
    takeName();
    if (take(".")) takeName();
    expect("FOR", "EACH", "ROW");
    if (take("FOLLOWS") || take("PRECEDES")) takeName();
  }

  function readRoutineFrame(type: string): void {
    skipParentheses();
    if (type === "FUNCTION") {
      expect("RETURNS");
      takeName();
      if (word() === "(") skipParentheses();
      while (/^(UNSIGNED|CHARSET|CHARACTER|SET|COLLATE)$/.test(word())) {
        at += /^(UNSIGNED|CHARACTER)$/.test(word()) ? 1 : 2;
      }
    }
    while (characteristics.has(word()) || word() === "COMMENT") {
      at += word() === "COMMENT" ? 2 : 1;
    }
  }

  function readStatements(...ends: string[]): void {
    while (!ends.includes(word())) {
      if (at >= tokens.length) fail(ends.join(" or "));
      readStatement(false);
      expect(";");
    }
  }

  function readStatement(isBody: boolean): void {
    if (tokens[at]?.kind === "word" && word(1) === ":") at += 2;
    switch (word()) {
      case "BEGIN":
        readBlock();
        return;
      case "IF":
        readIf();
        return;
      case "CASE":
        readCase();
        return;
      case "LOOP":
        at += 1;
        readStatements("END");
        expect("END", "LOOP");
        takeLabel();
        return;
      case "WHILE":
        at += 1;
        readExpression("DO");
        expect("DO");
        readStatements("END");
        expect("END", "WHILE");
        takeLabel();
        return;
      case "REPEAT":
        at += 1;
        readStatements("UNTIL");
        expect("UNTIL");
        readExpression("END");
        expect("END", "REPEAT");
        takeLabel();
        return;
      case "RETURN":
        at += 1;
        readExpression(";");
        return;
      case "DECLARE":
        readDeclare();
        return;
      case "LEAVE":
      case "ITERATE":
      case "OPEN":
      case "CLOSE":
        at += 1;
        takeName();
        return;
      case "FETCH":
      case "SIGNAL":
      case "RESIGNAL":
      case "GET":
        takeUntil(";");
        return;
      case "PREPARE":
      case "EXECUTE":
      case "DEALLOCATE":
        warn(context.found, "dynamic_sql", `${word()} in a routine`);
        takeUntil(";");
        return;
      case "SET":
        readSet();
        return;
      default:
        readSql(isBody);
        return;
    }
  }

  function takeLabel(): void {
    if (tokens[at]?.kind === "word") at += 1;
  }

  function readBlock(): void {
    expect("BEGIN");
    if (take("NOT")) expect("ATOMIC");
    readStatements("END");
    expect("END");
    takeLabel();
  }

  function readIf(): void {
    expect("IF");
    readExpression("THEN");
    expect("THEN");
    readStatements("ELSEIF", "ELSE", "END");
    while (take("ELSEIF")) {
      readExpression("THEN");
      expect("THEN");
      readStatements("ELSEIF", "ELSE", "END");
    }
    if (take("ELSE")) readStatements("END");
    expect("END", "IF");
  }

  function readCase(): void {
    expect("CASE");
    if (word() !== "WHEN") readExpression("WHEN");
    while (take("WHEN")) {
      readExpression("THEN");
      expect("THEN");
      readStatements("WHEN", "ELSE", "END");
    }
    if (take("ELSE")) readStatements("END");
    expect("END", "CASE");
  }

  function readDeclare(): void {
    expect("DECLARE");
    if (/^(CONTINUE|EXIT|UNDO)$/.test(word())) {
      at += 1;
      expect("HANDLER", "FOR");
      while (
        /^(SQLEXCEPTION|SQLWARNING|NOT|FOUND|SQLSTATE|VALUE|,)$/.test(word()) ||
        isCondition()
      ) {
        at += 1;
      }
      readStatement(false);
      return;
    }
    if (word(1) === "CURSOR") {
      at += 2;
      expect("FOR");
      readSql(false);
      return;
    }
    takeUntil("DEFAULT", ";");
    if (take("DEFAULT")) readExpression(";");
  }

  /** An SQLSTATE, an error number, or the name of a condition before a comma or a statement. */
  function isCondition(): boolean {
    const token = tokens[at];
    if (token?.kind === "quote" || /^\d+$/.test(token?.text ?? "")) return true;
    return (
      token?.kind === "word" &&
      !/^(BEGIN|SET|ROLLBACK|INSERT|UPDATE|DELETE|SELECT|CALL|IF|LEAVE|SIGNAL|RESIGNAL)$/.test(
        token.text,
      ) &&
      word(-1) === "FOR"
    );
  }

  function readSet(): void {
    expect("SET");
    do {
      takeUntil("=", ":", ",", ";");
      if (take(":")) expect("=");
      else expect("=");
      readExpression(",", ";");
    } while (take(","));
  }

  /** A statement of SQL, read as any other; `INTO` variables are left out for the grammar. */
  function readSql(isBody: boolean): void {
    const sql = isBody ? tokens.slice(at) : takeUntil(";");
    if (isBody) at = tokens.length;
    const into = sql.findIndex((token) => token.text === "INTO");
    const isQuery = sql[0]?.text === "SELECT" && into > 0;
    const from = sql.findIndex(
      (token, index) => index > into && /^(FROM|WHERE|LIMIT)$/.test(token.text),
    );
    const isVariables = isQuery && !/^(OUTFILE|DUMPFILE)$/.test(sql[into + 1]?.text ?? "");
    const rest = from < 0 ? [] : sql.slice(from);
    const plain = isVariables ? [...sql.slice(0, into), ...rest] : sql;
    const found = newInspection("unknown");
    const problem = inspectStatement(grammar, text, plain, { ...context, found });
    if (problem) throw new Unreadable(problem);
    // It is done when the routine is called; only what may stand nowhere counts now.
    context.found.errors.push(...found.errors);
  }

  return { readCreate };
}

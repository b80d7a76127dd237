import { type Cursor, createCursor, type Problem, problemAt, Unreadable } from "./mysql-cursor.ts";
import type { Token } from "./mysql-lexer.ts";
import type { MysqlGrammar } from "./mysql-parser.ts";
import { isGlobalSetting, refuseOtherDatabases } from "./mysql-refusals.ts";
import { inspectCreate, type MysqlContext } from "./mysql-rules.ts";
import { refuseDatabase } from "./mysql-tokens.ts";
import { addError, addWarning, newInspection } from "./script.ts";

/** Reads one statement into its context; `null` when it could be read. */
export type InspectStatement = (
  grammar: MysqlGrammar,
  tokens: readonly Token[],
  context: MysqlContext,
) => Problem | null;

/**
 * Reads a procedure, function or trigger, which the grammar does not know: the frame and the flow of
 * control here, each statement and expression inside by the grammar (SQL/PSM as in MySQL 8.0's
 * manual, 15.6). What a body does is a routine's, not the script's: only what may stand nowhere
 * counts.
 */
export function readRoutine(
  grammar: MysqlGrammar,
  tokens: readonly Token[],
  context: MysqlContext,
  inspectStatement: InspectStatement,
): Problem | null {
  const cursor = createCursor(tokens, context.text);
  try {
    readFrame(cursor, context);
    createBodyReader(grammar, cursor, context, inspectStatement).readBody();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return thrown.problem;
    throw thrown;
  }
  inspectCreate(tokens, context);
  return null;
}

const routineType = /^(PROCEDURE|FUNCTION|TRIGGER)$/;

/** Up to where the body begins. */
function readFrame(cursor: Cursor, { found }: MysqlContext): void {
  cursor.expect("CREATE");
  if (cursor.take("OR")) cursor.expect("REPLACE");
  if (cursor.take("DEFINER")) {
    while (!cursor.isAtEnd() && !routineType.test(cursor.word())) cursor.skip();
  }
  const type = cursor.word();
  if (!routineType.test(type)) cursor.fail("PROCEDURE, FUNCTION or TRIGGER");
  cursor.skip();
  if (cursor.take("IF")) cursor.expect("NOT", "EXISTS");
  refuseDatabase(cursor.takeName(), found);
  if (type === "TRIGGER") refuseDatabase(readTriggerFrame(cursor), found);
  else readRoutineFrame(cursor, type);
}

/** The table of a trigger. */
function readTriggerFrame(cursor: Cursor) {
  if (!cursor.take("BEFORE")) cursor.expect("AFTER");
  if (!cursor.take("INSERT") && !cursor.take("UPDATE")) cursor.expect("DELETE");
  cursor.expect("ON");
  const table = cursor.takeName();
  cursor.expect("FOR", "EACH", "ROW");
  if (cursor.take("FOLLOWS") || cursor.take("PRECEDES")) cursor.takeName();
  return table;
}

const characteristics =
  /^(DETERMINISTIC|NOT|NO|SQL|CONTAINS|READS|MODIFIES|DATA|LANGUAGE|SECURITY|INVOKER|DEFINER)$/;

function readRoutineFrame(cursor: Cursor, type: string): void {
  cursor.skipParentheses();
  if (type === "FUNCTION") {
    cursor.expect("RETURNS");
    cursor.takeName();
    if (cursor.word() === "(") cursor.skipParentheses();
    while (/^(UNSIGNED|CHARSET|CHARACTER|SET|COLLATE)$/.test(cursor.word())) {
      cursor.skip(/^(UNSIGNED|CHARACTER)$/.test(cursor.word()) ? 1 : 2);
    }
  }
  while (characteristics.test(cursor.word()) || cursor.word() === "COMMENT") {
    cursor.skip(cursor.word() === "COMMENT" ? 2 : 1);
  }
}

function createBodyReader(
  grammar: MysqlGrammar,
  cursor: Cursor,
  context: MysqlContext,
  inspectStatement: InspectStatement,
) {
  const { word, take, expect, skip, takeUntil } = cursor;

  function readBody(): void {
    readStatement(true);
    if (!cursor.isAtEnd()) cursor.fail("the end");
  }

  function readExpression(...ends: string[]): void {
    const expression = takeUntil(...ends);
    const [start, end] = [expression[0]?.start ?? 0, expression.at(-1)?.end ?? 0];
    const parsed = grammar.parse(`SELECT (${context.text.slice(start, end)})`);
    if ("problem" in parsed) throw new Unreadable(problemAt(expression[0], parsed.problem));
    refuseOtherDatabases(parsed.tree, context.found);
  }

  function readStatements(...ends: string[]): void {
    while (!ends.includes(word())) {
      if (cursor.isAtEnd()) cursor.fail(ends.join(" or "));
      readStatement(false);
      expect(";");
    }
  }

  function readStatement(isBody: boolean): void {
    if (cursor.token()?.kind === "word" && word(1) === ":") skip(2);
    const read = readers[word()];
    if (read) read();
    else readSql(isBody);
  }

  const readers: Record<string, () => void> = {
    BEGIN: readBlock,
    IF: readIf,
    CASE: readCase,
    LOOP: () => readLoop("LOOP"),
    WHILE: readWhile,
    REPEAT: readRepeat,
    RETURN: readReturn,
    DECLARE: readDeclare,
    SET: readSet,
    LEAVE: readNamed,
    ITERATE: readNamed,
    OPEN: readNamed,
    CLOSE: readNamed,
    FETCH: skipStatement,
    SIGNAL: skipStatement,
    RESIGNAL: skipStatement,
    GET: skipStatement,
    PREPARE: readDynamic,
    EXECUTE: readDynamic,
    DEALLOCATE: readDynamic,
  };

  function skipStatement(): void {
    takeUntil(";");
  }

  /** A word and the name of what it is done with. */
  function readNamed(): void {
    skip();
    cursor.takeName();
  }

  function readReturn(): void {
    expect("RETURN");
    readExpression(";");
  }

  function readDynamic(): void {
    addWarning(context.found, "dynamic_sql", `${word()} in a routine`);
    skipStatement();
  }

  /** `END` with what it ends, and the label that may stand behind. */
  function readEnd(...of: string[]): void {
    expect("END", ...of);
    if (cursor.token()?.kind === "word") skip();
  }

  function readBlock(): void {
    expect("BEGIN");
    if (take("NOT")) expect("ATOMIC");
    readStatements("END");
    readEnd();
  }

  function readLoop(kind: "LOOP" | "WHILE"): void {
    skip();
    readStatements("END");
    readEnd(kind);
  }

  function readWhile(): void {
    expect("WHILE");
    readExpression("DO");
    readLoop("WHILE");
  }

  function readRepeat(): void {
    expect("REPEAT");
    readStatements("UNTIL");
    expect("UNTIL");
    readExpression("END");
    readEnd("REPEAT");
  }

  function readIf(): void {
    expect("IF");
    do {
      readExpression("THEN");
      expect("THEN");
      readStatements("ELSEIF", "ELSE", "END");
    } while (take("ELSEIF"));
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
      skip();
      expect("HANDLER", "FOR");
      while (isCondition()) skip();
      readStatement(false);
    } else if (word(1) === "CURSOR") {
      skip(2);
      expect("FOR");
      readSql(false);
    } else {
      takeUntil("DEFAULT", ";");
      if (take("DEFAULT")) readExpression(";");
    }
  }

  /** A part of what a handler is for: a class, an SQLSTATE, an error number, a condition's name. */
  function isCondition(): boolean {
    const token = cursor.token();
    if (/^(SQLEXCEPTION|SQLWARNING|NOT|FOUND|SQLSTATE|VALUE|,)$/.test(word())) return true;
    if (token?.kind === "quote" || /^\d+$/.test(word())) return true;
    const isStatement =
      /^(BEGIN|SET|ROLLBACK|INSERT|UPDATE|DELETE|SELECT|CALL|IF|LEAVE|SIGNAL|RESIGNAL)$/;
    return token?.kind === "word" && word(-1) === "FOR" && !isStatement.test(word());
  }

  function readSet(): void {
    expect("SET");
    do {
      const assigned = takeUntil("=", ":", ",", ";");
      if (isGlobalSetting(assigned)) {
        addError(context.found, "system_setting", "SET GLOBAL in a routine");
      }
      take(":");
      expect("=");
      readExpression(",", ";");
    } while (take(","));
  }

  /** A statement of SQL, read as any other; `INTO` variables are left out for the grammar. */
  function readSql(isBody: boolean): void {
    const tokens = isBody ? cursor.takeRest() : takeUntil(";");
    const found = newInspection("unknown");
    const problem = inspectStatement(grammar, withoutVariables(tokens), { ...context, found });
    if (problem) throw new Unreadable(problem);
    // It is done when the routine is called; only what may stand nowhere counts now.
    context.found.errors.push(...found.errors);
  }

  return { readBody };
}

/** A SELECT without the variables that it puts its row into. */
function withoutVariables(tokens: readonly Token[]): readonly Token[] {
  const into = tokens.findIndex((token) => token.text === "INTO");
  const isFile = /^(OUTFILE|DUMPFILE)$/.test(tokens[into + 1]?.text ?? "");
  if (tokens[0]?.text !== "SELECT" || into < 0 || isFile) return tokens;
  const behind = tokens.slice(into);
  const from = behind.findIndex((token) => /^(FROM|WHERE|LIMIT)$/.test(token.text));
  return [...tokens.slice(0, into), ...(from < 0 ? [] : behind.slice(from))];
}

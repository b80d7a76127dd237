import type { Token } from "./mysql-lexer.ts";
import { isGlobalSetting } from "./mysql-refusals.ts";
import { charsetSettings, transactionSettings } from "./mysql-statements.ts";
import {
  clausesOf,
  createdType,
  findOutside,
  findWords,
  hasWords,
  plainText,
  readName,
  refuseDatabase,
  withoutIfExists,
} from "./mysql-tokens.ts";
import { addError, addWarning, type Inspection } from "./script.ts";

/**
 * What a MySQL statement does, told from its tokens: they cannot hide anything from us, as a tree
 * that leaves parts of a statement out could. Whether it is a statement at all, the grammar tells.
 */
export type MysqlContext = {
  /** What the tokens are of. */
  text: string;
  found: Inspection;
  /** Tables that the script itself has made. */
  made: Set<string>;
};

/** Says of a statement that the grammar can read what it does. */
export function inspectMysql(tokens: readonly Token[], context: MysqlContext): void {
  const { text, found } = context;
  const first = tokens[0]?.text ?? "nothing";
  switch (first) {
    case "CREATE":
      inspectCreate(tokens, context);
      return;
    case "DROP":
      inspectDrop(tokens, context);
      return;
    case "ALTER":
      inspectAlter(tokens, context);
      return;
    case "TRUNCATE": {
      found.kind = "truncate";
      const name = readName(tokens, tokens[1]?.text === "TABLE" ? 2 : 1, text);
      found.target = name.name;
      refuseDatabase(name, found);
      addWarning(found, "truncate", name.name);
      return;
    }
    case "RENAME":
      found.kind = "rename";
      found.target = readName(tokens, 2, text).name;
      addWarning(found, "rename", `table ${found.target}`);
      return;
    case "INSERT":
    case "REPLACE":
      found.kind = first.toLowerCase();
      found.target = changedTable(tokens, 0, text);
      return;
    case "SET":
      inspectSet(tokens, context);
      return;
    case "CALL":
      found.kind = "call";
      found.target = readName(tokens, 1, text).name;
      addWarning(found, "dynamic_sql", `CALL ${found.target}`);
      return;
    case "WITH":
    case "DELETE":
    case "UPDATE":
    case "EXPLAIN":
    case "DESCRIBE":
    case "DESC":
      inspectQuery(tokens, context);
      return;
    case "SELECT":
    case "(":
    case "SHOW":
      found.kind = first === "SHOW" ? "show" : "select";
      addWarning(found, "result_not_kept", found.kind.toUpperCase());
      return;
    default:
      addError(found, "system_setting", `${first} is not offered`);
  }
}

/** A DELETE or UPDATE may stand behind WITH or EXPLAIN. */
function inspectQuery(tokens: readonly Token[], { text, found }: MysqlContext): void {
  const at = findOutside(tokens, /^(DELETE|UPDATE|SELECT)$/);
  found.kind = tokens[at]?.text.toLowerCase() ?? "explain";
  if (found.kind === "delete" || found.kind === "update") {
    found.target = changedTable(tokens, at, text);
    if (!restricts(tokens, at)) addWarning(found, `${found.kind}_without_where`, found.target);
  } else {
    addWarning(found, "result_not_kept", found.kind.toUpperCase());
  }
}

/** The table of the INSERT, REPLACE, UPDATE or DELETE that begins at a token. */
function changedTable(tokens: readonly Token[], at: number, text: string): string {
  const modifiers = /^(LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE|FROM|INTO)$/;
  let name = at + 1;
  while (tokens[name]?.kind === "word" && modifiers.test(tokens[name]?.text ?? "")) name += 1;
  return readName(tokens, name, text).name;
}

/** `WHERE 1` and `WHERE true` restrict nothing. */
function restricts(tokens: readonly Token[], from: number): boolean {
  const where = findOutside(tokens, /^WHERE$/, from);
  if (where < 0) return false;
  const condition = tokens.slice(where + 1).map(({ text }) => text);
  return !/^(1|TRUE|1 = 1)$/.test(condition.join(" "));
}

/** CREATE of a table, view, index, routine or trigger. */
export function inspectCreate(tokens: readonly Token[], context: MysqlContext): void {
  const { text, found, made } = context;
  const { type, at } = createdType(tokens) ?? { type: "object", at: 0 };
  if (hasWords(tokens.slice(0, at), "DEFINER", "=")) {
    addError(found, "role", "DEFINER: it would run as somebody else");
  }
  const isChecked = findWords(tokens.slice(at), "IF", "NOT", "EXISTS") === 1;
  const { name } = readName(tokens, at + (isChecked ? 4 : 1), text);
  found.kind = `create_${type}`;
  found.target = name;
  found.created.push({ type, name });
  const on = findOutside(tokens, /^ON$/);
  const table = type === "index" ? readName(tokens, on + 1, text).name : null;
  const isOnMade = table !== null && made.has(table);
  const isRepeatable = tokens[1]?.text === "OR" || isChecked || isOnMade;
  if (!isRepeatable) addWarning(found, "missing_if_not_exists", `${type} ${name}`);
  if (table !== null && !isOnMade) addWarning(found, "index_locks_table", `index on ${table}`);
  if (type === "table") made.add(name);
}

export function inspectDrop(tokens: readonly Token[], context: MysqlContext): void {
  const { text, found, made } = context;
  const at = tokens[1]?.text === "TEMPORARY" ? 2 : 1;
  const type = tokens[at]?.text.toLowerCase() ?? "object";
  const isChecked = tokens[at + 1]?.text === "IF";
  found.kind = `drop_${type}`;
  let next = at + (isChecked ? 3 : 1);
  do {
    const dropped = readName(tokens, next, text);
    const { name } = dropped;
    found.target ??= name;
    found.dropped.push({ type, name });
    refuseDatabase(dropped, found);
    if (type === "table") addWarning(found, "drop_table", name);
    else addWarning(found, "drop_object", `${type} ${name}`);
    if (!isChecked && !made.has(name)) addWarning(found, "missing_if_exists", `${type} ${name}`);
    made.delete(name);
    next = dropped.next + 1;
  } while (tokens[next - 1]?.text === ",");
}

function inspectAlter(statement: readonly Token[], { text, found, made }: MysqlContext): void {
  const type = statement[1]?.text.toLowerCase() ?? "object";
  const isChecked = statement[2]?.text === "IF";
  const { name, next } = readName(statement, isChecked ? 4 : 2, text);
  found.kind = `alter_${type}`;
  found.target = name;
  found.altered.push({ type, name });
  if (type !== "table") return;
  const table = { name, isExisting: !made.has(name) };
  for (const clause of clausesOf(statement.slice(next))) inspectClause(clause, table, text, found);
}

const notColumns =
  /^(INDEX|KEY|CONSTRAINT|FOREIGN|PRIMARY|CHECK|PARTITION|UNIQUE|FULLTEXT|SPATIAL)$/;

/** One clause of an ALTER TABLE. */
function inspectClause(
  clause: readonly Token[],
  table: { name: string; isExisting: boolean },
  text: string,
  found: Inspection,
): void {
  const tokens = withoutIfExists(clause);
  const [first, second = ""] = tokens.map(({ kind, text }) => (kind === "word" ? text : ""));
  const isColumn = !notColumns.test(second);
  const column = `${table.name}.${plainText(tokens[second === "COLUMN" ? 2 : 1], text)}`;
  const isNotNull = hasWords(tokens, "NOT", "NULL");
  switch (first) {
    case "DROP":
      if (isColumn) addWarning(found, "drop_column", column);
      else addWarning(found, "drop_object", `${second.toLowerCase()} of ${table.name}`);
      return;
    case "ADD": {
      if (!isColumn) {
        if (table.isExisting) addWarning(found, "constraint_scan", table.name);
        return;
      }
      if (!hasWords(clause, "IF", "NOT", "EXISTS")) {
        addWarning(found, "missing_if_not_exists", `column ${column}`);
      }
      const isFilled = hasWords(tokens, "DEFAULT") || hasWords(tokens, "AUTO_INCREMENT");
      if (table.isExisting && isNotNull && !isFilled) {
        addWarning(found, "not_null_on_existing", column);
      }
      return;
    }
    case "MODIFY":
    case "CHANGE":
      if (table.isExisting) addWarning(found, "type_rewrite", column);
      if (table.isExisting && isNotNull) addWarning(found, "not_null_on_existing", column);
      if (first === "CHANGE") addWarning(found, "rename", `column ${column}`);
      return;
    case "CONVERT":
      if (table.isExisting) addWarning(found, "type_rewrite", table.name);
      return;
    case "RENAME":
      addWarning(found, "rename", table.name);
      return;
  }
}

/** `SET a = 1, @b = 2`: session settings and user variables. */
export function inspectSet(tokens: readonly Token[], { text, found }: MysqlContext): void {
  found.kind = "set";
  for (const clause of clausesOf(tokens.slice(1))) {
    const isUserVariable = clause[0]?.text === "@" && clause[1]?.text !== "@";
    if (isUserVariable) continue;
    const equals = clause.findIndex((token) => token.text === "=");
    const words = clause.filter((token) => token.kind !== "quote" || token.text.startsWith("`"));
    const name = (equals < 0 ? words : clause.slice(0, equals))
      .map((token) => plainText(token, text).toUpperCase())
      .filter((word) => !/^(@|:|\.|SESSION|LOCAL)$/.test(word))
      .join(" ");
    const value = clause
      .slice(equals + 1)
      .map((token) => plainText(token, text).toUpperCase())
      .join(" ");
    found.target ??= name.toLowerCase();
    if (isGlobalSetting(clause)) addError(found, "system_setting", `SET ${name}`);
    else inspectSetting(name, value, found);
  }
}

function inspectSetting(name: string, value: string, found: Inspection): void {
  if (transactionSettings.has(name)) addError(found, "transaction_control", `SET ${name}`);
  else if (name === "SQL_MODE" && /BACKSLASH|ANSI|ORACLE|MSSQL|DB2|POSTGRESQL|MAXDB/.test(value)) {
    addError(found, "unsafe_setting", "SET sql_mode: quotes would be read another way");
  } else if (isCharset(name) && !/UTF-?8/.test(name + value) && !value.startsWith("@")) {
    addError(found, "unsafe_setting", `SET ${name}: the script is sent in UTF-8`);
  } else addWarning(found, "session_setting", `SET ${name.toLowerCase()}`);
}

function isCharset(name: string): boolean {
  return /^(NAMES|CHARSET|CHARACTER)( |$)/.test(name) || charsetSettings.has(name);
}

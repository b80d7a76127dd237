import type { ErrorCode, WarningCode } from "./findings.ts";
import type { Token } from "./mysql-lexer.ts";
import {
  charsetSettings,
  refusedBeginnings,
  refusedMysqlFunctions,
  transactionSettings,
} from "./mysql-statements.ts";
import type { Inspection } from "./script.ts";

/**
 * What a MySQL statement does, told from its tokens: they cannot hide anything from us, as a tree
 * that leaves parts of a statement out could. Whether it is a statement at all, the grammar tells.
 */
export type MysqlContext = {
  found: Inspection;
  /** Tables that the script itself has made. */
  made: Set<string>;
};

export function error(found: Inspection, code: ErrorCode, message: string): void {
  found.errors.push({ code, message });
}

export function warn(found: Inspection, code: WarningCode, message: string): void {
  found.warnings.push({ code, message });
}

/** Whether the statement begins with what a blueprint may not hold; then it is not looked at more. */
export function refuseBeginning(tokens: readonly Token[], found: Inspection): boolean {
  const words = tokens.slice(0, 5).map((token) => (token.kind === "word" ? token.text : ""));
  const refused = refusedBeginnings.find((each) => each.words.every((w, i) => words[i] === w));
  if (!refused) return false;
  found.kind = refused.words.join("_").toLowerCase();
  error(found, refused.code, refused.message);
  return true;
}

/** A name without its quotes. */
export function plainName(token: Token | undefined, text: string): string {
  if (!token) return "";
  const raw = text.slice(token.start, token.end);
  return token.kind === "quote"
    ? raw.slice(1, -1).replaceAll(raw[0] + raw.slice(0, 1), raw.slice(0, 1))
    : raw;
}

export type Name = { database: string | null; name: string; next: number };

/** The name, with or without a database, that begins at a token. */
export function readName(tokens: readonly Token[], at: number, text: string): Name {
  const first = plainName(tokens[at], text);
  if (tokens[at + 1]?.text !== ".") return { database: null, name: first, next: at + 1 };
  return { database: first, name: plainName(tokens[at + 2], text), next: at + 3 };
}

/** Things that may not stand anywhere in a statement. */
export function refuseAnywhere(tokens: readonly Token[], found: Inspection): void {
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "quote") continue;
    const next = tokens[at + 1];
    if (token.text === "INTO" && /^(OUTFILE|DUMPFILE)$/.test(next?.text ?? "")) {
      error(found, "file_access", `INTO ${next?.text}`);
    }
    if (token.kind === "word" && next?.text === "(" && tokens[at - 1]?.text !== ".") {
      const code = Object.hasOwn(refusedMysqlFunctions, token.text)
        ? refusedMysqlFunctions[token.text]
        : undefined;
      if (code) error(found, code, `${token.text}()`);
    }
    if (
      token.text === "@" &&
      next?.text === "@" &&
      /^(GLOBAL|PERSIST)/.test(tokens[at + 2]?.text ?? "")
    ) {
      if (tokens[0]?.text === "SET") error(found, "system_setting", "SET @@GLOBAL");
    }
  }
}

/** Databases named in a tree: every node that has both a table and a database. */
export function refuseOtherDatabases(tree: unknown, found: Inspection): void {
  if (Array.isArray(tree)) {
    for (const item of tree) refuseOtherDatabases(item, found);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  const { db, table, schema } = tree as { db?: unknown; table?: unknown; schema?: unknown };
  const database = typeof db === "string" ? db : typeof schema === "string" ? schema : null;
  if (database && typeof table === "string") error(found, "cross_database", `${database}.${table}`);
  for (const value of Object.values(tree)) refuseOtherDatabases(value, found);
}

/** The index of a word outside parentheses, or -1. */
function findWord(tokens: readonly Token[], word: string, from = 0): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === "symbol" && token.text === "(") depth += 1;
    else if (token?.kind === "symbol" && token.text === ")") depth -= 1;
    else if (depth === 0 && token?.kind === "word" && token.text === word) return at;
  }
  return -1;
}

/** `WHERE 1` and `WHERE true` restrict nothing. */
function restricts(tokens: readonly Token[], from: number): boolean {
  const where = findWord(tokens, "WHERE", from);
  if (where < 0) return false;
  const condition = tokens
    .slice(where + 1)
    .map((token) => token.text)
    .join(" ");
  return !/^(1|TRUE|1 = 1)$/.test(condition);
}

/** What a DELETE or UPDATE does, wherever in the statement it begins. */
export function inspectChange(
  tokens: readonly Token[],
  at: number,
  text: string,
  found: Inspection,
): void {
  const isDelete = tokens[at]?.text === "DELETE";
  const skip = /^(LOW_PRIORITY|QUICK|IGNORE|FROM)$/;
  let name = at + 1;
  while (tokens[name]?.kind === "word" && skip.test(tokens[name]?.text ?? "")) name += 1;
  found.target = readName(tokens, name, text).name;
  if (!restricts(tokens, at)) {
    const code = isDelete ? "delete_without_where" : "update_without_where";
    warn(found, code, found.target);
  }
}

const repeatable = (tokens: readonly Token[]) =>
  tokens[1]?.text === "OR" || has(tokens, "IF", "NOT", "EXISTS");

function has(tokens: readonly Token[], ...words: string[]): boolean {
  return tokens.some((_, at) => words.every((word, i) => tokens[at + i]?.text === word));
}

/** CREATE of a table, view, index, routine or trigger. */
export function inspectCreate(tokens: readonly Token[], text: string, context: MysqlContext): void {
  const { found, made } = context;
  const types = ["TABLE", "VIEW", "INDEX", "PROCEDURE", "FUNCTION", "TRIGGER", "SEQUENCE"];
  const at = tokens.findIndex((token) => token.kind === "word" && types.includes(token.text));
  const type = tokens[at]?.text.toLowerCase() ?? "object";
  const hasCheck = has(tokens.slice(at, at + 4), "IF", "NOT", "EXISTS");
  const { name } = readName(tokens, at + (hasCheck ? 4 : 1), text);
  found.kind = `create_${type}`;
  found.target = name;
  found.created.push({ type, name });
  const index = type === "index" ? readName(tokens, findWord(tokens, "ON") + 1, text).name : null;
  const isOnMade = index !== null && made.has(index);
  if (!repeatable(tokens.slice(0, at + 4)) && !isOnMade) {
    warn(found, "missing_if_not_exists", `${type} ${name}`);
  }
  if (index !== null && !isOnMade) warn(found, "index_locks_table", `index on ${index}`);
  if (type === "table") made.add(name);
}

export function inspectDrop(tokens: readonly Token[], text: string, context: MysqlContext): void {
  const { found, made } = context;
  const at = tokens[1]?.text === "TEMPORARY" ? 2 : 1;
  const type = tokens[at]?.text.toLowerCase() ?? "object";
  const isChecked = tokens[at + 1]?.text === "IF";
  found.kind = `drop_${type}`;
  let next = at + (isChecked ? 3 : 1);
  do {
    const name = readName(tokens, next, text);
    found.target ??= name.name;
    found.dropped.push({ type, name: name.name });
    if (name.database !== null) error(found, "cross_database", `${name.database}.${name.name}`);
    warn(
      found,
      type === "table" ? "drop_table" : "drop_object",
      type === "table" ? name.name : `${type} ${name.name}`,
    );
    if (!isChecked && !made.has(name.name))
      warn(found, "missing_if_exists", `${type} ${name.name}`);
    made.delete(name.name);
    next = name.next + 1;
  } while (tokens[next - 1]?.text === ",");
}

/** The parts of an ALTER TABLE, cut at the commas outside parentheses. */
function clauses(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "symbol" && token.text === "(") depth += 1;
    if (token.kind === "symbol" && token.text === ")") depth -= 1;
    if (depth === 0 && token.kind === "symbol" && token.text === ",") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

export function inspectAlter(tokens: readonly Token[], text: string, context: MysqlContext): void {
  const { found, made } = context;
  const type = tokens[1]?.text.toLowerCase() ?? "object";
  const { name, next } = readName(tokens, 2, text);
  found.kind = `alter_${type}`;
  found.target = name;
  found.altered.push({ type, name });
  if (type !== "table") return;
  const isExisting = !made.has(name);
  for (const clause of clauses(tokens.slice(next)))
    alterClause(clause, name, isExisting, text, found);
}

const notColumns =
  /^(INDEX|KEY|CONSTRAINT|FOREIGN|PRIMARY|CHECK|PARTITION|UNIQUE|FULLTEXT|SPATIAL)$/;

function alterClause(
  clause: readonly Token[],
  table: string,
  isExisting: boolean,
  text: string,
  found: Inspection,
): void {
  const [first, second] = clause.map((token) => (token.kind === "word" ? token.text : ""));
  const isColumn = second === "COLUMN" || !notColumns.test(second ?? "");
  const column = plainName(clause[second === "COLUMN" ? 2 : 1], text);
  switch (first) {
    case "DROP":
      if (isColumn) warn(found, "drop_column", `${table}.${column}`);
      else warn(found, "drop_object", `${second?.toLowerCase()} of ${table}`);
      return;
    case "ADD":
      if (!isColumn) {
        if (isExisting) warn(found, "constraint_scan", table);
        return;
      }
      if (!has(clause, "IF", "NOT", "EXISTS")) {
        warn(found, "missing_if_not_exists", `column ${table}.${column}`);
      }
      if (
        isExisting &&
        has(clause, "NOT", "NULL") &&
        !has(clause, "DEFAULT") &&
        !has(clause, "AUTO_INCREMENT")
      ) {
        warn(found, "not_null_on_existing", `${table}.${column}`);
      }
      return;
    case "MODIFY":
    case "CHANGE":
      if (isExisting) warn(found, "type_rewrite", `${table}.${column}`);
      if (isExisting && has(clause, "NOT", "NULL"))
        warn(found, "not_null_on_existing", `${table}.${column}`);
      if (first === "CHANGE") warn(found, "rename", `column ${table}.${column}`);
      return;
    case "CONVERT":
      if (isExisting) warn(found, "type_rewrite", table);
      return;
    case "RENAME":
      warn(found, "rename", `${table}`);
      return;
  }
}

/** `SET a = 1, @b = 2`: session settings and user variables. */
export function inspectSet(tokens: readonly Token[], text: string, found: Inspection): void {
  found.kind = "set";
  for (const clause of clauses(tokens.slice(1))) {
    const words = clause.filter((token) => token.kind !== "quote" || token.text.startsWith("`"));
    const isUser = clause[0]?.text === "@" && clause[1]?.text !== "@";
    if (isUser) continue;
    const equals = clause.findIndex((token) => token.text === "=");
    const name = (equals < 0 ? words : clause.slice(0, equals))
      .map((token) => plainName(token, text).toUpperCase())
      .filter((word) => !/^(@|:|\.|SESSION|LOCAL)$/.test(word))
      .join(" ");
    const value = clause
      .slice(equals + 1)
      .map((token) => plainName(token, text).toUpperCase())
      .join(" ");
    checkSetting(name, value, found);
  }
}

function checkSetting(name: string, value: string, found: Inspection): void {
  const [first = ""] = name.split(" ");
  found.target ??= name.toLowerCase();
  if (/^(GLOBAL|PERSIST|PERSIST_ONLY)$/.test(first)) error(found, "system_setting", `SET ${name}`);
  else if (transactionSettings.has(name)) error(found, "transaction_control", `SET ${name}`);
  else if (name === "SQL_MODE" && /BACKSLASH|ANSI|ORACLE|MSSQL|DB2|POSTGRESQL|MAXDB/.test(value)) {
    error(found, "unsafe_setting", "SET sql_mode: quotes would be read another way");
  } else if (isCharset(first, name) && !/UTF-?8/.test(name + value) && !value.startsWith("@")) {
    error(found, "unsafe_setting", `SET ${name}: the script is sent in UTF-8`);
  } else warn(found, "session_setting", `SET ${name.toLowerCase()}`);
}

function isCharset(first: string, name: string): boolean {
  return /^(NAMES|CHARSET|CHARACTER)$/.test(first) || charsetSettings.has(name);
}

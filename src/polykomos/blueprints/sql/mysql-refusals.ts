import type { Token } from "./mysql-lexer.ts";
import { refusedBeginnings, refusedMysqlFunctions } from "./mysql-statements.ts";
import { refuseDatabase } from "./mysql-tokens.ts";
import { addError, type Inspection } from "./script.ts";

/** What may stand in no MySQL statement, wherever it stands. */

/** Whether the statement begins with what a blueprint may not hold; then it is not looked at more. */
export function refuseBeginning(tokens: readonly Token[], found: Inspection): boolean {
  const words = tokens.slice(0, 5).map((token) => (token.kind === "word" ? token.text : ""));
  const refused = refusedBeginnings.find((each) => each.words.every((w, i) => words[i] === w));
  if (!refused) return false;
  found.kind = refused.words.join("_").toLowerCase();
  addError(found, refused.code, refused.message);
  return true;
}

/** Functions and clauses that reach out of the database. */
export function refuseAnywhere(tokens: readonly Token[], found: Inspection): void {
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "word") continue;
    const next = tokens[at + 1]?.text ?? "";
    if (token.text === "INTO" && /^(OUTFILE|DUMPFILE)$/.test(next)) {
      addError(found, "file_access", `INTO ${next}`);
    }
    if (next === "(" && tokens[at - 1]?.text !== ".") {
      const code = Object.hasOwn(refusedMysqlFunctions, token.text)
        ? refusedMysqlFunctions[token.text]
        : undefined;
      if (code) addError(found, code, `${token.text}()`);
    }
  }
}

/** Whether an assignment of SET is one to a setting of the whole server. */
export function isGlobalSetting(assignment: readonly Token[]): boolean {
  const words = assignment.filter(({ text }) => text !== "@").map(({ text }) => text);
  const isVariable = assignment[0]?.text === "@" && assignment[1]?.text !== "@";
  return !isVariable && /^(GLOBAL|PERSIST|PERSIST_ONLY)$/.test(words[0] ?? "");
}

/** Databases that a tree of the grammar names: those of tables, columns, views and functions. */
export function refuseOtherDatabases(tree: unknown, found: Inspection): void {
  if (Array.isArray(tree)) {
    for (const item of tree) refuseOtherDatabases(item, found);
    return;
  }
  if (!isObject(tree)) return;
  const database = nameIn(tree.db) ?? nameIn(tree.schema);
  const name = nameIn(tree.table) ?? nameIn(tree.view) ?? nameIn(tree.name);
  if (database !== null && name !== null) refuseDatabase({ database, name }, found);
  for (const value of Object.values(tree)) refuseOtherDatabases(value, found);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The grammar has names as texts, as `{value}` and, of functions, as lists of these. */
function nameIn(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (Array.isArray(value)) return nameIn(value[0]);
  return isObject(value) ? nameIn(value.value) : null;
}

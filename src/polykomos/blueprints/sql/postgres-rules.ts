import { alterRules } from "./postgres-alter-rules.ts";
import { checkLanguage, createRules } from "./postgres-create-rules.ts";
import { dropRules } from "./postgres-drop-rules.ts";
import type { Node } from "./postgres-parser.ts";
import type { Rules } from "./postgres-rule.ts";
import { refusedFunctions, settingRefusal } from "./postgres-statements.ts";
import {
  asList,
  asNode,
  asText,
  constantIn,
  namesIn,
  relationName,
  stringIn,
} from "./postgres-tree.ts";
import { addError, addWarning, type Inspection } from "./script.ts";

/** What PostgreSQL's statements do, by the names of their nodes. */
export const rules: Rules = {
  ...createRules,
  ...alterRules,
  ...dropRules,

  TruncateStmt(node, { found, isRoot }) {
    for (const relation of asList(node.relations)) {
      const name = relationName(relation.RangeVar);
      addWarning(found, "truncate", name);
      if (isRoot) found.target ??= name;
    }
    if (node.behavior === "DROP_CASCADE") {
      addWarning(
        found,
        "drop_cascade",
        "TRUNCATE … CASCADE empties the tables that refer to these too",
      );
    }
  },
  DeleteStmt(node, { found, isRoot }) {
    const name = relationName(node.relation);
    if (isRoot) found.target = name;
    if (!restricts(node.whereClause)) addWarning(found, "delete_without_where", name);
  },
  UpdateStmt(node, { found, isRoot }) {
    const name = relationName(node.relation);
    if (isRoot) found.target = name;
    if (!restricts(node.whereClause)) addWarning(found, "update_without_where", name);
  },
  InsertStmt(node, { found, isRoot }) {
    if (isRoot) found.target = relationName(node.relation);
  },
  MergeStmt(node, { found, isRoot }) {
    if (isRoot) found.target = relationName(node.relation);
  },
  SelectStmt(node, { found, isRoot }) {
    if (node.intoClause) {
      const name = relationName(asNode(node.intoClause).rel);
      found.created.push({ type: "table", name });
      addWarning(found, "missing_if_not_exists", `table ${name}`);
    } else if (isRoot && !isCallOfSetter(node)) {
      addWarning(found, "result_not_kept", "SELECT");
    }
  },

  VariableSetStmt(node, { found }) {
    const name = asText(node.name) || "all settings";
    const [first] = asList(node.args);
    const integer = asNode(asNode(first?.A_Const).ival).ival;
    const value = constantIn(first) ?? String(integer ?? "");
    found.target = name;
    const code = settingRefusal(name, value);
    if (code) addError(found, code, `SET ${name}`);
    else addWarning(found, "session_setting", `SET ${name}`);
  },
  FuncCall(node, { found }) {
    checkFunction(node, found);
  },
  CallStmt(node, { found }) {
    found.target = namesIn(asNode(node.funccall).funcname).join(".");
    checkFunction(asNode(node.funccall), found);
    addWarning(found, "dynamic_sql", `CALL ${found.target}`);
  },
  CopyStmt(node, { found }) {
    found.target = relationName(node.relation) || null;
    if (node.is_program === true) addError(found, "copy_program", "COPY … PROGRAM");
    else if (node.filename) addError(found, "copy_file", `COPY … '${asText(node.filename)}'`);
    else addError(found, "copy_stdin", "use INSERT instead of COPY … STDIN or STDOUT");
  },
  DoStmt(node, context) {
    const options = asList(node.args).map((item) => asNode(item.DefElem));
    const option = (name: string) => stringIn(options.find(({ defname }) => defname === name)?.arg);
    const language = option("language") || "plpgsql";
    checkLanguage(language, context);
    const body = language === "plpgsql" ? context.bodyOf(option("as")) : null;
    if (!body || body.isDynamic) {
      addWarning(context.found, "dynamic_sql", "DO: what it executes is only known when it runs");
    }
    if (body?.endsTransaction) {
      addError(
        context.found,
        "transaction_control",
        "COMMIT and ROLLBACK: the application does it",
      );
    }
    for (const statement of body?.statements ?? []) context.inspectInner(statement);
  },
};

/** `WHERE true` restricts nothing. */
function restricts(where: unknown): boolean {
  const node = asNode(where);
  const constant = asNode(node.A_Const);
  if (Object.keys(node).length === 0) return false;
  return node.A_Const === undefined || asNode(constant.boolval).boolval !== true;
}

/** A SELECT of `set_config` or `setval` alone, which dumps have for its effect. */
function isCallOfSetter(node: Node): boolean {
  const [only, ...others] = asList(node.targetList);
  const call = asNode(asNode(asNode(only?.ResTarget).val).FuncCall);
  const name = namesIn(call.funcname).at(-1);
  return others.length === 0 && (name === "set_config" || name === "setval");
}

/** Refuses functions that reach out of the database, by the last part of their name. */
function checkFunction(call: Node, found: Inspection): void {
  const names = namesIn(call.funcname);
  const name = names.at(-1)?.toLowerCase() ?? "";
  for (const refused of refusedFunctions) {
    const isIt = refused.name.endsWith("*")
      ? name.startsWith(refused.name.slice(0, -1))
      : name === refused.name;
    if (isIt) addError(found, refused.code, `${name}()`);
  }
  if (name === "setval" || name.startsWith("lo_")) found.outlivesRollback = true;
  if (name === "set_config") {
    const [setting = "", value = ""] = asList(call.args).map((arg) => constantIn(arg) ?? "");
    const code = settingRefusal(setting, value);
    if (code) addError(found, code, `set_config('${setting}', …)`);
  }
  if (names.length > 2) addError(found, "cross_database", names.join("."));
}

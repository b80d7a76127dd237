import type { RuleContext, Rules } from "./postgres-rule.ts";
import { refusedExtensions, trustedLanguages } from "./postgres-statements.ts";
import {
  asList,
  asNode,
  asText,
  namesIn,
  objectType,
  relationName,
  stringIn,
} from "./postgres-tree.ts";
import { addError, addWarning } from "./script.ts";

/** What PostgreSQL's statements of CREATE make, and whether they can make it a second time. */
export const createRules: Rules = {
  CreateStmt(node, context) {
    const name = relationName(node.relation);
    create(context, "table", name, node.if_not_exists === true);
    context.made.add(name);
  },
  CreateTableAsStmt(node, context) {
    const name = relationName(asNode(node.into).rel);
    create(context, objectType(node.objtype), name, node.if_not_exists === true);
    context.made.add(name);
  },
  IndexStmt(node, context) {
    const table = relationName(node.relation);
    const name = asText(node.idxname) || `on ${table}`;
    create(context, "index", name, node.if_not_exists === true || context.made.has(table));
    if (node.concurrent === true) {
      addError(context.found, "not_in_transaction", "CREATE INDEX CONCURRENTLY");
    } else if (!context.made.has(table)) {
      addWarning(context.found, "index_locks_table", `index on ${table}`);
    }
  },
  ViewStmt(node, context) {
    create(context, "view", relationName(node.view), node.replace === true);
  },
  CreateSeqStmt(node, context) {
    create(context, "sequence", relationName(node.sequence), node.if_not_exists === true);
  },
  CreateSchemaStmt(node, context) {
    const name = asText(node.schemaname);
    create(context, "schema", name, node.if_not_exists === true);
    if (node.authrole) addError(context.found, "role", "CREATE SCHEMA … AUTHORIZATION");
  },
  CreateEnumStmt(node, context) {
    create(context, "type", namesIn(node.typeName).join("."), false);
  },
  CompositeTypeStmt(node, context) {
    create(context, "type", relationName(node.typevar), false);
  },
  CreateDomainStmt(node, context) {
    create(context, "domain", namesIn(node.domainname).join("."), false);
  },
  CreateFunctionStmt(node, context) {
    const isProcedure = node.is_procedure === true;
    const name = namesIn(node.funcname).join(".");
    create(context, isProcedure ? "procedure" : "function", name, node.replace === true);
    if (isProcedure) context.found.kind = "create_procedure";
    for (const option of asList(node.options)) {
      const { defname, arg } = asNode(option.DefElem);
      const language = stringIn(arg);
      if (defname === "language") checkLanguage(language, context);
    }
  },
  CreateTrigStmt(node, context) {
    create(context, "trigger", asText(node.trigname), node.replace === true);
  },
  CreatePolicyStmt(node, context) {
    create(context, "policy", asText(node.policy_name), false);
  },
  RuleStmt(node, context) {
    create(context, "rule", asText(node.rulename), node.replace === true);
  },
  CreateExtensionStmt(node, context) {
    const name = asText(node.extname);
    create(context, "extension", name, node.if_not_exists === true);
    const isLanguage = name.startsWith("pl") && !trustedLanguages.includes(name);
    if (isLanguage || refusedExtensions.includes(name)) {
      addError(context.found, "unsafe_extension", name);
    }
  },
  CreateEventTrigStmt(_, { found }) {
    addError(found, "system_setting", "event triggers are the operator's");
  },
  CreateAmStmt(_, { found }) {
    addError(found, "unsafe_extension", "CREATE ACCESS METHOD");
  },
  DefineStmt(node, context) {
    context.found.kind = `create_${objectType(node.kind).replaceAll(" ", "_")}`;
    create(context, objectType(node.kind), namesIn(node.defnames).join("."), false);
  },
};

/** Records what is made, and warns when making it a second time would fail. */
function create(context: RuleContext, type: string, name: string, isRepeatable: boolean): void {
  const { found, isRoot } = context;
  if (isRoot) found.target = name;
  found.created.push({ type, name });
  if (!isRepeatable) addWarning(found, "missing_if_not_exists", `${type} ${name}`);
}

/** Languages whose functions reach beyond the database are refused. */
export function checkLanguage(language: string, { found }: RuleContext): void {
  if (!trustedLanguages.includes(language.toLowerCase())) {
    addError(found, "unsafe_extension", `LANGUAGE ${language}`);
  }
}

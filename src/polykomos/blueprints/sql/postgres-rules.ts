import type { ErrorCode, WarningCode } from "./findings.ts";
import type { Node } from "./postgres-parser.ts";
import {
  kinds,
  refusals,
  refusedExtensions,
  refusedFunctions,
  settingRefusal,
  trustedLanguages,
} from "./postgres-statements.ts";
import { type Inspection, newInspection } from "./script.ts";

/**
 * What one PostgreSQL statement does, read from its syntax tree. Every node is looked at wherever it
 * stands, so a DELETE inside a WITH or an EXPLAIN is a DELETE.
 */
export type Inspector = {
  /** `queriesOf` gives the parsed statements inside a PL/pgSQL body; null when it cannot be read. */
  inspect(statement: Node, bodyOf: (body: string) => Body | null): Inspection;
};

/** A PL/pgSQL body taken apart. */
export type Body = { statements: Node[]; isDynamic: boolean };

/** One inspector reads one script: it remembers which tables the script itself has made. */
export function createInspector(): Inspector {
  const made = new Set<string>();
  return {
    inspect(statement, bodyOf) {
      const [root = "", body] = Object.entries(statement)[0] ?? [];
      const found = newInspection(kinds[root] ?? "unknown");
      if (!kinds[root] && !refusals[root]) {
        found.errors.push({ code: "system_setting", message: `${root} is not offered` });
      }
      visit(root, asNode(body), { found, made, bodyOf, isRoot: true });
      return found;
    },
  };
}

type Context = {
  found: Inspection;
  made: Set<string>;
  bodyOf: (body: string) => Body | null;
  isRoot: boolean;
};

function asNode(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Node)
    : {};
}

function asList(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(asNode) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The names in a list of `String` nodes. */
function namesOf(value: unknown): string[] {
  return asList(value).map((item) => text(asNode(item.String).sval));
}

function visit(name: string, node: Node, context: Context): void {
  const refusal = refusals[name];
  if (refusal) context.found.errors.push(refusal);
  rules[name]?.(node, context);
  if (typeof node.relname === "string") checkRelation(node, context);
  const inner = context.isRoot ? { ...context, isRoot: false } : context;
  for (const [key, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      for (const item of value) descend(item, inner);
    } else if (typeof value === "object" && value !== null) {
      // A key in capitals names the type of the node it holds; others hold a node of a known type.
      if (/^[A-Z]/.test(key)) visit(key, value as Node, inner);
      else visit(bareType[key] ?? "", value as Node, inner);
    }
  }
}

/** Fields that hold a node without naming its type. */
const bareType: Record<string, string> = { larg: "SelectStmt", rarg: "SelectStmt" };

function descend(item: unknown, context: Context): void {
  if (Array.isArray(item)) {
    for (const each of item) descend(each, context);
    return;
  }
  for (const [key, value] of Object.entries(asNode(item))) {
    if (/^[A-Z]/.test(key)) visit(key, asNode(value), context);
    else if (typeof value === "object") descend({ "": value }, context);
  }
}

function nameOf(relation: unknown): string {
  const { schemaname, relname } = asNode(relation);
  return [text(schemaname), text(relname)].filter((part) => part !== "").join(".");
}

function checkRelation(relation: Node, { found }: Context): void {
  if (typeof relation.catalogname === "string") {
    error(found, "cross_database", `${relation.catalogname}.${nameOf(relation)}`);
  }
}

function error(found: Inspection, code: ErrorCode, message: string): void {
  found.errors.push({ code, message });
}

function warn(found: Inspection, code: WarningCode, message: string): void {
  found.warnings.push({ code, message });
}

function isExisting(name: string, { made }: Context): boolean {
  return !made.has(name);
}

/** Records what is made, and warns when making it a second time would fail. */
function create(context: Context, type: string, name: string, isRepeatable: boolean): void {
  const { found, isRoot } = context;
  if (isRoot) found.target = name;
  found.created.push({ type, name });
  if (!isRepeatable) warn(found, "missing_if_not_exists", `${type} ${name}`);
}

const objectTypes: Record<string, string> = {
  OBJECT_MATVIEW: "materialized view",
  OBJECT_TSCONFIGURATION: "text search configuration",
  OBJECT_TSDICTIONARY: "text search dictionary",
};

function objectType(value: unknown): string {
  const name = text(value);
  return (
    objectTypes[name] ??
    name
      .replace(/^OBJECT_/, "")
      .toLowerCase()
      .replaceAll("_", " ")
  );
}

type Rule = (node: Node, context: Context) => void;

const rules: Record<string, Rule> = {
  CreateStmt(node, context) {
    const name = nameOf(node.relation);
    create(context, "table", name, node.if_not_exists === true);
    context.made.add(name);
  },
  CreateTableAsStmt(node, context) {
    const name = nameOf(asNode(node.into).rel);
    create(context, objectType(node.objtype), name, node.if_not_exists === true);
    context.made.add(name);
  },
  IndexStmt(node, context) {
    const table = nameOf(node.relation);
    const name = text(node.idxname) || `on ${table}`;
    create(context, "index", name, node.if_not_exists === true || context.made.has(table));
    if (node.concurrent === true) {
      error(context.found, "not_in_transaction", "CREATE INDEX CONCURRENTLY");
    } else if (isExisting(table, context)) {
      warn(context.found, "index_locks_table", `index on ${table}`);
    }
  },
  ViewStmt(node, context) {
    create(context, "view", nameOf(node.view), node.replace === true);
  },
  CreateSeqStmt(node, context) {
    create(context, "sequence", nameOf(node.sequence), node.if_not_exists === true);
  },
  CreateSchemaStmt(node, context) {
    const name = text(node.schemaname);
    create(context, "schema", name, node.if_not_exists === true);
    if (node.authrole) error(context.found, "role", "CREATE SCHEMA … AUTHORIZATION");
  },
  CreateEnumStmt(node, context) {
    create(context, "type", namesOf(node.typeName).join("."), false);
  },
  CompositeTypeStmt(node, context) {
    create(context, "type", nameOf(node.typevar), false);
  },
  CreateDomainStmt(node, context) {
    create(context, "domain", namesOf(node.domainname).join("."), false);
  },
  CreateFunctionStmt(node, context) {
    const isProcedure = node.is_procedure === true;
    const name = namesOf(node.funcname).join(".");
    create(context, isProcedure ? "procedure" : "function", name, node.replace === true);
    if (isProcedure) context.found.kind = "create_procedure";
    for (const option of asList(node.options)) {
      const { defname, arg } = asNode(option.DefElem);
      const language = text(asNode(asNode(arg).String).sval);
      if (defname === "language") checkLanguage(language, context);
    }
  },
  CreateTrigStmt(node, context) {
    create(context, "trigger", text(node.trigname), node.replace === true);
  },
  CreatePolicyStmt(node, context) {
    create(context, "policy", text(node.policy_name), false);
  },
  RuleStmt(node, context) {
    create(context, "rule", text(node.rulename), node.replace === true);
  },
  CreateExtensionStmt(node, context) {
    const name = text(node.extname);
    create(context, "extension", name, node.if_not_exists === true);
    const isLanguage = name.startsWith("pl") && !trustedLanguages.includes(name);
    if (isLanguage || refusedExtensions.includes(name)) {
      error(context.found, "unsafe_extension", name);
    }
  },
  CreateEventTrigStmt(_, { found }) {
    error(found, "system_setting", "event triggers are the operator's");
  },
  CreateAmStmt(_, { found }) {
    error(found, "unsafe_extension", "CREATE ACCESS METHOD");
  },
  DefineStmt(node, context) {
    context.found.kind = `create_${objectType(node.kind).replaceAll(" ", "_")}`;
    create(context, objectType(node.kind), namesOf(node.defnames).join("."), false);
  },

  DropStmt(node, context) {
    const { found, isRoot } = context;
    const type = objectType(node.removeType);
    const names = asList(node.objects).map(dropName);
    if (isRoot) {
      found.kind = `drop_${type.replaceAll(" ", "_")}`;
      found.target = names[0]?.join(".") ?? null;
    }
    for (const parts of names) dropOne(type, parts, node, context);
    if (node.concurrent === true) error(found, "not_in_transaction", "DROP INDEX CONCURRENTLY");
  },
  TruncateStmt(node, { found, isRoot }) {
    for (const relation of asList(node.relations)) {
      const name = nameOf(relation.RangeVar);
      warn(found, "truncate", name);
      if (isRoot) found.target ??= name;
    }
    if (node.behavior === "DROP_CASCADE") {
      warn(found, "drop_cascade", "TRUNCATE … CASCADE empties the tables that refer to these too");
    }
  },
  DeleteStmt(node, { found, isRoot }) {
    const name = nameOf(node.relation);
    if (isRoot) found.target = name;
    if (!restricts(node.whereClause)) warn(found, "delete_without_where", name);
  },
  UpdateStmt(node, { found, isRoot }) {
    const name = nameOf(node.relation);
    if (isRoot) found.target = name;
    if (!restricts(node.whereClause)) warn(found, "update_without_where", name);
  },
  InsertStmt(node, { found, isRoot }) {
    if (isRoot) found.target = nameOf(node.relation);
  },
  MergeStmt(node, { found, isRoot }) {
    if (isRoot) found.target = nameOf(node.relation);
  },
  SelectStmt(node, { found, isRoot }) {
    if (node.intoClause) {
      const name = nameOf(asNode(node.intoClause).rel);
      found.created.push({ type: "table", name });
      warn(found, "missing_if_not_exists", `table ${name}`);
    } else if (isRoot && !isCallOfSetter(node)) {
      warn(found, "result_not_kept", "SELECT");
    }
  },

  AlterTableStmt(node, context) {
    const name = nameOf(node.relation);
    if (context.isRoot) context.found.target = name;
    context.found.altered.push({ type: objectType(node.objtype), name });
    for (const item of asList(node.cmds)) alterTable(asNode(item.AlterTableCmd), name, context);
  },
  AlterSeqStmt(node, { found, isRoot }) {
    const name = nameOf(node.sequence);
    if (isRoot) found.target = name;
    found.altered.push({ type: "sequence", name });
  },
  AlterEnumStmt(node, { found }) {
    const name = namesOf(node.typeName).join(".");
    found.target = name;
    found.altered.push({ type: "type", name });
    warn(found, "enum_value", `type ${name}`);
  },
  RenameStmt(node, { found }) {
    const type = objectType(node.renameType);
    const name = nameOf(node.relation) || text(node.subname);
    if (/^(database|role|tablespace)$/.test(type)) {
      error(found, type === "role" ? "role" : "database_statement", `RENAME of a ${type}`);
    }
    found.target = name || null;
    found.altered.push({ type, name });
    warn(found, "rename", `${type} to ${text(node.newname)}`);
  },
  AlterObjectSchemaStmt(node, { found }) {
    warn(found, "rename", `${objectType(node.objectType)} moves to ${text(node.newschema)}`);
  },

  VariableSetStmt(node, { found }) {
    const name = text(node.name) || "all settings";
    const [first] = asList(node.args);
    const constant = asNode(first?.A_Const);
    const value = text(asNode(constant.sval).sval) || String(asNode(constant.ival).ival ?? "");
    found.target = name;
    const code = settingRefusal(name, value);
    if (code) error(found, code, `SET ${name}`);
    else warn(found, "session_setting", `SET ${name}`);
  },
  FuncCall(node, { found }) {
    checkFunction(node, found);
  },
  CallStmt(node, { found }) {
    found.target = namesOf(asNode(node.funccall).funcname).join(".");
    checkFunction(asNode(node.funccall), found);
    warn(found, "dynamic_sql", `CALL ${found.target}`);
  },
  CopyStmt(node, { found }) {
    found.target = nameOf(node.relation) || null;
    if (node.is_program === true) error(found, "copy_program", "COPY … PROGRAM");
    else if (node.filename) error(found, "copy_file", `COPY … '${text(node.filename)}'`);
    else error(found, "copy_stdin", "use INSERT instead of COPY … STDIN or STDOUT");
  },
  DoStmt(node, context) {
    const options = asList(node.args).map((item) => asNode(item.DefElem));
    const option = (name: string) =>
      text(asNode(asNode(options.find((each) => each.defname === name)?.arg).String).sval);
    const language = option("language") || "plpgsql";
    checkLanguage(language, context);
    const body = language === "plpgsql" ? context.bodyOf(option("as")) : null;
    if (!body || body.isDynamic) {
      warn(context.found, "dynamic_sql", "DO: what it executes is only known when it runs");
    }
    for (const statement of body?.statements ?? []) {
      for (const [name, inner] of Object.entries(statement)) {
        visit(name, asNode(inner), { ...context, isRoot: false });
      }
    }
  },
};

function checkLanguage(language: string, { found }: Context): void {
  if (!trustedLanguages.includes(language.toLowerCase())) {
    error(found, "unsafe_extension", `LANGUAGE ${language}`);
  }
}

/** `WHERE true` restricts nothing. */
function restricts(where: unknown): boolean {
  const node = asNode(where);
  const constant = asNode(node.A_Const);
  if (Object.keys(node).length === 0) return false;
  return node.A_Const === undefined || asNode(constant.boolval).boolval !== true;
}

/** What dumps call for its effect. */
function isCallOfSetter(node: Node): boolean {
  const [only, ...others] = asList(node.targetList);
  const call = asNode(asNode(asNode(only?.ResTarget).val).FuncCall);
  const name = namesOf(call.funcname).at(-1);
  return others.length === 0 && (name === "set_config" || name === "setval");
}

function checkFunction(call: Node, found: Inspection): void {
  const names = namesOf(call.funcname);
  const name = names.at(-1)?.toLowerCase() ?? "";
  for (const refused of refusedFunctions) {
    const isIt = refused.name.endsWith("*")
      ? name.startsWith(refused.name.slice(0, -1))
      : name === refused.name;
    if (isIt) error(found, refused.code, `${name}()`);
  }
  if (name === "setval" || name.startsWith("lo_")) found.outlivesRollback = true;
  if (name === "set_config") {
    const [setting, value] = asList(call.args).map((arg) =>
      text(asNode(asNode(arg.A_Const).sval).sval),
    );
    const code = settingRefusal(setting ?? "", value ?? "");
    if (code) error(found, code, `set_config('${setting}', …)`);
  }
  if (names.length > 2) error(found, "cross_database", names.join("."));
}

function dropName(object: Node): string[] {
  if (object.List) return namesOf(asNode(object.List).items);
  if (object.TypeName) return namesOf(asNode(object.TypeName).names);
  if (object.ObjectWithArgs) return namesOf(asNode(object.ObjectWithArgs).objname);
  return [text(asNode(object.String).sval)];
}

/** Types whose dropped rows or values are nowhere else. */
const linkTypes = /^(server|fdw|foreign server|foreign data wrapper|publication|foreign table)$/;
const partsMax: Record<string, number> = { rule: 3, trigger: 3, policy: 3 };

function dropOne(type: string, parts: string[], node: Node, context: Context): void {
  const { found, made } = context;
  const name = parts.join(".");
  found.dropped.push({ type, name });
  if (parts.length > (partsMax[type] ?? 2)) error(found, "cross_database", name);
  if (type === "schema") error(found, "drop_schema", `DROP SCHEMA ${name}`);
  else if (type === "event trigger") error(found, "system_setting", "DROP EVENT TRIGGER");
  else if (linkTypes.test(type)) error(found, "server_link", `DROP ${type.toUpperCase()}`);
  else if (type === "table" || type === "materialized view") warn(found, "drop_table", name);
  else warn(found, "drop_object", `${type} ${name}`);
  if (node.missing_ok !== true && !made.has(name)) {
    warn(found, "missing_if_exists", `${type} ${name}`);
  }
  if (node.behavior === "DROP_CASCADE") warn(found, "drop_cascade", `${type} ${name}`);
  made.delete(name);
}

function alterTable(command: Node, table: string, context: Context): void {
  const { found } = context;
  const column = asNode(asNode(command.def).ColumnDef);
  const existing = isExisting(table, context);
  switch (command.subtype) {
    case "AT_DropColumn":
      warn(found, "drop_column", `${table}.${text(command.name)}`);
      if (command.behavior === "DROP_CASCADE") warn(found, "drop_cascade", table);
      return;
    case "AT_AddColumn":
      if (command.missing_ok !== true) {
        warn(found, "missing_if_not_exists", `column ${table}.${text(column.colname)}`);
      }
      if (existing && isNotNullWithoutDefault(column)) {
        warn(found, "not_null_on_existing", `${table}.${text(column.colname)}`);
      }
      return;
    case "AT_SetNotNull":
      if (existing) warn(found, "not_null_on_existing", `${table}.${text(command.name)}`);
      return;
    case "AT_AlterColumnType":
      if (existing) warn(found, "type_rewrite", `${table}.${text(command.name)}`);
      return;
    case "AT_AddConstraint": {
      const constraint = asNode(asNode(command.def).Constraint);
      const reads = /^CONSTR_(FOREIGN|CHECK|PRIMARY|UNIQUE|EXCLUSION)$/.test(
        text(constraint.contype),
      );
      if (existing && reads && constraint.skip_validation !== true) {
        warn(found, "constraint_scan", table);
      }
      return;
    }
    case "AT_DropConstraint":
      warn(found, "drop_object", `constraint ${text(command.name)} of ${table}`);
      return;
    case "AT_ChangeOwner":
      error(found, "role", `OWNER TO: ${table} belongs to the database's own login`);
      return;
    case "AT_SetTableSpace":
      error(found, "database_statement", "tablespaces are the operator's");
      return;
    case "AT_DetachPartition":
      if (asNode(asNode(command.def).PartitionCmd).concurrent === true) {
        error(found, "not_in_transaction", "DETACH PARTITION … CONCURRENTLY");
      }
      return;
  }
}

function isNotNullWithoutDefault(column: Node): boolean {
  const types = asList(column.constraints).map((item) => text(asNode(item.Constraint).contype));
  const fills = ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"];
  return types.includes("CONSTR_NOTNULL") && !fills.some((type) => types.includes(type));
}

import type { Node } from "./postgres-parser.ts";
import type { RuleContext, Rules } from "./postgres-rule.ts";
import { asList, asNode, namesIn, objectType, stringIn } from "./postgres-tree.ts";
import { addError, addWarning } from "./script.ts";

/** What PostgreSQL's DROP loses. */
export const dropRules: Rules = {
  DropStmt(node, context) {
    const { found, isRoot } = context;
    const type = objectType(node.removeType);
    const names = asList(node.objects).map(dropName);
    if (isRoot) {
      found.kind = `drop_${type.replaceAll(" ", "_")}`;
      found.target = names[0]?.join(".") ?? null;
    }
    for (const parts of names) dropOne(type, parts, node, context);
    if (node.concurrent === true) addError(found, "not_in_transaction", "DROP INDEX CONCURRENTLY");
  },
};

function dropName(object: Node): string[] {
  if (object.List) return namesIn(asNode(object.List).items);
  if (object.TypeName) return namesIn(asNode(object.TypeName).names);
  if (object.ObjectWithArgs) return namesIn(asNode(object.ObjectWithArgs).objname);
  return [stringIn(object)];
}

/** Links to other servers. */
const linkTypes = /^(server|foreign server|foreign data wrapper|publication|foreign table)$/;
/** Parts of a name of each type, with a schema but without a database; 2 for all others. */
const partsMax: Record<string, number> = { rule: 3, trigger: 3, policy: 3 };

function dropOne(type: string, parts: string[], node: Node, context: RuleContext): void {
  const { found, made } = context;
  const name = parts.join(".");
  found.dropped.push({ type, name });
  if (parts.length > (partsMax[type] ?? 2)) addError(found, "cross_database", name);
  if (type === "schema") addError(found, "drop_schema", `DROP SCHEMA ${name}`);
  else if (type === "event trigger") addError(found, "system_setting", "DROP EVENT TRIGGER");
  else if (linkTypes.test(type)) addError(found, "server_link", `DROP ${type.toUpperCase()}`);
  else if (type === "table" || type === "materialized view") addWarning(found, "drop_table", name);
  else addWarning(found, "drop_object", `${type} ${name}`);
  if (node.missing_ok !== true && !made.has(name)) {
    addWarning(found, "missing_if_exists", `${type} ${name}`);
  }
  if (node.behavior === "DROP_CASCADE") addWarning(found, "drop_cascade", `${type} ${name}`);
  made.delete(name);
}

import type { Node } from "./postgres-parser.ts";
import type { RuleContext, Rules } from "./postgres-rule.ts";
import { asList, asNode, asText, namesIn, objectType, relationName } from "./postgres-tree.ts";
import { addError, addWarning } from "./script.ts";

/** What PostgreSQL's ALTER changes, and what that costs on a table that has rows. */
export const alterRules: Rules = {
  AlterTableStmt(node, context) {
    const name = relationName(node.relation);
    if (context.isRoot) context.found.target = name;
    context.found.altered.push({ type: objectType(node.objtype), name });
    for (const item of asList(node.cmds)) alterTable(asNode(item.AlterTableCmd), name, context);
  },
  AlterSeqStmt(node, { found, isRoot }) {
    const name = relationName(node.sequence);
    if (isRoot) found.target = name;
    found.altered.push({ type: "sequence", name });
  },
  AlterEnumStmt(node, { found }) {
    const name = namesIn(node.typeName).join(".");
    found.target = name;
    found.altered.push({ type: "type", name });
    if (node.oldVal) addWarning(found, "rename", `value '${asText(node.oldVal)}' of type ${name}`);
    else addWarning(found, "enum_value", `type ${name}`);
  },
  RenameStmt(node, { found }) {
    const type = objectType(node.renameType);
    const name = relationName(node.relation) || asText(node.subname);
    if (/^(database|role|tablespace)$/.test(type)) {
      addError(found, type === "role" ? "role" : "database_statement", `RENAME of a ${type}`);
    }
    found.target = name || null;
    found.altered.push({ type, name });
    addWarning(found, "rename", `${type} to ${asText(node.newname)}`);
  },
  AlterObjectSchemaStmt(node, { found }) {
    addWarning(
      found,
      "rename",
      `${objectType(node.objectType)} moves to ${asText(node.newschema)}`,
    );
  },
};

function alterTable(command: Node, table: string, context: RuleContext): void {
  const { found } = context;
  const column = asNode(asNode(command.def).ColumnDef);
  const isExisting = !context.made.has(table);
  switch (command.subtype) {
    case "AT_DropColumn":
      addWarning(found, "drop_column", `${table}.${asText(command.name)}`);
      if (command.behavior === "DROP_CASCADE") addWarning(found, "drop_cascade", table);
      return;
    case "AT_AddColumn":
      if (command.missing_ok !== true) {
        addWarning(found, "missing_if_not_exists", `column ${table}.${asText(column.colname)}`);
      }
      if (isExisting && isNotNullWithoutDefault(column)) {
        addWarning(found, "not_null_on_existing", `${table}.${asText(column.colname)}`);
      }
      return;
    case "AT_SetNotNull":
      if (isExisting) addWarning(found, "not_null_on_existing", `${table}.${asText(command.name)}`);
      return;
    case "AT_AlterColumnType":
      if (isExisting) addWarning(found, "type_rewrite", `${table}.${asText(command.name)}`);
      return;
    case "AT_AddConstraint": {
      const constraint = asNode(asNode(command.def).Constraint);
      const reads = /^CONSTR_(FOREIGN|CHECK|PRIMARY|UNIQUE|EXCLUSION)$/.test(
        asText(constraint.contype),
      );
      if (isExisting && reads && constraint.skip_validation !== true) {
        addWarning(found, "constraint_scan", table);
      }
      return;
    }
    case "AT_DropConstraint":
      addWarning(found, "drop_object", `constraint ${asText(command.name)} of ${table}`);
      return;
    case "AT_ChangeOwner":
      addError(found, "role", `OWNER TO: ${table} belongs to the database's own login`);
      return;
    case "AT_SetTableSpace":
      addError(found, "database_statement", "tablespaces are the operator's");
      return;
    case "AT_DetachPartition":
      if (asNode(asNode(command.def).PartitionCmd).concurrent === true) {
        addError(found, "not_in_transaction", "DETACH PARTITION … CONCURRENTLY");
      }
      return;
  }
}

function isNotNullWithoutDefault(column: Node): boolean {
  const types = asList(column.constraints).map((item) => asText(asNode(item.Constraint).contype));
  const fills = ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"];
  return types.includes("CONSTR_NOTNULL") && !fills.some((type) => types.includes(type));
}

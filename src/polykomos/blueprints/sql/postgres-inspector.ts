import type { Node } from "./postgres-parser.ts";
import type { Body, RuleContext } from "./postgres-rule.ts";
import { rules } from "./postgres-rules.ts";
import { kinds, refusals } from "./postgres-statements.ts";
import { asNode, relationName } from "./postgres-tree.ts";
import { addError, type Inspection, newInspection } from "./script.ts";

/**
 * What one PostgreSQL statement does, read from its syntax tree. Every node is looked at wherever it
 * stands, so a DELETE inside a WITH or an EXPLAIN is a DELETE.
 */
export type Inspector = {
  /** `bodyOf` takes a PL/pgSQL body apart; null when it cannot be read. */
  inspect(statement: Node, bodyOf: (body: string) => Body | null): Inspection;
};

/** One inspector reads one script: it remembers which tables the script itself has made. */
export function createInspector(): Inspector {
  const made = new Set<string>();
  return {
    inspect(statement, bodyOf) {
      const [root = "", body] = Object.entries(statement)[0] ?? [];
      const found = newInspection(kinds[root] ?? "unknown");
      if (!kinds[root] && !refusals[root]) {
        addError(found, "system_setting", `${root} is not offered`);
      }
      const inner = { found, made, bodyOf, isRoot: false, inspectInner };
      function inspectInner(other: Node): void {
        descend(other, inner);
      }
      visit(root, asNode(body), { ...inner, isRoot: true });
      return found;
    },
  };
}

/** Applies what is known of a node, then looks at all below it. */
function visit(name: string, node: Node, context: RuleContext): void {
  const { found } = context;
  const refusal = refusals[name];
  if (refusal) found.errors.push(refusal);
  rules[name]?.(node, context);
  if (typeof node.relname === "string" && typeof node.catalogname === "string") {
    addError(found, "cross_database", `${node.catalogname}.${relationName(node)}`);
  }
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

/** Visits an item of a list: a node under the name of its type, or a list of such. */
function descend(item: unknown, context: RuleContext): void {
  if (Array.isArray(item)) {
    for (const each of item) descend(each, context);
    return;
  }
  for (const [key, value] of Object.entries(asNode(item))) {
    if (/^[A-Z]/.test(key)) visit(key, asNode(value), context);
    else if (typeof value === "object") descend({ "": value }, context);
  }
}

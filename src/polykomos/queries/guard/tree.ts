/** What the trees of both grammars have in common: plain objects and lists. */
export type Node = Record<string, unknown>;

/** The value as a node; null when it is a list or a plain value. */
export function nodeOf(value: unknown): Node | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Node)
    : null;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a condition looks at a column at all, be it inside a query of its own; `true` and `1 = 1` do not. */
export function looksAtColumn(condition: unknown, isColumn: (node: Node) => boolean): boolean {
  if (Array.isArray(condition)) return condition.some((each) => looksAtColumn(each, isColumn));
  const node = nodeOf(condition);
  if (node === null) return false;
  return isColumn(node) || Object.values(node).some((each) => looksAtColumn(each, isColumn));
}

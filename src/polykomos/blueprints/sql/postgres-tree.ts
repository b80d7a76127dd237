import type { Node } from "./postgres-parser.ts";

/** Reads PostgreSQL's syntax tree, whose fields are there when they say something. */

/** A value as a node; an empty one when it is none. */
export function asNode(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Node)
    : {};
}

export function asList(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(asNode) : [];
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The text of a `String` node. */
export function stringIn(value: unknown): string {
  return asText(asNode(asNode(value).String).sval);
}

/** The text of a string constant; null for anything else. */
export function constantIn(value: unknown): string | null {
  const { sval } = asNode(asNode(value).A_Const);
  return sval === undefined ? null : asText(asNode(sval).sval);
}

/** The names in a list of `String` nodes. */
export function namesIn(value: unknown): string[] {
  return asList(value).map(stringIn);
}

/** The name of a `RangeVar`, with its schema where there is one. */
export function relationName(relation: unknown): string {
  const { schemaname, relname } = asNode(relation);
  return [asText(schemaname), asText(relname)].filter((part) => part !== "").join(".");
}

const objectTypes: Record<string, string> = {
  OBJECT_FDW: "foreign data wrapper",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_TSCONFIGURATION: "text search configuration",
  OBJECT_TSDICTIONARY: "text search dictionary",
};

/** `OBJECT_FOREIGN_TABLE` in words: `foreign table`. */
export function objectType(value: unknown): string {
  const name = asText(value);
  const plain = name.replace(/^OBJECT_/, "").toLowerCase();
  return objectTypes[name] ?? plain.replaceAll("_", " ");
}

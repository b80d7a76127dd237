import { isJsonObject, type JsonValue, jsonTextOf } from "../../rows/rules/json-value.ts";

/** JSON on lines of its own, two spaces a level; reads back as the same value, -0 too. */
export function prettyJson(value: JsonValue, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((each) => inner + prettyJson(each, inner));
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (!isJsonObject(value)) return jsonTextOf(value);
  const members = Object.entries(value).map(
    ([name, each]) => `${inner}${JSON.stringify(name)}: ${prettyJson(each, inner)}`,
  );
  return members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n${indent}}`;
}

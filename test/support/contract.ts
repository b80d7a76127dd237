import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./build.ts";
import { type Document, resolve, type Schema } from "./openapi.ts";

/** The wire contract that Polykomos must keep, and a check of values against its schemas. */
export const contract: Document = JSON.parse(
  readFileSync(join(root, "test/contract/polykomos.openapi.json"), "utf8"),
);

/** The contract lists these, but an answer need not carry them. */
const comesSometimes = new Set(["details"]);

const formats: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === "object";
}

/**
 * What is wrong with a value by a schema of the contract, one line each. Every property that the
 * schema lists must be there: `null` where it has no value.
 */
export function breaches(value: unknown, schema: Schema, at = "body"): string[] {
  const { type, nullable, format, properties, items, ...rest } = resolve(contract, schema);
  if (value === null) return nullable ? [] : [`${at} is null`];
  const found = typeOf(value);
  const fits = found === type || (found === "integer" && type === "number");
  if (type !== undefined && !fits) return [`${at} is ${found}, not ${type}`];
  const lines: string[] = [];
  if (rest.enum && !rest.enum.includes(value)) lines.push(`${at} is not one of ${rest.enum}`);
  if (format && !formats[format]?.test(String(value))) lines.push(`${at} is no ${format}`);
  if (items && Array.isArray(value)) {
    lines.push(...value.flatMap((each, index) => breaches(each, items, `${at}.${index}`)));
  }
  if (properties && isObject(value)) {
    for (const [name, property] of Object.entries(properties)) {
      if (Object.hasOwn(value, name)) {
        lines.push(...breaches(value[name], property, `${at}.${name}`));
      } else if (!comesSometimes.has(name)) {
        lines.push(`${at}.${name} is missing`);
      }
    }
  }
  return lines;
}

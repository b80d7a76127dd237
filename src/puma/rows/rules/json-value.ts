/** JSON values as JavaScript holds them. Objects may have any own name, `__proto__` too. */
export type JsonScalar = string | number | boolean | null;
export type JsonValue = JsonScalar | JsonValue[] | JsonObject;
export type JsonObject = { [name: string]: JsonValue };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonScalar(value: unknown): value is JsonScalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/**
 * JSON text of a value that reads back as the same value. JSON.stringify does so for all but -0,
 * which it writes as 0; lone surrogates it writes as escapes, so the text is well-formed Unicode.
 */
export function jsonTextOf(value: JsonValue): string {
  return hasNegativeZero(value) ? write(value) : JSON.stringify(value);
}

function hasNegativeZero(value: JsonValue): boolean {
  if (typeof value === "number") return Object.is(value, -0);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasNegativeZero);
}

function write(value: JsonValue): string {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}:${write(each)}`,
  );
  return `{${members.join(",")}}`;
}

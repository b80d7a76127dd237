import { isJsonScalar, type JsonObject, type JsonScalar } from "./json-value.ts";

/**
 * Terms let SQL pass over rows that cannot match a filter without parsing them: one short hash for
 * each top-level field with a string, number or boolean. Equal fields have equal terms; different
 * ones nearly always have different terms, so a row that is let through is still compared.
 */
const termsMax = 64;
const hashedCharactersMax = 200;

/** FNV-1a, 32 bits, over the first characters of a text. */
function hashInto(seed: number, text: string): number {
  let hash = seed;
  const end = Math.min(text.length, hashedCharactersMax);
  for (let index = 0; index < end; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return Math.imul(hash ^ text.length, 0x01000193);
}

/** The term of one field, with a leading blank. -0 and 0 are equal, so they share their term. */
export function termOf(field: string, value: Exclude<JsonScalar, null>): string {
  const ofField = hashInto(0x811c9dc5, field);
  return ` ${(hashInto(ofField, `${typeof value} ${value}`) >>> 0).toString(36)}`;
}

/** All terms of a row in one text, or `null` for a row with so many that looking would not pay. */
export function termsOf(row: JsonObject): string | null {
  const terms: string[] = [];
  for (const field in row) {
    const value = row[field];
    if (value === null || value === undefined || !isJsonScalar(value)) continue;
    if (terms.length === termsMax) return null;
    terms.push(termOf(field, value));
  }
  return terms.join("");
}

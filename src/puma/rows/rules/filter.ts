import { pumaFault } from "../../rules/code.ts";
import { isoTime } from "../../rules/time-text.ts";
import {
  isJsonObject,
  isJsonScalar,
  type JsonObject,
  type JsonScalar,
  type JsonValue,
} from "./json-value.ts";
import type { StoredRow } from "./row.ts";
import { termOf } from "./terms.ts";

/** Equality on top-level fields, all of which must hold. Empty: every row. */
export type Filter = readonly (readonly [field: string, value: JsonScalar])[];

/** More terms than this narrow a search no further and would make too many forms of one statement. */
const termsSearchedMax = 4;

/** Reads a filter from JSON. Faults: `invalid_filter`, naming the field. */
export function filterFrom(value: unknown): Filter {
  if (!isJsonObject(value)) {
    throw pumaFault("invalid_filter", 'filter must be a JSON object, such as {"status":"open"}', {
      field: "filter",
    });
  }
  return Object.entries(value).map(([field, wanted]) => {
    if (isJsonScalar(wanted)) return [field, wanted];
    const name = field.slice(0, 200);
    throw pumaFault(
      "invalid_filter",
      `filter.${name} must be a string, a number, a boolean or null`,
      { field: `filter.${name}` },
    );
  });
}

/** The value of a field of a row as clients see it; `null` when it is absent. */
export function fieldValue(row: StoredRow, fields: JsonObject, field: string): JsonValue {
  if (field === "id") return row.id;
  if (field === "created_at") return isoTime(row.createdAtMs);
  if (field === "updated_at") return isoTime(row.updatedAtMs);
  return Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
}

/** Whether a row passes. Types are strict: 1 is not "1"; null also matches an absent field. */
export function matches(row: StoredRow, fields: JsonObject, filter: Filter): boolean {
  return filter.every(([field, wanted]) => fieldValue(row, fields, field) === wanted);
}

/** The id that a filter asks for: `undefined` when it does not, `null` when no row can have it. */
export function wantedId(filter: Filter): string | null | undefined {
  const entry = filter.find(([field]) => field === "id");
  if (!entry) return undefined;
  return typeof entry[1] === "string" ? entry[1] : null;
}

/** Terms that every matching row has. */
export function wantedTerms(filter: Filter): string[] {
  const terms: string[] = [];
  for (const [field, wanted] of filter) {
    if (wanted === null || field === "created_at" || field === "updated_at") continue;
    if (terms.length < termsSearchedMax) terms.push(termOf(field, wanted));
  }
  return terms;
}

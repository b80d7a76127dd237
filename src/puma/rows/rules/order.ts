import type { JsonValue } from "./json-value.ts";

/** One field, ascending or descending; equal values by id, ascending either way. */
export type Sort = { field: string; descending: boolean };

/** Newest first. */
export const defaultSort: Sort = { field: "created_at", descending: true };

/** Reads `field` or `-field`; `null` when no field is named. */
export function sortFrom(text: string): Sort | null {
  const descending = text.startsWith("-");
  const field = descending ? text.slice(1) : text;
  return field === "" ? null : { field, descending };
}

/** Puts items in order by the value of the sort field, then by id. */
export function inOrder<Item extends { id: string; value: JsonValue }>(
  items: Item[],
  sort: Sort,
): Item[] {
  const direction = sort.descending ? -1 : 1;
  return items.sort(
    (a, b) =>
      direction * compareValues(a.value, b.value) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** Negative when `a` comes first. Strings compare by UTF-16 code unit, false before true. */
function compareValues(a: JsonValue, b: JsonValue): number {
  const byRank = rank(a) - rank(b);
  if (byRank !== 0) return byRank;
  if (a === null || b === null || typeof a === "object" || typeof b === "object") return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** null and absent, booleans, numbers, strings; arrays and objects last and equal among themselves. */
function rank(value: JsonValue): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return 1;
  if (typeof value === "number") return 2;
  return typeof value === "string" ? 3 : 4;
}

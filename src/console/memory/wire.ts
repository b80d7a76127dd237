import { splitRow } from "../../puma/links/rules/edited-row.ts";
import { prettyJson } from "../../puma/links/rules/pretty-json.ts";
import { type JsonObject, type JsonValue, jsonTextOf } from "../../puma/rows/rules/json-value.ts";
import { shortened } from "../parts/text.ts";

/** The answers of pumaDB that these pages show. */
export type TableView = { name: string; rows: number };

export type RowView = JsonObject & { id: string; created_at: string; updated_at: string };

export const memoryPath = "/console/memory";

export function tablePath(table: string): string {
  return `${memoryPath}/tables/${encodeURIComponent(table)}`;
}

export function rowPath(table: string, id: string): string {
  return `${tablePath(table)}/rows/${encodeURIComponent(id)}`;
}

/** A row's own fields, as they stand in the editor. */
export function editableText(json: string): string {
  return prettyJson(splitRow(json).own);
}

const cellCharactersMax = 90;

/** A value in one cell of a table. */
export function cellText(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return shortened(typeof value === "string" ? value : jsonTextOf(value), cellCharactersMax);
}

/** The rows' own fields, those that most of them have first. */
export function fieldsOf(rows: readonly JsonObject[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const field of Object.keys(row)) counts.set(field, (counts.get(field) ?? 0) + 1);
  }
  for (const field of ["id", "created_at", "updated_at"]) counts.delete(field);
  return [...counts].sort(([, a], [, b]) => b - a).map(([field]) => field);
}

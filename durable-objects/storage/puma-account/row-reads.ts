import { fieldsOf } from "../../../src/puma/rows/rules/content.ts";
import {
  type Filter,
  fieldValue,
  matches,
  wantedId,
  wantedTerms,
} from "../../../src/puma/rows/rules/filter.ts";
import type { JsonValue } from "../../../src/puma/rows/rules/json-value.ts";
import { inOrder, type Sort } from "../../../src/puma/rows/rules/order.ts";
import { rowText, type StoredRow } from "../../../src/puma/rows/rules/row.ts";
import { type JsonText, jsonArray, jsonText } from "../../../src/puma/rules/json-text.ts";
import { findRow, scanRows } from "./rows.ts";
import { listTables } from "./tables.ts";

/**
 * Finding rows. SQL narrows a search by place and terms; whether a row passes is decided here, on the
 * parsed JSON, so that types, numbers and odd names mean what they mean in JSON.
 */

/** Rows that pass, newest first; lazily, so change no row before having stopped. */
export function* matchingRows(
  sql: SqlStorage,
  table: string,
  filter: Filter,
): Generator<StoredRow> {
  const id = wantedId(filter);
  if (id !== undefined) {
    const row = id === null ? undefined : findRow(sql, table, id);
    if (row && matches(row, fieldsOf(row.text), filter)) yield row;
    return;
  }
  for (const row of scanRows(sql, table, wantedTerms(filter))) {
    if (filter.length === 0 || matches(row, fieldsOf(row.text), filter)) yield row;
  }
}

function sortValue(row: StoredRow, field: string): JsonValue {
  if (field === "created_at") return row.createdAtMs;
  if (field === "updated_at") return row.updatedAtMs;
  return field === "id" ? row.id : fieldValue(row, fieldsOf(row.text), field);
}

function firstRows(sql: SqlStorage, table: string, filter: Filter, limit: number): StoredRow[] {
  if (filter.length === 0) return [...scanRows(sql, table, [], limit)];
  const found: StoredRow[] = [];
  for (const row of matchingRows(sql, table, filter)) {
    found.push(row);
    if (found.length === limit) break;
  }
  return found;
}

type Query = { table: string; filter: Filter; sort: Sort; limit: number };

/** The first `limit` rows that pass, in order, as a JSON array. */
export function queryRows(sql: SqlStorage, query: Query): JsonText {
  return jsonArray(selectRows(sql, query).map(rowText));
}

/** The first `limit` rows that pass, in order. */
export function selectRows(sql: SqlStorage, query: Query): StoredRow[] {
  const { table, filter, sort, limit } = query;
  if (sort.field === "created_at" && sort.descending) {
    return firstRows(sql, table, filter, limit);
  }
  const items: { id: string; value: JsonValue; row: StoredRow }[] = [];
  for (const row of matchingRows(sql, table, filter)) {
    items.push({ id: row.id, value: sortValue(row, sort.field), row });
  }
  return inOrder(items, sort)
    .slice(0, limit)
    .map(({ row }) => row);
}

export function countRows(sql: SqlStorage, table: string, filter: Filter): number {
  if (filter.length === 0) {
    return listTables(sql).find((each) => each.name === table)?.rows ?? 0;
  }
  let count = 0;
  for (const _ of matchingRows(sql, table, filter)) count++;
  return count;
}

/** All rows of all tables as a JSON object, rows newest first. */
export function exportRows(sql: SqlStorage): JsonText {
  const parts = ["{"];
  for (const [index, { name }] of listTables(sql).entries()) {
    parts.push(`${index === 0 ? "" : ","}"${name}":[`);
    let separator = "";
    for (const row of scanRows(sql, name, [])) {
      parts.push(separator + rowText(row));
      separator = ",";
    }
    parts.push("]");
  }
  parts.push("}");
  return jsonText(parts);
}

import type { RowContent } from "../../../src/puma/rows/rules/content.ts";
import type { StoredRow } from "../../../src/puma/rows/rules/row.ts";
import { createdAtOf } from "../../../src/puma/rows/rules/row-id.ts";

/** Typed statements on `rows`. Every one names the table the row must be in. */
const columns = "id, created_ms, updated_ms, version, bytes, content";

type Columns = [string, number, number, number, number, string];

function storedRow([id, createdAtMs, updatedAtMs, version, bytes, text]: Columns): StoredRow {
  return { id, createdAtMs, updatedAtMs, version, bytes, text };
}

/**
 * The rows of a table that may have all the terms, newest first and then by id; one at a time, so
 * that a reader who stops early reads no more. Change no row before having stopped.
 */
export function* scanRows(
  sql: SqlStorage,
  table: string,
  terms: readonly string[],
  limit?: number,
): Generator<StoredRow> {
  const conditions = terms.map(() => " AND (terms IS NULL OR instr(terms, ?) > 0)").join("");
  const cursor = sql.exec(
    `SELECT ${columns} FROM rows WHERE table_name = ?${conditions}
     ORDER BY created_ms DESC, id${limit === undefined ? "" : " LIMIT ?"}`,
    table,
    ...terms,
    ...(limit === undefined ? [] : [limit]),
  );
  for (const row of cursor.raw<Columns>()) yield storedRow(row);
}

/** The row with an id, found by its place: the id holds its created_at. */
export function findRow(sql: SqlStorage, table: string, id: string): StoredRow | undefined {
  const createdAtMs = createdAtOf(id);
  if (createdAtMs === null) return undefined;
  const [row] = sql
    .exec(
      `SELECT ${columns} FROM rows WHERE table_name = ? AND created_ms = ? AND id = ?`,
      table,
      createdAtMs,
      id,
    )
    .raw<Columns>();
  return row ? storedRow(row) : undefined;
}

/** Writes a row that is not there. `created_at` is the one in its id. */
export function insertRow(
  sql: SqlStorage,
  table: string,
  row: { id: string; createdAtMs: number; updatedAtMs: number; version: number },
  content: RowContent,
): void {
  sql.exec(
    `INSERT INTO rows
       (table_name, created_ms, id, updated_ms, version, bytes, terms, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    table,
    row.createdAtMs,
    row.id,
    row.updatedAtMs,
    row.version,
    content.bytes,
    content.terms,
    content.text,
  );
}

/** Puts new content in the place of a row's content. */
export function replaceRow(
  sql: SqlStorage,
  table: string,
  row: { id: string; createdAtMs: number; updatedAtMs: number; version: number },
  content: RowContent,
): void {
  sql.exec(
    `UPDATE rows SET updated_ms = ?, version = ?, bytes = ?, terms = ?, content = ?
     WHERE table_name = ? AND created_ms = ? AND id = ?`,
    row.updatedAtMs,
    row.version,
    content.bytes,
    content.terms,
    content.text,
    table,
    row.createdAtMs,
    row.id,
  );
}

export function deleteRow(sql: SqlStorage, table: string, row: StoredRow): void {
  sql.exec(
    "DELETE FROM rows WHERE table_name = ? AND created_ms = ? AND id = ?",
    table,
    row.createdAtMs,
    row.id,
  );
}

import { dayMs } from "../../../src/lib/clock.ts";
import type { PumaLimits } from "../../../src/puma/limits.ts";
import { rowText, type StoredRow } from "../../../src/puma/rows/rules/row.ts";
import { createdAtOf } from "../../../src/puma/rows/rules/row-id.ts";
import type { VersionRecord } from "../../../src/puma/rules/operation.ts";

/** Typed statements on `versions`: what rows were before each change. */
export type ArchivedVersion = { version: number; text: string };

/** Archives a row as its next version, whose number it returns, and drops those past the limit. */
export function archiveRow(
  sql: SqlStorage,
  table: string,
  row: StoredRow,
  deleted: boolean,
  limits: PumaLimits,
  nowMs: number,
): number {
  const version = row.version + 1;
  sql.exec(
    `INSERT INTO versions
       (row_id, version, table_name, archived_ms, updated_ms, deleted, content)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    version,
    table,
    nowMs,
    row.updatedAtMs,
    deleted ? 1 : 0,
    row.text,
  );
  const oldestKept = version - limits.versionsPerRow + 1;
  if (oldestKept > 1) {
    sql.exec("DELETE FROM versions WHERE row_id = ? AND version < ?", row.id, oldestKept);
  }
  return version;
}

/** A row's versions that are not too old, newest first. */
export function listVersions(
  sql: SqlStorage,
  table: string,
  rowId: string,
  limits: PumaLimits,
  nowMs: number,
): VersionRecord[] {
  const createdAtMs = createdAtOf(rowId);
  if (createdAtMs === null) return [];
  const cursor = sql.exec(
    `SELECT version, archived_ms, deleted, updated_ms, content FROM versions
     WHERE row_id = ? AND table_name = ? AND archived_ms > ? ORDER BY version DESC`,
    rowId,
    table,
    nowMs - limits.versionDays * dayMs,
  );
  return [...cursor.raw<[number, number, number, number, string]>()].map(
    ([version, archivedAtMs, deleted, updatedAtMs, text]) => ({
      version,
      archivedAtMs,
      deleted: deleted === 1,
      row: rowText({ id: rowId, createdAtMs, updatedAtMs, text }),
    }),
  );
}

/** One version of a row that is not too old. */
export function findVersion(
  sql: SqlStorage,
  table: string,
  rowId: string,
  version: number,
  limits: PumaLimits,
  nowMs: number,
): ArchivedVersion | undefined {
  const [found] = sql
    .exec(
      `SELECT version, content FROM versions
       WHERE row_id = ? AND version = ? AND table_name = ? AND archived_ms > ?`,
      rowId,
      version,
      table,
      nowMs - limits.versionDays * dayMs,
    )
    .raw<[number, string]>();
  return found ? { version: found[0], text: found[1] } : undefined;
}

/** The number of a row's newest version; 0 when it has none. */
export function newestVersion(sql: SqlStorage, rowId: string): number {
  const cursor = sql.exec("SELECT max(version) AS newest FROM versions WHERE row_id = ?", rowId);
  return Number(cursor.one().newest ?? 0);
}

/** Deletes the versions that are too old to be seen. */
export function deleteOldVersions(sql: SqlStorage, limits: PumaLimits, nowMs: number): void {
  sql.exec("DELETE FROM versions WHERE archived_ms <= ?", nowMs - limits.versionDays * dayMs);
}

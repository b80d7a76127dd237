import { unreachable } from "../../../src/lib/unreachable.ts";
import type { PumaLimits } from "../../../src/puma/limits.ts";
import {
  contentOf,
  fieldsOf,
  patched,
  type RowContent,
} from "../../../src/puma/rows/rules/content.ts";
import { rowText, type StoredRow } from "../../../src/puma/rows/rules/row.ts";
import { createdAtOf, type RowIdSource } from "../../../src/puma/rows/rules/row-id.ts";
import { pumaFault } from "../../../src/puma/rules/code.ts";
import type { ChangeValues, RowChange } from "../../../src/puma/rules/operation.ts";
import { rememberRow, replayedRow } from "./idempotency.ts";
import { matchingRows } from "./row-reads.ts";
import { deleteRow, findRow, insertRow, replaceRow } from "./rows.ts";
import type { UsageLedger } from "./tables.ts";
import { archiveRow, findVersion, newestVersion } from "./versions.ts";

/**
 * Changing rows. Every verb runs inside the caller's transaction and throws a Fault to undo it; what
 * a row was is archived before it changes.
 */
export type Writing = {
  sql: SqlStorage;
  ledger: UsageLedger;
  limits: PumaLimits;
  newRowId: RowIdSource;
  nowMs: number;
};

type Of<Kind extends RowChange["kind"]> = Extract<RowChange, { kind: Kind }>;

/** What a change answers; the rows of an update as finished texts. */
export type ChangeOutcome =
  | ({ kind: "add" } & ChangeValues["add"])
  | ({ kind: "upsert" } & ChangeValues["upsert"])
  | ({ kind: "updateRow" } & ChangeValues["updateRow"])
  | { kind: "updateWhere"; rows: string[] }
  | ({ kind: "delete" } & ChangeValues["delete"]);

/** Makes one change in a table. */
export function changeRows(writing: Writing, table: string, change: RowChange): ChangeOutcome {
  switch (change.kind) {
    case "add":
      return { kind: "add", ...add(writing, table, change) };
    case "upsert":
      return { kind: "upsert", ...upsert(writing, table, change) };
    case "updateRow":
      return { kind: "updateRow", row: updateRow(writing, table, change) };
    case "updateWhere":
      return { kind: "updateWhere", rows: updateWhere(writing, table, change) };
    case "delete":
      return { kind: "delete", deleted: deleteRows(writing, table, change) };
    default:
      return unreachable(change);
  }
}

function add(writing: Writing, table: string, change: Of<"add">): ChangeValues["add"] {
  const { sql, nowMs } = writing;
  if (!change.idempotency) return { row: create(writing, table, change.row), replayed: false };
  const known = replayedRow(sql, change.idempotency, nowMs);
  if (known !== undefined) return { row: known, replayed: true };
  const row = create(writing, table, change.row);
  rememberRow(sql, change.idempotency, row, nowMs);
  return { row, replayed: false };
}

function upsert(writing: Writing, table: string, change: Of<"upsert">): ChangeValues["upsert"] {
  const [found, another] = [...matchingRows(writing.sql, table, change.match)];
  if (another) throw pumaFault("ambiguous_key");
  if (!found) return { created: true, row: create(writing, table, change.row) };
  return { created: false, row: replace(writing, table, found, change.row) };
}

function updateRow(writing: Writing, table: string, change: Of<"updateRow">): string {
  const found = findRow(writing.sql, table, change.id);
  if (!found) throw pumaFault("row_not_found", "The table has no row with this id");
  return replace(writing, table, found, patched(found.text, change.patch));
}

function updateWhere(writing: Writing, table: string, change: Of<"updateWhere">): string[] {
  const found = [...matchingRows(writing.sql, table, change.filter)];
  if (found.length === 0) throw pumaFault("row_not_found", "No row matches the filter");
  if (found.length > 1 && !change.allowMultiple) {
    throw pumaFault(
      "multiple_matches",
      `${found.length} rows match the filter; narrow it or send allowMultiple: true`,
      { matches: found.length },
    );
  }
  return found.map((row) => replace(writing, table, row, patched(row.text, change.patch)));
}

function deleteRows(writing: Writing, table: string, change: Of<"delete">): number {
  const { sql, ledger, limits, nowMs } = writing;
  const found = [...matchingRows(sql, table, change.filter)];
  for (const row of found) {
    archiveRow(sql, table, row, true, limits, nowMs);
    deleteRow(sql, table, row);
    ledger.removeRow(table, row.bytes);
  }
  return found.length;
}

/** Makes a row what it was in an archived version; a deleted row lives again under its id. */
export function restoreRow(writing: Writing, table: string, id: string, version: number): string {
  const { sql, ledger, limits, nowMs } = writing;
  const archived = findVersion(sql, table, id, version, limits, nowMs);
  const createdAtMs = createdAtOf(id);
  if (!archived || createdAtMs === null) throw pumaFault("version_not_found");
  const content = contentOf(fieldsOf(archived.text));
  const live = findRow(sql, table, id);
  if (live) return replace(writing, table, live, content);
  ledger.addRow(table, content.bytes);
  const row = { id, createdAtMs, updatedAtMs: nowMs, version: newestVersion(sql, id) };
  insertRow(sql, table, row, content);
  return rowText({ ...row, text: content.text });
}

function create(writing: Writing, table: string, content: RowContent): string {
  const { sql, ledger, nowMs } = writing;
  ledger.addRow(table, content.bytes);
  const row = { id: writing.newRowId(nowMs), createdAtMs: nowMs, updatedAtMs: nowMs, version: 0 };
  insertRow(sql, table, row, content);
  return rowText({ ...row, text: content.text });
}

function replace(writing: Writing, table: string, row: StoredRow, content: RowContent): string {
  const { sql, ledger, limits, nowMs } = writing;
  ledger.resizeRow(table, row.bytes, content.bytes);
  const version = archiveRow(sql, table, row, false, limits, nowMs);
  // A clock that was set back must not make a change look older than the one before it.
  const updatedAtMs = Math.max(nowMs, row.updatedAtMs);
  const next = { id: row.id, createdAtMs: row.createdAtMs, updatedAtMs, version };
  replaceRow(sql, table, next, content);
  return rowText({ ...next, text: content.text });
}

import { unreachable } from "../../../src/lib/unreachable.ts";
import { fieldsOf } from "../../../src/puma/rows/rules/content.ts";
import { filterFrom } from "../../../src/puma/rows/rules/filter.ts";
import { jsonTextOf } from "../../../src/puma/rows/rules/json-value.ts";
import { defaultSort, sortFrom } from "../../../src/puma/rows/rules/order.ts";
import { rowText, type StoredRow } from "../../../src/puma/rows/rules/row.ts";
import { pumaFault } from "../../../src/puma/rules/code.ts";
import { jsonArray } from "../../../src/puma/rules/json-text.ts";
import type {
  LinkOutcome,
  LinkRequest,
  LinkTarget,
  NewLink,
  QueryRows,
  QueryTarget,
  RowRequest,
  TextTarget,
} from "../../../src/puma/rules/link.ts";
import type { RowChange, VersionRecord } from "../../../src/puma/rules/operation.ts";
import type { Work } from "./operations.ts";
import {
  deleteExpiredPageLinks,
  deletePageLink,
  findPageLink,
  insertPageLink,
  type PageLink,
} from "./page-links.ts";
import { matchingRows, selectRows } from "./row-reads.ts";
import { changeRows, restoreRow } from "./row-writes.ts";
import { findRow } from "./rows.ts";
import { UsageLedger } from "./tables.ts";
import { findVersion, listVersions } from "./versions.ts";

/** Making links and doing what someone who holds one asks. Who may is decided before. */

type LinkWork = Pick<Work, "sql" | "limits" | "newRowId" | "nowMs">;

/** All rows of a query's page together; a download has no such bound. */
const pageCharactersMax = 1_000_000;

/** Makes a link and returns the row it is to. Faults: no row, more than one, no text in the field. */
export function createLink(work: Work, link: NewLink): { rowId: string | null } {
  const { sql, nowMs, keyId } = work;
  const target = settledTarget(sql, link.target);
  deleteExpiredPageLinks(sql, nowMs);
  insertPageLink(sql, { id: link.id, keyId, expiresAtMs: link.expiresAtMs, target });
  return { rowId: target.kind === "query" ? null : target.id };
}

function settledTarget(sql: SqlStorage, target: NewLink["target"]): LinkTarget {
  switch (target.kind) {
    case "query":
      return target;
    case "row":
      if (findRow(sql, target.table, target.id)) return target;
      throw pumaFault("row_not_found", "The table has no row with this id");
    case "text": {
      const { where, ...rest } = target;
      const [row, another] = [...matchingRows(sql, target.table, where)];
      if (!row) throw pumaFault("row_not_found");
      if (another) {
        const message = "More than one row matches; narrow the filter or name the row by id";
        throw pumaFault("multiple_matches", message);
      }
      if (textIn(row.text, target.field) === undefined) {
        throw pumaFault("not_a_text_field", undefined, { field: target.field.slice(0, 200) });
      }
      return { ...rest, id: row.id };
    }
    default:
      return unreachable(target);
  }
}

function textIn(content: string, field: string): string | undefined {
  const fields = fieldsOf(content);
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Does what is asked through a link. The caller holds a transaction for whatever writes. */
export function throughLink(work: LinkWork, linkId: string, request: LinkRequest): LinkOutcome {
  const { sql, nowMs } = work;
  const link = findPageLink(sql, linkId, nowMs);
  if (!link) return { kind: "ended" };
  if (request.kind === "end") {
    deletePageLink(sql, linkId, nowMs);
    return { kind: "ended" };
  }
  return withTarget(work, link, request);
}

/** The same for one row of somebody who needs no link. */
export function withRow(
  work: LinkWork,
  { table, id }: { table: string; id: string },
  request: RowRequest,
): LinkOutcome {
  const target = { kind: "row" as const, table, id, filename: `${id}.json` };
  return withTarget(work, { expiresAtMs: work.nowMs, target }, request);
}

function withTarget(
  work: LinkWork,
  link: PageLink,
  request: Exclude<LinkRequest, { kind: "end" }>,
): LinkOutcome {
  const { sql } = work;
  const { target, expiresAtMs } = link;
  if (target.kind === "query") {
    const found = rowsOf(sql, target);
    if (request.kind === "download") {
      return { kind: "rows", target, rows: jsonArray(found.map(rowText)) };
    }
    return { kind: "query", target, expiresAtMs, found: firstOf(found) };
  }
  const row = findRow(sql, target.table, target.id);
  if (!row) return { kind: "gone" };
  if (target.kind === "text" && textIn(row.text, target.field) === undefined) {
    return { kind: "gone" };
  }
  if (request.kind === "view" || request.kind === "download") {
    const versions = request.kind === "view" && request.history ? versionsOf(work, target) : [];
    const shown = { expiresAtMs, row: linked(row), versions };
    return target.kind === "row"
      ? { kind: "row", target, ...shown }
      : { kind: "text", target, ...shown };
  }
  if (request.base !== row.version) {
    return { kind: "conflict", target, expiresAtMs, row: linked(row) };
  }
  return change(work, link, row, request);
}

function linked(row: StoredRow): { version: number; json: string } {
  return { version: row.version, json: rowText(row) };
}

function rowsOf(sql: SqlStorage, target: QueryTarget): StoredRow[] {
  const { table, limit } = target;
  const filter = filterFrom(JSON.parse(target.filter));
  const sort = sortFrom(target.sort) ?? defaultSort;
  return selectRows(sql, { table, filter, sort, limit });
}

/** As many as fit on a page. */
function firstOf(found: StoredRow[]): QueryRows {
  const rows: string[] = [];
  let characters = 0;
  for (const row of found) {
    characters += row.text.length;
    if (characters > pageCharactersMax && rows.length > 0) break;
    rows.push(rowText(row));
  }
  return { rows, found: found.length };
}

function versionsOf({ sql, limits, nowMs }: LinkWork, target: LinkTarget & { id: string }) {
  const all = listVersions(sql, target.table, target.id, limits, nowMs);
  return target.kind === "text" ? all.flatMap((each) => fieldOnly(each, target)) : all;
}

/** A link to one field tells nothing of the others, not in earlier versions either. */
function fieldOnly(version: VersionRecord, target: TextTarget): VersionRecord[] {
  const text = textIn(version.row, target.field);
  if (text === undefined) return [];
  return [{ ...version, row: jsonTextOf({ [target.field]: text }) }];
}

/** Runs a change of the row that was seen: the same verbs as over REST, so it is archived first. */
function change(
  work: LinkWork,
  { target }: PageLink,
  row: StoredRow,
  request: Exclude<LinkRequest, { kind: "view" | "download" | "end" }>,
): LinkOutcome {
  const { sql, limits, nowMs } = work;
  const ledger = new UsageLedger(sql, limits);
  const rows = { ...work, ledger };
  if (request.kind === "restore" && target.kind === "row") {
    restoreRow(rows, target.table, row.id, request.version);
  } else {
    const archived =
      request.kind === "restore"
        ? findVersion(sql, target.table, row.id, request.version, limits, nowMs)?.text
        : undefined;
    changeRows(rows, target.table, changeOf(target, row, request, archived));
  }
  ledger.save(sql);
  return { kind: "saved" };
}

/** `archived` is the content of the version to restore. */
function changeOf(
  target: LinkTarget,
  row: StoredRow,
  request: Exclude<LinkRequest, { kind: "view" | "download" | "end" }>,
  archived: string | undefined,
): RowChange {
  if (target.kind === "row" && request.kind === "saveRow") {
    return { kind: "upsert", match: [["id", row.id]], row: request.row };
  }
  if (target.kind === "text" && request.kind !== "saveRow") {
    const text =
      request.kind === "saveText" ? request.text : textIn(archived ?? "{}", target.field);
    if (text === undefined) throw pumaFault("version_not_found");
    return { kind: "updateRow", id: row.id, patch: jsonTextOf({ [target.field]: text }) };
  }
  throw new Error(`A link to a ${target.kind} was asked for ${request.kind}`);
}

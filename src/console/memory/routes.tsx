import { invalidField, notFound } from "../../polykomos/dialect.ts";
import { editedRow } from "../../puma/links/rules/edited-row.ts";
import { jsonProblem } from "../../puma/links/rules/json-problem.ts";
import * as rowContract from "../../puma/rows/contract.ts";
import { isJsonObject, type JsonValue } from "../../puma/rows/rules/json-value.ts";
import { isoTime } from "../../puma/rows/rules/row.ts";
import * as tableContract from "../../puma/tables/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { csvOf, download } from "../download.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { askMemory, type MemoryDeps, readMemory, withMemoryRow } from "./account.ts";
import { historyPage, type VersionShown } from "./history-page.tsx";
import { conflictPage, editPage, headingOf, type RowPlace, rowPage } from "./row-page.tsx";
import { rowsPage, rowsPerPage } from "./rows-page.tsx";
import { newRowPage, tablesPage } from "./tables-page.tsx";
import {
  editableText,
  fieldsOf,
  memoryPath,
  type RowView,
  rowPath,
  type TableView,
} from "./wire.ts";

/** The person's pumaDB account: tables, rows, what they were, and all of it as files. */
export function memoryArea(deps: MemoryDeps): Area {
  const of = (run: (deps: MemoryDeps, visit: Visit) => Promise<View | Response>) => {
    return (visit: Visit) => run(deps, visit);
  };
  return {
    nav: { href: memoryPath, name: "Memory", icon: "memory" },
    done: {
      row_kept: "The row is kept.",
      row_saved: "Saved. What was there before is in the history.",
      row_restored: "Restored. What was there before is in the history.",
      row_deleted: "The row is deleted. Restore a version below to bring it back.",
      row_moved_on: "The row was changed since you looked, so nothing was restored. Compare again.",
    },
    routes: [
      get("/memory", of(tables)),
      get("/memory/export", of(exportAll)),
      get("/memory/new", async (visit) => {
        return newRowPage(visit, visit.url.searchParams.get("table") ?? "", null);
      }),
      post("/memory/new", of(add)),
      get("/memory/tables/:table", of(rows)),
      get("/memory/tables/:table/download", of(downloadRows)),
      get("/memory/tables/:table/rows/:id", of(row)),
      get("/memory/tables/:table/rows/:id/edit", of(edit)),
      post("/memory/tables/:table/rows/:id/edit", of(save)),
      get("/memory/tables/:table/rows/:id/history", of(history)),
      post("/memory/tables/:table/rows/:id/restore", of(restore)),
      post("/memory/tables/:table/rows/:id/delete", of(remove)),
    ],
  };
}

async function tables(deps: MemoryDeps, visit: Visit): Promise<View> {
  const read = await readMemory<{ tables: TableView[] }>(deps, visit, tableContract.listTables);
  return tablesPage(read.tables);
}

async function exportAll(deps: MemoryDeps, visit: Visit): Promise<Response> {
  const all = await askMemory(deps, visit, tableContract.exportTables);
  return download(all, "pumadb-export.json", "application/json");
}

/** A row written by hand. What is wrong with it is told beside the field. */
async function add(deps: MemoryDeps, visit: Visit): Promise<View | Response> {
  const table = (visit.form.get("table") ?? "").trim();
  const text = visit.form.get("row") ?? "";
  const problem = textProblem(text);
  if (problem) return newRowPage(visit, table, problem);
  const body: unknown = JSON.parse(text);
  const added = await attempt(
    readMemory<RowView>(deps, visit, rowContract.addRow, { params: { table }, body }),
  );
  if (added.ok) return seeOther(rowPath(table, added.value.id), "row_kept");
  const isOfTable = added.problem.details.table !== undefined || table === "";
  return newRowPage(visit, table, { ...added.problem, field: isOfTable ? "table" : "row" });
}

/** What is wrong with a row as JSON, with the place. */
function textProblem(text: string): Problem | null {
  const edited = editedRow(text);
  if (edited.ok) return null;
  const { message, place } = edited;
  const where = place ? `Line ${place.line}, column ${place.column}: ` : "";
  return { status: 422, message: `${where}${message}`, field: "row", details: {} };
}

const rowsMax = 1_000;

/** What the address asks for, as the API takes it. Faults: a filter that is no JSON. */
function queryOf({ url }: Visit): { filter?: string; sort?: string } {
  const { searchParams } = url;
  const text = (name: string) => searchParams.get(name)?.trim() ?? "";
  const sort = text("sort");
  const filter = { ...filterOf(text("filter")), ...fieldFilter(text("field"), text("is")) };
  return {
    ...(Object.keys(filter).length > 0 ? { filter: JSON.stringify(filter) } : {}),
    ...(sort === "" ? {} : { sort }),
  };
}

function filterOf(text: string): Record<string, JsonValue> {
  if (text === "") return {};
  const problem = jsonProblem(text);
  if (problem) {
    throw invalidField("filter", `column ${problem.column}: ${problem.message}`);
  }
  const value: JsonValue = JSON.parse(text);
  if (isJsonObject(value)) return value;
  throw invalidField("filter", 'must be an object, such as {"status":"open"}');
}

/** `3`, `true`, `null` and `"3"` are what they are in JSON; anything else is a text. */
function fieldFilter(field: string, is: string): Record<string, JsonValue> {
  if (field === "") return {};
  const isJson = /^(".*"|-?\d.*|true|false|null)$/s.test(is) && jsonProblem(is) === null;
  return Object.fromEntries([[field, isJson ? JSON.parse(is) : is]]);
}

async function readRows(
  deps: MemoryDeps,
  visit: Visit,
  limit: number,
): Promise<{ rows: RowView[] }> {
  const query = { ...queryOf(visit), limit: String(limit) };
  const params = { table: visit.params.table };
  return await readMemory(deps, visit, rowContract.queryRows, { params, query });
}

async function rows(deps: MemoryDeps, visit: Visit): Promise<View> {
  const table = visit.params.table ?? "";
  const asked = visit.url.searchParams.get("skip") ?? "";
  const skipped = /^\d{1,3}$/.test(asked) ? Number(asked) : 0;
  const limit = Math.min(rowsMax, skipped + rowsPerPage + 1);
  const read = await attempt(readRows(deps, visit, limit));
  if (!read.ok) {
    const { problem } = read;
    return rowsPage(visit, { table, rows: [], skipped, hasMore: false, problem });
  }
  const found = read.value.rows.slice(skipped);
  return rowsPage(visit, {
    table,
    rows: found.slice(0, rowsPerPage),
    skipped,
    hasMore: found.length > rowsPerPage,
    problem: null,
  });
}

async function downloadRows(deps: MemoryDeps, visit: Visit): Promise<Response> {
  const table = visit.params.table ?? "";
  if (visit.url.searchParams.get("format") !== "csv") {
    const query = { ...queryOf(visit), limit: String(rowsMax) };
    const text = await askMemory(deps, visit, rowContract.queryRows, { params: { table }, query });
    return download(text, `${table}.json`, "application/json");
  }
  const { rows: found } = await readRows(deps, visit, rowsMax);
  const columns = ["id", "created_at", "updated_at", ...fieldsOf(found)];
  const cells = found.map((each) =>
    columns.map((name) => (Object.hasOwn(each, name) ? each[name] : undefined)),
  );
  return download(csvOf(columns, cells), `${table}.csv`, "text/csv; charset=utf-8");
}

function placeOf({ params }: Visit): RowPlace {
  return { table: params.table ?? "", id: params.id ?? "" };
}

async function currentRow(deps: MemoryDeps, visit: Visit) {
  const outcome = await withMemoryRow(deps, visit, placeOf(visit), {
    kind: "view",
    history: false,
  });
  return outcome.kind === "row" ? outcome.row : null;
}

async function row(deps: MemoryDeps, visit: Visit): Promise<View | Response> {
  const place = placeOf(visit);
  const found = await currentRow(deps, visit);
  // What was deleted can still be brought back from its history.
  return found ? rowPage(visit, place, found) : await history(deps, visit);
}

async function edit(deps: MemoryDeps, visit: Visit): Promise<View> {
  const place = placeOf(visit);
  const found = await currentRow(deps, visit);
  if (!found) throw notFound("row");
  const draft = { text: editableText(found.json), base: found.version };
  return editPage(visit, place, headingOf(place, found.json), draft, null);
}

function numberIn({ form }: Visit, name: string): number {
  const text = form.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

async function save(deps: MemoryDeps, visit: Visit): Promise<View | Response> {
  const place = placeOf(visit);
  const text = (visit.form.get("row") ?? "").replace(/\r\n?/g, "\n");
  const draft = { text, base: numberIn(visit, "base") };
  const edited = editedRow(text);
  if (!edited.ok) return editPage(visit, place, "the row", draft, textProblem(text));
  const request = { kind: "saveRow" as const, base: draft.base, row: edited.content };
  const saved = await attempt(withMemoryRow(deps, visit, place, request));
  if (!saved.ok)
    return editPage(visit, place, "the row", draft, { ...saved.problem, field: "row" });
  const outcome = saved.value;
  if (outcome.kind === "conflict") return conflictPage(visit, place, outcome.row, text);
  if (outcome.kind === "gone") return goneWhileEditing(visit, draft);
  return seeOther(rowPath(place.table, place.id), "row_saved");
}

/** Deleted meanwhile: what was written stays in the editor, to be kept as a new row. */
function goneWhileEditing(visit: Visit, draft: { text: string; base: number }): View {
  const problem: Problem = {
    status: 409,
    message:
      "The row was deleted meanwhile. Restore it from its history, or keep this as a new row",
    field: "row",
    details: {},
  };
  return editPage(visit, placeOf(visit), "the row", draft, problem);
}

async function history(deps: MemoryDeps, visit: Visit): Promise<View> {
  const place = placeOf(visit);
  const { versionsPerRow: count, versionDays: days } = deps.puma.limits;
  const outcome = await withMemoryRow(deps, visit, place, { kind: "view", history: true });
  if (outcome.kind === "row") {
    const versions = outcome.versions.map(({ version, archivedAtMs, deleted, row: json }) => {
      return { version, archivedAt: isoTime(archivedAtMs), deleted, json };
    });
    const title = headingOf(place, outcome.row.json);
    return historyPage(visit, place, title, outcome.row, versions, { count, days });
  }
  const versions = await versionsOf(deps, visit, place);
  const [newest] = versions;
  if (!newest) throw notFound("row");
  return historyPage(visit, place, headingOf(place, newest.json), null, versions, { count, days });
}

/** The versions of a row that is not there any more. */
async function versionsOf(
  deps: MemoryDeps,
  visit: Visit,
  { table, id }: RowPlace,
): Promise<VersionShown[]> {
  const read = await readMemory<{
    versions: { version: number; archived_at: string; deleted: boolean; row: RowView }[];
  }>(deps, visit, rowContract.listVersions, { params: { table }, query: { id } });
  return read.versions.map(({ version, archived_at: archivedAt, deleted, row: each }) => {
    return { version, archivedAt, deleted, json: JSON.stringify(each) };
  });
}

async function restore(deps: MemoryDeps, visit: Visit): Promise<Response> {
  const place = placeOf(visit);
  const { table, id } = place;
  const version = numberIn(visit, "version");
  const base = numberIn(visit, "base");
  const here = rowPath(table, id);
  if (base === -1) {
    await askMemory(deps, visit, rowContract.restoreRow, {
      params: { table },
      body: { id, version },
    });
    return seeOther(here, "row_restored");
  }
  const outcome = await withMemoryRow(deps, visit, place, { kind: "restore", base, version });
  if (outcome.kind === "saved") return seeOther(here, "row_restored");
  return seeOther(`${here}/history?version=${version}`, "row_moved_on");
}

async function remove(deps: MemoryDeps, visit: Visit): Promise<Response> {
  const { table, id } = placeOf(visit);
  const body = { filter: { id } };
  const text = await readMemory<{ deleted: number }>(deps, visit, rowContract.deleteRows, {
    params: { table },
    body,
  });
  if (text.deleted === 0) throw notFound("row");
  return seeOther(`${rowPath(table, id)}/history`, "row_deleted");
}

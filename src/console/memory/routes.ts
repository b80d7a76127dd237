import { queryLimitMax } from "../../puma/limits.ts";
import * as rowContract from "../../puma/rows/contract.ts";
import * as tableContract from "../../puma/tables/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { csvOf, download } from "../download.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { askMemory, type MemoryDeps, readMemory } from "./account.ts";
import { newRowPage } from "./new-row-page.tsx";
import { rowRoutes, rowTextProblem } from "./row-routes.ts";
import { rowsPage, rowsPerPage } from "./rows-page.tsx";
import { rowsQueryOf } from "./rows-query.ts";
import { tablesPage } from "./tables-page.tsx";
import { fieldsOf, memoryPath, type RowView, rowPath, type TableView } from "./wire.ts";

/** The person's pumaDB account: tables, rows, what they were, and all of it as files. */
export function memoryArea(deps: MemoryDeps): Area {
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
      get("/memory", (visit) => tables(deps, visit)),
      get("/memory/export", (visit) => exportAll(deps, visit)),
      get("/memory/new", async (visit) => {
        return newRowPage(visit, visit.url.searchParams.get("table") ?? "", null);
      }),
      post("/memory/new", (visit) => add(deps, visit)),
      get("/memory/tables/:table", (visit) => rows(deps, visit)),
      get("/memory/tables/:table/download", (visit) => downloadRows(deps, visit)),
      ...rowRoutes(deps),
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
  const problem = rowTextProblem(text);
  if (problem) return newRowPage(visit, table, problem);
  const body: unknown = JSON.parse(text);
  const added = await attempt(
    readMemory<RowView>(deps, visit, rowContract.addRow, { params: { table }, body }),
  );
  if (added.ok) return seeOther(rowPath(table, added.value.id), "row_kept");
  const isOfTable = added.problem.details.table !== undefined || table === "";
  return newRowPage(visit, table, { ...added.problem, field: isOfTable ? "table" : "row" });
}

async function readRows(
  deps: MemoryDeps,
  visit: Visit,
  limit: number,
): Promise<{ rows: RowView[] }> {
  const query = { ...rowsQueryOf(visit.url.searchParams), limit };
  const params = { table: visit.params.table ?? "" };
  return await readMemory(deps, visit, rowContract.queryRows, { params, query });
}

async function rows(deps: MemoryDeps, visit: Visit): Promise<View> {
  const table = visit.params.table ?? "";
  const asked = visit.url.searchParams.get("skip") ?? "";
  const skipped = /^\d{1,3}$/.test(asked) ? Number(asked) : 0;
  const limit = Math.min(queryLimitMax, skipped + rowsPerPage + 1);
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
    const query = { ...rowsQueryOf(visit.url.searchParams), limit: queryLimitMax };
    const text = await askMemory(deps, visit, rowContract.queryRows, { params: { table }, query });
    return download(text, `${table}.json`, "application/json");
  }
  const { rows: found } = await readRows(deps, visit, queryLimitMax);
  const columns = ["id", "created_at", "updated_at", ...fieldsOf(found)];
  const cells = found.map((each) =>
    columns.map((name) => (Object.hasOwn(each, name) ? each[name] : undefined)),
  );
  return download(csvOf(columns, cells), `${table}.csv`, "text/csv; charset=utf-8");
}

import { notFound } from "../../polykomos/dialect.ts";
import { editedRow } from "../../puma/links/rules/edited-row.ts";
import * as rowContract from "../../puma/rows/contract.ts";
import { isoTime } from "../../puma/rules/time-text.ts";
import { get, post, type Route, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { askMemory, type MemoryDeps, readMemory, withMemoryRow } from "./account.ts";
import { historyPage, type VersionShown } from "./history-page.tsx";
import { conflictPage, editPage, headingOf, type RowPlace, rowPage } from "./row-page.tsx";
import { editableText, type RowView, rowPath } from "./wire.ts";

/** One row: looked at, edited, compared with what it was, restored, deleted. */
export function rowRoutes(deps: MemoryDeps): Route[] {
  const place = "/memory/tables/:table/rows/:id";
  return [
    get(place, (visit) => row(deps, visit)),
    get(`${place}/edit`, (visit) => edit(deps, visit)),
    post(`${place}/edit`, (visit) => save(deps, visit)),
    get(`${place}/history`, (visit) => history(deps, visit)),
    post(`${place}/restore`, (visit) => restore(deps, visit)),
    post(`${place}/delete`, (visit) => remove(deps, visit)),
  ];
}

/** What is wrong with a row that was typed as JSON, with the place; `null` when nothing is. */
export function rowTextProblem(text: string): Problem | null {
  const edited = editedRow(text);
  if (edited.ok) return null;
  const { message, place } = edited;
  const where = place ? `Line ${place.line}, column ${place.column}: ` : "";
  return { status: 422, message: `${where}${message}`, field: "row", details: {} };
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
  const found = await currentRow(deps, visit);
  // What was deleted can still be brought back from its history.
  return found ? rowPage(visit, placeOf(visit), found) : await history(deps, visit);
}

async function edit(deps: MemoryDeps, visit: Visit): Promise<View> {
  const place = placeOf(visit);
  const found = await currentRow(deps, visit);
  if (!found) throw notFound("row");
  const draft = { text: editableText(found.json), base: found.version };
  return editPage(visit, place, headingOf(place, found.json), draft, null);
}

/** A version that a form names; -1, which none is, when it names none. */
function versionIn({ form }: Visit, name: string): number {
  const text = form.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

async function save(deps: MemoryDeps, visit: Visit): Promise<View | Response> {
  const place = placeOf(visit);
  const text = (visit.form.get("row") ?? "").replace(/\r\n?/g, "\n");
  const draft = { text, base: versionIn(visit, "base") };
  const edited = editedRow(text);
  if (!edited.ok) return editPage(visit, place, "the row", draft, rowTextProblem(text));
  const request = { kind: "saveRow" as const, base: draft.base, row: edited.content };
  const saved = await attempt(withMemoryRow(deps, visit, place, request));
  if (!saved.ok) {
    return editPage(visit, place, "the row", draft, { ...saved.problem, field: "row" });
  }
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
  const { versionsPerRow, versionDays } = deps.puma.limits;
  const kept = { count: versionsPerRow, days: versionDays };
  const outcome = await withMemoryRow(deps, visit, place, { kind: "view", history: true });
  if (outcome.kind === "row") {
    const versions = outcome.versions.map(({ version, archivedAtMs, deleted, row: json }) => {
      return { version, archivedAt: isoTime(archivedAtMs), deleted, json };
    });
    const title = headingOf(place, outcome.row.json);
    return historyPage(visit, place, title, outcome.row, versions, kept);
  }
  const versions = await versionsOf(deps, visit, place);
  const [newest] = versions;
  if (!newest) throw notFound("row");
  return historyPage(visit, place, headingOf(place, newest.json), null, versions, kept);
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

/** A row that is there is restored on top of the version that was seen (`base`), a deleted one of none. */
async function restore(deps: MemoryDeps, visit: Visit): Promise<Response> {
  const place = placeOf(visit);
  const { table, id } = place;
  const version = versionIn(visit, "version");
  const base = versionIn(visit, "base");
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
  const { deleted } = await readMemory<{ deleted: number }>(deps, visit, rowContract.deleteRows, {
    params: { table },
    body,
  });
  if (deleted === 0) throw notFound("row");
  return seeOther(`${rowPath(table, id)}/history`, "row_deleted");
}

import * as blueprints from "../../polykomos/blueprints/contract.ts";
import { get, post, type Route, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { declarationsOf, foundRow, isUntouched, type Row, rowsOf, rowsSent } from "./declared.ts";
import { type Draft, editorPage } from "./editor-page.tsx";
import { type Checked, checkedOf, foundIn } from "./findings.ts";
import { blueprintOf, idOf, placeOf } from "./lookups.ts";
import { type BlueprintView, blueprintPath, type CheckView } from "./wire.ts";

/** Writing a blueprint: the editor, its check, and saving. */
export function editorRoutes(): Route[] {
  return [
    get("/blueprints/new", open),
    get("/blueprints/:uuid/edit", async (visit) => {
      const draft = draftOf(await blueprintOf(visit));
      return await checkedPage(visit, draft);
    }),
    post("/blueprints/check", async (visit) => await checkedPage(visit, draftSent(visit))),
    post("/blueprints", create),
    post("/blueprints/:uuid", save),
  ];
}

const emptyDraft: Draft = { uuid: null, version: 0, name: "", description: "", sql: "", rows: [] };

function draftOf(blueprint: BlueprintView): Draft {
  return {
    uuid: blueprint.uuid,
    version: blueprint.version,
    name: blueprint.name,
    description: blueprint.description ?? "",
    sql: blueprint.sql_content,
    rows: rowsOf(blueprint.variables),
  };
}

/** A form's texts come with CR LF, whatever was typed. */
function draftSent({ form }: Visit): Draft {
  return {
    uuid: form.get("uuid") || null,
    version: Number(form.get("on_version") ?? "0"),
    name: form.get("name") ?? "",
    description: form.get("description") ?? "",
    sql: (form.get("sql_content") ?? "").replaceAll("\r\n", "\n"),
    rows: rowsSent(form),
  };
}

/** A new one: empty, or a copy of another. */
async function open(visit: Visit): Promise<View> {
  const of = visit.url.searchParams.get("of");
  if (of === null) return editorPage(visit, emptyDraft, { checked: null, problem: null });
  const original = draftOf(await blueprintOf(visit, { uuid: of }));
  return await checkedPage(visit, { ...original, uuid: null, version: 0 });
}

async function checkedPage(visit: Visit, draft: Draft): Promise<View> {
  if (draft.sql.trim() === "") return editorPage(visit, draft, { checked: null, problem: null });
  const { checked, rows } = await check(visit, draft);
  // What is wrong is the answer that was asked for, not a failure of asking.
  return editorPage(visit, { ...draft, rows }, { checked, problem: null, status: 200 });
}

/** Checks a draft. Names that its SQL uses and nobody has declared get a row, and lose it again. */
async function check(visit: Visit, draft: Draft): Promise<{ checked: Checked; rows: Row[] }> {
  const first = await validate(visit, draft.sql, draft.rows);
  const rows = rowsFor(draft.rows, first.check);
  const isSame =
    rows.length === draft.rows.length && rows.every((row, at) => row === draft.rows[at]);
  return { checked: isSame ? first : await validate(visit, draft.sql, rows), rows };
}

function rowsFor(rows: readonly Row[], check: CheckView | null): Row[] {
  if (!check) return [...rows];
  const used = check.manifest.variables.map(({ name }) => name);
  const kept = rows.filter((row) => !isUntouched(row) || used.includes(row.name));
  const missing = used.filter((name) => !kept.some((row) => row.name === name));
  return [...kept, ...missing.map(foundRow)];
}

async function validate(visit: Visit, sql: string, rows: readonly Row[]): Promise<Checked> {
  const body = { sql_content: sql, variables: declarationsOf(rows) };
  const asked = await attempt(
    visit.ask<{ data: CheckView }>(blueprints.createBlueprintValidation, { body }),
  );
  if (!asked.ok) return checkedOf(asked.problem);
  const { data } = asked.value.body;
  return { found: foundIn(data.errors, data.warnings), check: data, problem: null };
}

function bodyOf({ name, description, sql, rows }: Draft) {
  return {
    name: name.trim(),
    description: description.trim() === "" ? null : description.trim(),
    sql_content: sql,
    variables: rows.length === 0 ? null : declarationsOf(rows),
  };
}

async function create(visit: Visit): Promise<View | Response> {
  const draft = draftSent(visit);
  const body = { ...bodyOf(draft), team_id: visit.session.team?.id };
  const made = await attempt(
    visit.ask<{ data: BlueprintView }>(blueprints.createBlueprint, { body }),
  );
  if (!made.ok) return await refusedPage(visit, draft, made.problem);
  return seeOther(blueprintPath(made.value.body.data.uuid), "blueprint_made");
}

async function save(visit: Visit): Promise<View | Response> {
  const draft = { ...draftSent(visit), uuid: idOf(visit).uuid };
  const present = await blueprintOf(visit);
  if (present.version !== draft.version) {
    const { checked, rows } = await check(visit, draft);
    const shown = { checked, problem: null, newer: present.version, status: 409 };
    return editorPage(visit, { ...draft, rows }, shown);
  }
  const saved = await attempt(
    visit.ask(blueprints.updateBlueprint, { params: idOf(visit), body: bodyOf(draft) }),
  );
  if (!saved.ok) return await refusedPage(visit, draft, saved.problem);
  return seeOther(placeOf(visit), "blueprint_saved");
}

/** The editor once more, with what was wrong where it is mended. */
async function refusedPage(visit: Visit, draft: Draft, problem: Problem): Promise<View> {
  const { status } = problem;
  if (draft.sql.trim() === "") {
    return editorPage(visit, draft, { checked: checkedOf(problem), problem: null, status });
  }
  const { checked, rows } = await check(visit, draft);
  const isTold = checked.problem !== null || checked.found.some(({ kind }) => kind === "error");
  const isAboutSql = problem.field === "sql_content" || problem.field?.startsWith("variables");
  const told = isAboutSql && isTold ? null : problem;
  return editorPage(visit, { ...draft, rows }, { checked, problem: told, status });
}

import * as databases from "../../polykomos/databases/contract.ts";
import { rotateCredentials } from "../../polykomos/databases/credentials/contract.ts";
import { listUsageHistory } from "../../polykomos/databases/history/contract.ts";
import { getLimits } from "../../polykomos/limits/contract.ts";
import { listOperations } from "../../polykomos/operations/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { numberIn } from "../form-values.ts";
import { afterOf, type Listed, olderHref } from "../lists.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { deletedPage, deletePage } from "./delete-page.tsx";
import { listPage } from "./list-page.tsx";
import { newPage } from "./new-page.tsx";
import { databasePage, type Shown } from "./page.tsx";
import { quotaFields, type SettingsForm } from "./settings.tsx";
import {
  type DatabaseView,
  databasePath,
  databasesPath,
  type HistoryView,
  type OperationView,
  type PlanView,
  type TypeView,
} from "./wire.ts";

const perPage = 20;
const operationsShown = 10;

/** Databases: the list, making one, its page, and what can be done to it. */
export function databasesArea(): Area {
  return {
    nav: { href: databasesPath, name: "Databases", icon: "databases" },
    done: {
      renamed: "The database has its new name.",
      quotas_changed: "The quotas are in force.",
      expiry_changed: "The expiry is changed.",
    },
    routes: [
      get("/databases", list),
      post("/databases", create),
      get("/databases/new", async (visit) => newPage(visit, await choicesOf(visit))),
      get("/databases/:uuid", async (visit) => databasePage(visit, await shownOf(visit))),
      post("/databases/:uuid/password", async (visit) => {
        const shown = await shownOf(visit);
        return databasePage(visit, { ...shown, password: shown.database.db_password });
      }),
      post("/databases/:uuid/rename", rename),
      post("/databases/:uuid/quotas", changeQuotas),
      post("/databases/:uuid/expiry", changeExpiry),
      post("/databases/:uuid/rotate", rotate),
      get("/databases/:uuid/delete", async (visit) => {
        return deletePage(visit, await databaseOf(visit), null);
      }),
      post("/databases/:uuid/delete", remove),
    ],
  };
}

async function list(visit: Visit): Promise<View> {
  const { ask, session } = visit;
  const team = { team_id: session.team?.id };
  const query = { ...team, limit: perPage, starting_after: afterOf(visit) };
  const [page, history, plans] = await Promise.all([
    ask<Listed<DatabaseView>>(databases.listDatabases, { query }),
    ask<{ data: HistoryView[] }>(listUsageHistory, { query: team }),
    plansOf(visit),
  ]);
  return listPage(visit, {
    databases: page.body.data,
    histories: history.body.data,
    plans,
    older: olderHref(databasesPath, page.body, ({ uuid }) => uuid),
  });
}

async function create(visit: Visit): Promise<View | Response> {
  const { form, session } = visit;
  const body = {
    name: form.get("name") ?? "",
    db_type: form.get("db_type") ?? undefined,
    plan: form.get("plan") ?? undefined,
    region: form.get("region") || undefined,
    ttl_seconds: numberIn(form, "ttl_seconds") ?? undefined,
    team_id: session.team?.id,
  };
  const made = await attempt(visit.ask<{ data: DatabaseView }>(databases.createDatabase, { body }));
  if (made.ok) return seeOther(databasePath(made.value.body.data.uuid));
  return newPage(visit, { ...(await choicesOf(visit)), problem: made.problem });
}

async function choicesOf(visit: Visit): Promise<{ types: TypeView[]; plans: PlanView[] }> {
  const [types, plans] = await Promise.all([
    visit.ask<{ data: TypeView[] }>(databases.getDatabaseTypes),
    plansOf(visit),
  ]);
  return { types: types.body.data, plans };
}

async function plansOf({ ask }: Visit): Promise<PlanView[]> {
  return (await ask<{ data: { plans: PlanView[] } }>(getLimits)).body.data.plans;
}

function paramsOf({ params }: Visit): { uuid: string } {
  return { uuid: params.uuid ?? "" };
}

async function databaseOf(visit: Visit): Promise<DatabaseView> {
  const params = paramsOf(visit);
  return (await visit.ask<{ data: DatabaseView }>(databases.getDatabase, { params })).body.data;
}

async function shownOf(visit: Visit): Promise<Shown> {
  const of = { database_uuid: visit.params.uuid };
  const [database, history, plans, operations] = await Promise.all([
    databaseOf(visit),
    visit.ask<{ data: HistoryView[] }>(listUsageHistory, { query: of }),
    plansOf(visit),
    visit.ask<{ data: OperationView[] }>(listOperations, {
      query: { ...of, limit: operationsShown },
    }),
  ]);
  return {
    database,
    password: null,
    plans,
    history: history.body.data[0],
    operations: operations.body.data,
  };
}

/** The page once more, with what was wrong beside the form that it was wrong in. */
async function again(visit: Visit, form: SettingsForm, problem: Problem): Promise<View> {
  return databasePage(visit, { ...(await shownOf(visit)), wrong: { form, problem } });
}

function placeOf({ params }: Visit): string {
  return databasePath(params.uuid ?? "");
}

async function rename(visit: Visit): Promise<View | Response> {
  const body = { name: visit.form.get("name") ?? "" };
  const done = await attempt(
    visit.ask(databases.updateDatabase, { params: paramsOf(visit), body }),
  );
  if (done.ok) return seeOther(placeOf(visit), "renamed");
  return await again(visit, "rename", done.problem);
}

async function changeQuotas(visit: Visit): Promise<View | Response> {
  const { form } = visit;
  // An empty field is null, by which the plan's own quota counts.
  const body = Object.fromEntries(quotaFields.map((name) => [name, numberIn(form, name)]));
  const done = await attempt(
    visit.ask(databases.updateDatabaseQuotas, { params: paramsOf(visit), body }),
  );
  if (done.ok) return seeOther(placeOf(visit), "quotas_changed");
  return await again(visit, "quotas", done.problem);
}

async function changeExpiry(visit: Visit): Promise<View | Response> {
  const body = { ttl_seconds: numberIn(visit.form, "ttl_seconds") };
  const done = await attempt(
    visit.ask(databases.updateDatabase, { params: paramsOf(visit), body }),
  );
  if (done.ok) return seeOther(placeOf(visit), "expiry_changed");
  return await again(visit, "expiry", done.problem);
}

/** Shows the new password at once: whoever rotates wants to put it somewhere. */
async function rotate(visit: Visit): Promise<View | Response> {
  const body = { overlap_seconds: numberIn(visit.form, "overlap_seconds") ?? 0 };
  const rotation = visit.ask<{ data: DatabaseView }>(rotateCredentials, {
    params: paramsOf(visit),
    body,
  });
  const done = await attempt(rotation);
  if (!done.ok) return await again(visit, "rotate", done.problem);
  if (done.value.status !== 200) return seeOther(placeOf(visit));
  const shown = await shownOf(visit);
  const { database } = shown;
  return databasePage(visit, { ...shown, password: database.db_password, isFresh: true });
}

async function remove(visit: Visit): Promise<View | Response> {
  const database = await databaseOf(visit);
  if ((visit.form.get("name") ?? "").trim() !== database.name) {
    const message = `name: type ${database.name}, as it stands above`;
    return deletePage(visit, database, { status: 422, message, field: "name", details: {} });
  }
  const { body } = await visit.ask<{ data: { destroy_scheduled_at: string | null } }>(
    databases.deleteDatabase,
    { params: paramsOf(visit) },
  );
  return deletedPage(database.name, body.data.destroy_scheduled_at);
}

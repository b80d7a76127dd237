import {
  createBlueprintApplication,
  getBlueprintApplication,
} from "../../polykomos/blueprints/applications/contract.ts";
import { getDatabase, listDatabases } from "../../polykomos/databases/contract.ts";
import type { DatabaseView } from "../../polykomos/databases/view.ts";
import { get, post, type Route, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { applicationPage } from "./application-page.tsx";
import { applyPage, type Target } from "./apply-page.tsx";
import { typedValue, valuesSent } from "./declared.ts";
import { blueprintOf, orNull } from "./lookups.ts";
import { type ApplicationView, applicationPath, type BlueprintView } from "./wire.ts";

/** Applying a blueprint, dry or for good, and looking how it went. */
export function applicationRoutes(): Route[] {
  return [
    get("/blueprints/:uuid/apply", async (visit) => {
      return await choose(visit, await blueprintOf(visit), null);
    }),
    post("/blueprints/:uuid/apply", apply),
    get("/blueprints/applications/:id", show),
  ];
}

/** The most that a list of the API gives at once; the newest databases are the likely ones. */
const targetsMax = 100;

async function targetsFor(visit: Visit, engines: readonly string[]): Promise<Target[]> {
  const query = { team_id: visit.session.team?.id, limit: targetsMax };
  const { body } = await visit.ask<{ data: DatabaseView[] }>(listDatabases, { query });
  return body.data.filter((each) => each.status === "active" && engines.includes(each.db_type));
}

async function choose(
  visit: Visit,
  blueprint: BlueprintView,
  problem: Problem | null,
): Promise<View> {
  const targets = await targetsFor(visit, blueprint.engines);
  return applyPage(visit, { blueprint, targets, problem });
}

/** Puts it into the database's queue and goes to where it is followed. */
async function apply(visit: Visit): Promise<View | Response> {
  const { form } = visit;
  const blueprint = await blueprintOf(visit);
  const body = {
    blueprint_uuid: blueprint.uuid,
    variables: valuesOf(form, blueprint),
    dry_run: form.get("dry_run") !== "false",
    wait: false,
  };
  const params = { uuid: form.get("database") ?? "" };
  const asked = await attempt(
    visit.ask<{ data: ApplicationView }>(createBlueprintApplication, { params, body }),
  );
  if (!asked.ok) return await choose(visit, blueprint, asked.problem);
  return seeOther(applicationPath(asked.value.body.data.id));
}

/** From the fields, or those of a dry run as they were. */
function valuesOf(form: URLSearchParams, blueprint: BlueprintView): unknown {
  const given = form.get("values");
  return given === null ? valuesSent(blueprint.variables, form) : typedValue("json", given);
}

async function show(visit: Visit): Promise<View> {
  const { body } = await visit.ask<{ data: ApplicationView }>(getBlueprintApplication, {
    params: { id: visit.params.id ?? "" },
  });
  const application = body.data;
  const [blueprint, database] = await Promise.all([
    orNull(blueprintOf(visit, { uuid: application.blueprint_uuid })),
    orNull(
      visit.ask<{ data: DatabaseView }>(getDatabase, {
        params: { uuid: application.database_uuid },
      }),
    ),
  ]);
  return applicationPage(visit, {
    application,
    blueprint,
    database: database?.body.data ?? null,
  });
}

import * as blueprints from "../../polykomos/blueprints/contract.ts";
import { listBlueprintVersions } from "../../polykomos/blueprints/versions/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { applicationRoutes } from "./apply-routes.tsx";
import { diffPage } from "./diff-page.tsx";
import { editorRoutes } from "./editor-routes.tsx";
import { listPage } from "./list-page.tsx";
import { blueprintOf, idOf, placeOf } from "./lookups.ts";
import { blueprintPage, deletePage } from "./page.tsx";
import type { BlueprintView, DiffView, VersionView } from "./wire.ts";

/** Blueprints: written and checked, kept in versions, compared, applied. */
const perPage = "50";
const versionsPerPage = "20";

export function blueprintsArea(): Area {
  return {
    nav: { href: "/console/blueprints", name: "Blueprints", icon: "blueprints" },
    done: {
      blueprint_made: "The blueprint is made. Apply it to a database when you like.",
      blueprint_saved: "It is saved.",
      blueprint_deleted: "The blueprint is deleted.",
    },
    routes: [
      get("/blueprints", list),
      ...editorRoutes(),
      ...applicationRoutes(),
      get("/blueprints/:uuid", show),
      get("/blueprints/:uuid/diff", compare),
      get("/blueprints/:uuid/delete", async (visit) => deletePage(visit, await blueprintOf(visit))),
      post("/blueprints/:uuid/delete", async (visit) => {
        await visit.ask(blueprints.deleteBlueprint, { params: idOf(visit) });
        return seeOther("/console/blueprints", "blueprint_deleted");
      }),
    ],
  };
}

async function list(visit: Visit): Promise<View> {
  const { session, url } = visit;
  const team = session.team === null ? {} : { team_id: String(session.team.id) };
  const after = url.searchParams.get("after") ?? undefined;
  const { body } = await visit.ask<{ data: BlueprintView[]; has_more: boolean }>(
    blueprints.listBlueprints,
    { query: { ...team, limit: perPage, starting_after: after } },
  );
  return listPage({
    teamName: session.team?.name ?? "Your team",
    blueprints: body.data,
    isFirst: after === undefined,
    older: body.has_more ? `/console/blueprints?after=${body.data.at(-1)?.uuid}` : null,
  });
}

async function show(visit: Visit): Promise<View> {
  const [blueprint, { body }] = await Promise.all([
    blueprintOf(visit),
    visit.ask<{ data: VersionView[]; has_more: boolean }>(listBlueprintVersions, {
      params: idOf(visit),
      query: { limit: versionsPerPage },
    }),
  ]);
  return blueprintPage({ blueprint, versions: body.data, hasMore: body.has_more });
}

async function compare(visit: Visit): Promise<View | Response> {
  const { searchParams } = visit.url;
  const version = (name: string) => searchParams.get(name) ?? undefined;
  const [blueprint, compared] = await Promise.all([
    blueprintOf(visit),
    attempt(
      visit.ask<{ data: DiffView }>(blueprints.diffBlueprint, {
        params: idOf(visit),
        query: { from: version("from"), to: version("to") },
      }),
    ),
  ]);
  // An address that somebody mistyped: the newest change instead.
  if (!compared.ok) return seeOther(`${placeOf(visit)}/diff`);
  return diffPage({ blueprint, diff: compared.value.body.data });
}

import * as blueprints from "../../polykomos/blueprints/contract.ts";
import { listBlueprintVersions } from "../../polykomos/blueprints/versions/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { afterOf, type Listed, olderHref } from "../lists.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { applicationRoutes } from "./apply-routes.ts";
import { deletePage } from "./delete-page.tsx";
import { diffPage } from "./diff-page.tsx";
import { editorRoutes } from "./editor-routes.ts";
import { listPage } from "./list-page.tsx";
import { blueprintOf, idOf, placeOf } from "./lookups.ts";
import { blueprintPage } from "./page.tsx";
import { type BlueprintView, blueprintsPath, type DiffView, type VersionView } from "./wire.ts";

const perPage = 50;
const versionsPerPage = 20;

/** Blueprints: written and checked, kept in versions, compared, applied. */
export function blueprintsArea(): Area {
  return {
    nav: { href: blueprintsPath, name: "Blueprints", icon: "blueprints" },
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
        return seeOther(blueprintsPath, "blueprint_deleted");
      }),
    ],
  };
}

async function list(visit: Visit): Promise<View> {
  const after = afterOf(visit);
  const { body } = await visit.ask<Listed<BlueprintView>>(blueprints.listBlueprints, {
    query: { team_id: visit.session.team?.id, limit: perPage, starting_after: after },
  });
  return listPage(visit, {
    blueprints: body.data,
    isFirst: after === undefined,
    older: olderHref(blueprintsPath, body, ({ uuid }) => uuid),
  });
}

async function show(visit: Visit): Promise<View> {
  const [blueprint, { body }] = await Promise.all([
    blueprintOf(visit),
    visit.ask<Listed<VersionView>>(listBlueprintVersions, {
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

import { type Endpoint, endpoint } from "../../../http/mount.ts";
import type { Caller } from "../../caller.ts";
import type { BlueprintDeps } from "../service.ts";
import { listBlueprintVersions } from "./contract.ts";
import { listVersions } from "./service.ts";
import { viewVersion } from "./view.ts";

/** The endpoint of a blueprint's versions. */
export function blueprintVersionEndpoints(deps: BlueprintDeps): Endpoint<Caller>[] {
  return [
    endpoint(listBlueprintVersions, async ({ params, query }, caller: Caller) => {
      const page = { limit: query.limit, startingAfter: query.starting_after ?? null };
      const { rows, hasMore } = await listVersions(deps, caller, params.uuid, page);
      return { status: 200, body: { data: rows.map(viewVersion), has_more: hasMore } };
    }),
  ];
}

import type { Caller } from "../../caller.ts";
import { fault } from "../../dialect.ts";
import type { Page } from "../../page.ts";
import { type BlueprintDeps, getBlueprint } from "../service.ts";
import * as store from "./store.ts";

/** The versions that a blueprint has had, without their texts. */
export async function listVersions(
  deps: BlueprintDeps,
  caller: Caller,
  uuid: string,
  page: { limit: number; startingAfter: number | null },
): Promise<Page<store.VersionRow>> {
  const present = await getBlueprint(deps, caller, uuid);
  const { limit, startingAfter } = page;
  if (startingAfter !== null && startingAfter > present.version) {
    throw fault("invalid_cursor", "starting_after: must be a version of this blueprint", {
      field: "starting_after",
    });
  }
  return await store.listVersions(deps.store, caller.userId, uuid, limit, startingAfter);
}

import { type Endpoint, endpoint } from "../../../http/mount.ts";
import type { Caller } from "../../caller.ts";
import * as contract from "./contract.ts";
import * as service from "./service.ts";
import { viewApplication } from "./view.ts";

const messages = {
  pending: "The blueprint waits for its turn",
  running: "The blueprint is being applied",
  completed: "The blueprint is applied",
  failed: "The blueprint was applied in part; the log says what is permanent",
  rolled_back: "The blueprint could not be applied; nothing was changed",
} as const;

/** The answer is kept for a retry, which has room for about so many entries; a read has all. */
const answeredEntriesMax = 8_000;

/** The endpoints of applications of blueprints. */
export function applicationEndpoints(deps: service.ApplicationDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.createBlueprintApplication, async ({ params, body }, caller: Caller) => {
      const { row, values } = await service.applyBlueprint(deps, caller, params.uuid, {
        blueprintUuid: body.blueprint_uuid,
        variables: body.variables ?? {},
        isDryRun: body.dry_run,
        waitMs: service.waitMsOf(body.wait, body.timeout),
      });
      const isRehearsed = row.isDryRun && row.status === "completed";
      const message = isRehearsed ? "The rehearsal went well" : messages[row.status];
      const isLong = (row.log?.length ?? 0) > answeredEntriesMax;
      const shown = isLong ? { ...row, log: null } : row;
      const reply = { message, data: viewApplication(shown, values) };
      if (row.completedAt !== null) return { status: 200, body: reply };
      return {
        status: 202,
        body: reply,
        headers: {
          location: `${caller.origin}/api/v1/blueprint_applications/${row.id}`,
          "retry-after": String(service.pollAfterSeconds),
        },
      };
    }),

    endpoint(contract.listBlueprintApplications, async ({ params, query }, caller: Caller) => {
      const page = { limit: query.limit, startingAfter: query.starting_after ?? null };
      const found = await service.listApplications(deps, caller, params.uuid, page);
      const data = found.items.map(({ row, values }) => viewApplication(row, values));
      return { status: 200, body: { data, has_more: found.hasMore } };
    }),

    endpoint(contract.getBlueprintApplication, async ({ params }, caller: Caller) => {
      const { row, values } = await service.getApplication(deps, caller, params.id);
      return { status: 200, body: { data: viewApplication(row, values) } };
    }),
  ];
}

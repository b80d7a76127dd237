import type { Store } from "../../../db/client.ts";
import { type Endpoint, endpoint } from "../../../http/mount.ts";
import type { Caller } from "../../caller.ts";
import { listUsageHistory } from "./contract.ts";
import { listHistory } from "./store.ts";

/** The endpoint of databases' usage over time: a plain read. */
export function historyEndpoints(deps: { store: Store }): Endpoint<Caller>[] {
  return [
    endpoint(listUsageHistory, async ({ query }, { userId }: Caller) => {
      const which = { teamId: query.team_id ?? null, databaseUuid: query.database_uuid ?? null };
      const found = await listHistory(deps.store, userId, which);
      const data = found.map((each) => ({ object: "usage_history", ...each }));
      return { status: 200, body: { data } };
    }),
  ];
}

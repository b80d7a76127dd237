import type { Store } from "../../db/client.ts";
import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import { unknownCursor } from "../dialect.ts";
import { listAudit } from "./contract.ts";
import * as store from "./store.ts";

/** The endpoint of the audit log: a plain read. */
export function auditEndpoints(deps: { store: Store }): Endpoint<Caller>[] {
  return [
    endpoint(listAudit, async ({ query }, { userId }: Caller) => {
      const page = await store.listAudit(deps.store, userId, {
        limit: query.limit,
        startingAfter: query.starting_after ?? null,
        teamId: query.team_id ?? null,
        userId: query.user_id ?? null,
        action: query.action ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
      });
      if (!page) throw unknownCursor("the id of an entry that you may see");
      const data = page.rows.map((entry) => ({
        object: "audit_entry",
        ...entry,
        id: Number(entry.id),
      }));
      return { status: 200, body: { data, has_more: page.hasMore } };
    }),
  ];
}

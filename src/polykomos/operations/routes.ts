import type { Store } from "../../db/client.ts";
import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import { notFound, unknownCursor } from "../dialect.ts";
import * as contract from "./contract.ts";
import { findOperation, listOperations } from "./store.ts";
import { viewOperation } from "./view.ts";

/** The operations endpoints: reads of what the sagas record. */
export function operationEndpoints(deps: { store: Store }): Endpoint<Caller>[] {
  return [
    endpoint(contract.listOperations, async ({ query }, { userId }: Caller) => {
      const after = query.starting_after ?? null;
      const of = query.database_uuid ?? null;
      const page = await listOperations(deps.store, userId, query.limit, after, of);
      if (!page) throw unknownCursor("the id of one of your operations");
      const data = page.rows.map(viewOperation);
      return { status: 200, body: { data, has_more: page.hasMore } };
    }),

    endpoint(contract.getOperation, async ({ params }, { userId }: Caller) => {
      const operation = await findOperation(deps.store, userId, params.id);
      if (!operation) throw notFound("operation");
      return { status: 200, body: { data: viewOperation(operation) } };
    }),
  ];
}

import { type Endpoint, endpoint } from "../../http/mount.ts";
import type { Caller } from "../caller.ts";
import { sentFields } from "../sent-fields.ts";
import * as contract from "./contract.ts";
import * as service from "./service.ts";
import { viewKey } from "./view.ts";

/** The endpoints of a user's own keys. */
export function keyEndpoints(deps: service.KeyDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listKeys, async (_, caller: Caller) => {
      const keys = await service.listKeys(deps, caller);
      return { status: 200, body: { data: keys.map((key) => viewKey(key.row, key.lastUsedAtMs)) } };
    }),

    endpoint(contract.createKey, async ({ body }, caller: Caller) => {
      const key = { ...body, controls: sentFields(body.controls ?? {}) };
      const { row, text } = await service.createKey(deps, caller, key);
      return { status: 201, body: { data: viewKey(row, null), api_key: text } };
    }),

    endpoint(contract.revokeKey, async ({ params }, caller: Caller) => {
      const { row, lastUsedAtMs } = await service.revokeKey(deps, caller, params.key_id);
      return { status: 200, body: { data: viewKey(row, lastUsedAtMs) } };
    }),
  ];
}

import { prepared, pumaEndpoint } from "../endpoint.ts";
import { newKey } from "./api-key.ts";
import * as contract from "./contract.ts";
import * as view from "./view.ts";

export const keyEndpoints = [
  pumaEndpoint(contract.listKeys, (_, { caller }) =>
    prepared({ kind: "listKeys" }, (value) => view.keysView(caller.accountId, value)),
  ),

  pumaEndpoint(contract.createKey, ({ body }, { caller }) => {
    const { text, record } = newKey(caller.accountId, body.name);
    return prepared({ kind: "createKey", key: record }, () => view.createdKeyView(text, record));
  }),

  pumaEndpoint(contract.revokeKey, ({ params }) =>
    prepared({ kind: "revokeKey", id: params.id }, view.revokedView),
  ),
];

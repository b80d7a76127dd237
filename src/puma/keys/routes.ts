import { prepared, pumaEndpoint } from "../endpoint.ts";
import * as contract from "./contract.ts";
import { newKey } from "./new-key.ts";
import * as view from "./view.ts";

export const keyEndpoints = [
  pumaEndpoint(contract.listKeys, "reads", (_, { caller }) =>
    prepared({ kind: "listKeys" }, (value) => view.keysView(caller.accountId, value)),
  ),

  pumaEndpoint(contract.createKey, "writes", ({ body }, { caller }) => {
    const { text, record } = newKey(caller.accountId, body.name);
    return prepared({ kind: "createKey", key: record }, () => view.createdKeyView(text, record));
  }),

  pumaEndpoint(contract.revokeKey, "writes", ({ params }) =>
    prepared({ kind: "revokeKey", id: params.id }, view.revokedView),
  ),
];

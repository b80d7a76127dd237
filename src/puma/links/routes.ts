import { prepared, pumaEndpoint } from "../endpoint.ts";
import { pageSecret } from "../page-secret.ts";
import * as contract from "./contract.ts";
import { newLink } from "./new-link.ts";
import { openLinkToken } from "./rules/link-token.ts";
import * as links from "./service.ts";
import * as view from "./view.ts";

/** A filter is small; what a link shows is not in the request. */
const bounds = { bodyBytesMax: 64 * 1024 };

export const linkEndpoints = [
  pumaEndpoint(
    contract.createTextFieldLink,
    ({ body }, request) => newLink(links.textTarget(body), request),
    bounds,
  ),

  pumaEndpoint(
    contract.createRowLink,
    ({ body }, request) => newLink(links.rowTarget(body), request),
    bounds,
  ),

  pumaEndpoint(
    contract.createQueryLink,
    ({ body }, request) => {
      const { filter, sort } = body;
      return newLink(links.queryTarget(body), request, { filter, sort });
    },
    bounds,
  ),

  pumaEndpoint(contract.revokeLink, ({ params }, { caller, deps }) => {
    const grant = openLinkToken(params.token, pageSecret(deps.settings));
    const id = grant?.accountId === caller.accountId ? grant.linkId : "";
    return prepared({ kind: "revokeLink", id }, view.revokedLinkView);
  }),
];

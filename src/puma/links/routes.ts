import { secondMs } from "../../lib/clock.ts";
import { type PreparedOperation, type PumaRequest, prepared, pumaEndpoint } from "../endpoint.ts";
import { publicOrigin } from "../origin.ts";
import type { JsonObject } from "../rows/rules/json-value.ts";
import * as contract from "./contract.ts";
import { newLinkId, openLinkToken, sealLinkToken } from "./rules/link-token.ts";
import * as links from "./service.ts";
import * as view from "./view.ts";

/** A filter is small; what a link shows is not in the request. */
const bodyBytesMax = 64 * 1024;

export const viewPath = "/view/";
export const downloadPath = "/download/";

export const linkEndpoints = [
  pumaEndpoint(
    contract.createTextFieldLink,
    "writes",
    ({ body }, request) => newLink(links.textTarget(body), request),
    bodyBytesMax,
  ),

  pumaEndpoint(
    contract.createRowLink,
    "writes",
    ({ body }, request) => newLink(links.rowTarget(body), request),
    bodyBytesMax,
  ),

  pumaEndpoint(
    contract.createQueryLink,
    "writes",
    ({ body }, request) => {
      const { filter, sort } = body;
      return newLink(links.queryTarget(body), request, { filter, sort });
    },
    bodyBytesMax,
  ),

  pumaEndpoint(contract.revokeLink, "writes", ({ params }, { caller, deps }) => {
    const grant = openLinkToken(params.token, deps.settings.ID_CHECK_SECRET);
    const id = grant?.accountId === caller.accountId ? grant.linkId : "";
    return prepared({ kind: "revokeLink", id }, view.revokedLinkView);
  }),
];

function newLink(
  target: links.LinkTargetInput,
  { caller, deps, url }: PumaRequest,
  asked?: { filter?: JsonObject | undefined; sort?: string | undefined },
): PreparedOperation {
  const { settings } = deps;
  const id = newLinkId();
  // Tokens hold whole seconds, so the record does too.
  const endsAtMs = deps.clock() + settings.LINK_TTL_SECONDS * secondMs;
  const expiresAtMs = Math.ceil(endsAtMs / secondMs) * secondMs;
  const origin = publicOrigin(deps, url);
  const tokenFor = (use: "view" | "download") =>
    sealLinkToken(
      { use, kind: target.kind, accountId: caller.accountId, linkId: id, expiresAtMs },
      settings.ID_CHECK_SECRET,
    );
  return prepared({ kind: "createLink", link: { id, expiresAtMs, target } }, ({ rowId }) =>
    view.linkView(
      {
        viewerUrl: origin + viewPath + tokenFor("view"),
        downloadUrl: origin + downloadPath + tokenFor("download"),
        expiresAtMs,
      },
      target,
      rowId,
      asked,
    ),
  );
}

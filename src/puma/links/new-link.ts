import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { type PreparedOperation, type PumaReply, prepared } from "../endpoint.ts";
import { publicOrigin } from "../origin.ts";
import { pageSecret } from "../page-secret.ts";
import type { JsonObject } from "../rows/rules/json-value.ts";
import type { NewLink } from "../rules/link.ts";
import { newLinkId, sealLinkToken } from "./rules/link-token.ts";
import type { LinkTargetInput } from "./service.ts";
import * as view from "./view.ts";

/** A link to be made: what the account's object is asked to keep, and how the link is answered. */
export const viewPath = "/view/";
export const downloadPath = "/download/";

/** For whom a link is made. `url` is that of the request. */
export type LinkMaker = { caller: { accountId: string }; url: string; deps: PumaDeps };

/** What was asked of a query, repeated in the answer. */
type Asked = { filter?: JsonObject | undefined; sort?: string | undefined };

/** The operation that makes a link. */
export function newLink(
  target: LinkTargetInput,
  maker: LinkMaker,
  asked?: Asked,
): PreparedOperation {
  const { link, reply } = draftedLink(target, maker, asked);
  return prepared({ kind: "createLink", link }, ({ rowId }) => reply(rowId));
}

/** A link that is yet to be kept. Its tokens are sealed only when it is answered. */
export function draftedLink(
  target: LinkTargetInput,
  { caller, deps, url }: LinkMaker,
  asked?: Asked,
): { link: NewLink; reply(rowId: string | null): PumaReply } {
  const { settings } = deps;
  const id = newLinkId();
  // Tokens hold whole seconds, so the record does too.
  const endsAtMs = deps.clock() + settings.LINK_TTL_SECONDS * secondMs;
  const expiresAtMs = Math.ceil(endsAtMs / secondMs) * secondMs;
  const tokenFor = (use: "view" | "download") =>
    sealLinkToken(
      { use, kind: target.kind, accountId: caller.accountId, linkId: id, expiresAtMs },
      pageSecret(settings),
    );
  return {
    link: { id, expiresAtMs, target },
    reply(rowId) {
      const origin = publicOrigin(deps, url);
      const place = {
        viewerUrl: origin + viewPath + tokenFor("view"),
        downloadUrl: origin + downloadPath + tokenFor("download"),
        expiresAtMs,
      };
      return view.linkView(place, target, rowId, asked);
    },
  };
}

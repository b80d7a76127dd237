import type { PumaDeps } from "../deps.ts";
import { pageSecret } from "../page-secret.ts";
import type { LinkOutcome, LinkRequest } from "../rules/link.ts";
import { endedPage, unknownPage } from "./pages/ended.ts";
import { type LinkGrant, openLinkToken } from "./rules/link-token.ts";

/**
 * The first step of every request through a link. A token that is not ours, is for the other use or has
 * expired is answered without waking any object.
 */
export type OpenedLink =
  | { ok: true; grant: LinkGrant }
  | { ok: false; response: Promise<Response> };

export function openedLink(deps: PumaDeps, token: string, use: LinkGrant["use"]): OpenedLink {
  const grant = openLinkToken(token, pageSecret(deps.settings));
  if (grant?.use !== use) return { ok: false, response: unknownPage() };
  if (grant.expiresAtMs <= deps.clock()) return { ok: false, response: endedPage() };
  return { ok: true, grant };
}

/** Asks the account's object for what the link's holder wants. */
export function throughLink(
  deps: PumaDeps,
  grant: LinkGrant,
  request: LinkRequest,
): Promise<LinkOutcome> {
  return deps.account(grant.accountId).throughLink(grant.linkId, request);
}

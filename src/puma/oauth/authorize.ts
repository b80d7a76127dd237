import {
  AuthorizationError,
  type AuthRequest,
  authorizationErrorRedirect,
} from "@cloudflare/workers-oauth-provider";
import { askerOf } from "../../http/client-ip.ts";
import { equalSecrets } from "../../lib/secrets.ts";
import type { PumaDeps } from "../deps.ts";
import { isOwnForm, readForm } from "../form.ts";
import { mcpScope } from "../mcp/caller.ts";
import { pageSecret } from "../page-secret.ts";
import { seeOther } from "../pages/see-other.ts";
import { isPumaFault } from "../rules/code.ts";
import { requestLink } from "../sign-in/service.ts";
import * as pages from "./pages.ts";
import { isDocumentUrl } from "./rules/client-document.ts";
import { redirectKind, redirectPlace } from "./rules/redirect.ts";
import { formProof } from "./rules/sealed-cookie.ts";
import type { RequestServer } from "./server.ts";
import * as session from "./session.ts";

/**
 * The interactive part: a client's request → sign-in by mail where needed → consent → back to the client.
 * Between the steps everything is in the browser's sealed cookies; nothing is stored for a request that
 * nobody approved.
 */
export const continuePath = "/oauth/continue/";
export const linkPath = "/oauth/link/";

/** A parameter of these given twice would be read differently by others (RFC 6749, 3.1). */
const singleParameters = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
];

/** GET of the authorization endpoint: checks the request, and goes on to sign-in or consent. */
export async function beginAuthorization(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
): Promise<Response> {
  try {
    const asked = await readAuthRequest(server, request);
    const pending = session.newPending(deps, asked);
    const cookie = session.setPending(deps, request, pending);
    if (cookie === null) return await pages.refusedPage("The request is too long", null);
    return seeOther(continuePath + pending.id, [cookie]);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    const { redirectTo, redirectUri, description } = error;
    const back = redirectTo && redirectUri ? { href: redirectTo, uri: redirectUri } : null;
    return await pages.refusedPage(description, back);
  }
}

/** Throws what the package throws, also for what we ask beyond it. */
async function readAuthRequest(server: RequestServer, request: Request): Promise<AuthRequest> {
  const { search, searchParams, pathname } = new URL(request.url);
  const twice = singleParameters.find((name) => searchParams.getAll(name).length > 1);
  if (twice) refuse(`${twice} must not be repeated`);
  const clientId = searchParams.get("client_id") ?? "";
  const redirectUri = searchParams.get("redirect_uri") ?? "";
  if (isDocumentUrl(clientId) && redirectKind(redirectUri) === null) {
    refuse("Invalid redirect URI");
  }
  const asked = await server.helpers.parseAuthRequest(new Request(server.base + pathname + search));
  if (redirectKind(asked.redirectUri) === null) refuse("Invalid redirect URI");
  if (!/^[A-Za-z0-9_-]{43}$/.test(asked.codeChallenge ?? "")) {
    refuse("PKCE is required: a code_challenge of method S256", "invalid_request", asked);
  }
  if (asked.scope.length > 0 && !asked.scope.includes(mcpScope)) {
    refuse(`The only scope is ${mcpScope}`, "invalid_scope", asked);
  }
  return { ...asked, scope: [mcpScope] };
}

function refuse(
  description: string,
  code: AuthorizationError["code"] = "invalid_request",
  asked?: AuthRequest,
): never {
  const { redirectUri, state, issuer } = asked ?? {};
  throw new AuthorizationError(code, {
    description,
    ...(redirectUri ? { redirectUri } : {}),
    ...(state ? { state } : {}),
    ...(issuer ? { issuer } : {}),
  });
}

/** GET of a pending request: the sign-in page, or the consent page for who is signed in. */
export async function showPending(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
  id: string,
): Promise<Response> {
  const pending = session.readPending(deps, request, id);
  if (!pending) return await pages.lostPage();
  const signedIn = session.readSession(deps, request);
  if (!pending.request) {
    return signedIn ? seeOther("/account/clients") : await pages.signInPage(null);
  }
  const client = await shownClient(server, pending.request);
  if (!client) return await pages.lostPage();
  if (!signedIn) return await pages.signInPage(client);
  return await pages.consentPage(client, signedIn.address, proofOf(deps, id, signedIn));
}

/** POST of a pending request: ask for the mail, begin anew, allow or deny. */
export async function answerPending(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
  id: string,
): Promise<Response> {
  const pending = session.readPending(deps, request, id);
  if (!pending) return await pages.lostPage();
  if (!isOwnForm(deps, request)) return await pages.foreignFormPage();
  const form = await readForm(request);
  const here = continuePath + id;
  switch (form?.get("action")) {
    case "mail":
      return await mail(deps, server, request, pending, form.get("email") ?? "");
    case "again":
      return seeOther(here);
    case "leave":
      return seeOther(here, [session.clearSession(request)]);
    case "allow":
    case "deny": {
      const signedIn = session.readSession(deps, request);
      // It may have ended while the page was open.
      if (!signedIn) return seeOther(here);
      if (!equalSecrets(form.get("proof") ?? "", proofOf(deps, id, signedIn))) {
        return await pages.foreignFormPage();
      }
      if (!pending.request) return await pages.lostPage();
      const isAllowed = form.get("action") === "allow";
      const location = isAllowed
        ? await allow(server, pending.request, signedIn)
        : authorizationErrorRedirect(pending.request, "access_denied", "The person said no");
      if (location === null) return await pages.lostPage();
      const cleared = session.clearPending(request, id);
      if (request.headers.get("sec-fetch-dest") !== "document")
        return seeOther(location, [cleared]);
      const page = await pages.backPage(location, isAllowed);
      page.headers.append("set-cookie", cleared);
      return page;
    }
    default:
      return await pages.foreignFormPage();
  }
}

async function mail(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
  pending: session.Pending,
  email: string,
): Promise<Response> {
  try {
    const asked = { email, origin: server.base, ...askerOf(request) };
    const leadsTo = { path: `${linkPath}${pending.id}/`, purpose: "client" } as const;
    const { address, devLink } = await requestLink(deps, asked, leadsTo);
    const cookie = session.setPending(deps, request, { ...pending, address });
    if (cookie === null) return await pages.refusedPage("The request is too long", null);
    const page = await pages.mailedPage(address, devLink);
    page.headers.append("set-cookie", cookie);
    return page;
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    const retryAfter = error.headers?.["retry-after"];
    if (retryAfter !== undefined) return await pages.tooManyPage(Number(retryAfter));
    const client = pending.request && (await shownClient(server, pending.request));
    const problem = "That is not an e-mail address we can write to";
    return await pages.signInPage(client, { problem, status: 400, address: email.slice(0, 254) });
  }
}

/** Where to send the browser with a code; `null` when the client is gone. */
async function allow(
  server: RequestServer,
  request: AuthRequest,
  { accountId }: session.Session,
): Promise<string | null> {
  const client = await shownClient(server, request);
  if (!client) return null;
  const place = redirectPlace(request.redirectUri);
  const { redirectTo } = await server.helpers.completeAuthorization({
    request,
    userId: accountId,
    scope: request.scope,
    metadata: { clientName: client.name, domain: client.domain, place },
    props: { clientName: client.name },
    // A client on people's own machines has one id for all of them: connecting one ends no other.
    revokeExistingGrants: !(client.domain && redirectKind(request.redirectUri) === "loopback"),
  });
  return redirectTo;
}

async function shownClient(
  { helpers }: RequestServer,
  { clientId, redirectUri }: AuthRequest,
): Promise<pages.ShownClient | null> {
  const client = await helpers.lookupClient(clientId);
  const isListed = client?.redirectUris.includes(redirectUri);
  if (!client || !(isListed || redirectKind(redirectUri) === "loopback")) return null;
  const domain = isDocumentUrl(clientId) ? new URL(clientId).host : null;
  return { name: client.clientName ?? "", domain, redirectUri };
}

function proofOf(deps: PumaDeps, id: string, { accountId, expiresAtMs }: session.Session): string {
  return formProof(["consent", id, accountId, String(expiresAtMs)], pageSecret(deps.settings));
}

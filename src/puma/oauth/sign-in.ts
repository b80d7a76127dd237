import type { PumaDeps } from "../deps.ts";
import { isOwnForm } from "../form.ts";
import { seeOther } from "../pages/see-other.ts";
import { isPumaFault } from "../rules/code.ts";
import { mailboxIdOf, readLinkToken } from "../sign-in/rules/link-token.ts";
import { isLinkLive, signInForClient } from "../sign-in/service.ts";
import { continuePath } from "./authorize.ts";
import * as pages from "./pages.ts";
import * as session from "./session.ts";

/**
 * Behind a mailed link. It works only in the browser that asked for it and only for the address that was
 * typed there. So nobody can have another person's click connect their own client, or have somebody
 * else's browser work in their own account.
 */
type Arrival = { pending: session.Pending; address: string };

function arrivalOf(deps: PumaDeps, request: Request, id: string, token: string): Arrival | null {
  const pending = session.readPending(deps, request, id);
  if (!pending?.address) return null;
  const { ID_CHECK_SECRET } = deps.settings;
  const mailboxId = mailboxIdOf("address", pending.address, ID_CHECK_SECRET);
  if (readLinkToken(token, ID_CHECK_SECRET)?.mailboxId !== mailboxId) return null;
  return { pending, address: pending.address };
}

/** GET: a button, and nothing is used up. */
export async function openSignInLink(
  deps: PumaDeps,
  request: Request,
  id: string,
  token: string,
): Promise<Response> {
  if (!(await isLinkLive(deps, token, "client"))) return await pages.spentPage();
  const arrival = arrivalOf(deps, request, id, token);
  return arrival ? await pages.arrivedPage(arrival.address) : await pages.elsewherePage();
}

/** POST: uses the link up, remembers the sign-in and goes on with what was pending. */
export async function useSignInLink(
  deps: PumaDeps,
  request: Request,
  id: string,
  token: string,
): Promise<Response> {
  const arrival = arrivalOf(deps, request, id, token);
  if (!arrival) return await pages.elsewherePage();
  if (!isOwnForm(deps, request)) return await pages.foreignFormPage();
  try {
    const { accountId, address } = await signInForClient(deps, token);
    const signedIn = session.newSession(deps, accountId, address);
    return seeOther(continuePath + id, [session.setSession(deps, request, signedIn)]);
  } catch (error) {
    if (isPumaFault(error) && error.code === "invalid_token") return await pages.spentPage();
    throw error;
  }
}

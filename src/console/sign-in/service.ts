import { newAccountId } from "../../lib/account-id.ts";
import type { PumaDeps } from "../../puma/deps.ts";
import { readLinkToken } from "../../puma/sign-in/rules/link-token.ts";
import { type Asker, requestLink } from "../../puma/sign-in/service.ts";
import { beginSession, type SessionDeps, withdrawSession } from "../session/service.ts";

/**
 * Signing in by a mailed link. The link is one of the address's mailbox, like those that give a key of
 * pumaDB, but for this purpose alone; opening it uses nothing up.
 */
export type SignInDeps = SessionDeps & { puma: PumaDeps; idCheckSecret: string };

export const signInPath = "/console/sign-in";
export const signInLinkPath = `${signInPath}/link/`;

/** Has a link mailed. Faults of pumaDB: `invalid_request`, `rate_limited`. */
export function askForLink(
  deps: SignInDeps,
  input: Asker,
): Promise<{ address: string; devLink: string | null }> {
  return requestLink(deps.puma, input, { path: signInLinkPath, purpose: "console" });
}

/** Whom a token would sign in; `null` for one that was used, has expired or was made up. */
export async function whomItSignsIn(deps: SignInDeps, tokenText: string): Promise<string | null> {
  const token = readLinkToken(tokenText, deps.idCheckSecret);
  if (!token) return null;
  return await deps.puma.mailbox(token.mailboxId).addressOf(token.hash, "console");
}

/**
 * Uses a token up and begins a session. The session is there before the link is used up, so a crash in
 * between costs no link; of two that use one link at once the second takes its session back. `null`
 * when the token signs nobody in.
 */
export async function signIn(
  deps: SignInDeps,
  tokenText: string,
  client: string,
  requestId: string,
): Promise<{ sessionToken: string } | null> {
  const token = readLinkToken(tokenText, deps.idCheckSecret);
  if (!token) return null;
  const mailbox = deps.puma.mailbox(token.mailboxId);
  const newPuma = newAccountId("puma", deps.idCheckSecret);
  const found = await mailbox.accountFor(token.hash, newPuma, "console");
  if (!found) return null;
  const accountId = newAccountId("polykomos", deps.idCheckSecret);
  const person = { email: found.address, accountId, pumaAccountId: found.accountId };
  const session = await beginSession(deps, person, client, requestId);
  if (await mailbox.spendLink(found.linkId)) return { sessionToken: session.token };
  await withdrawSession(deps, session.tokenHash);
  return null;
}

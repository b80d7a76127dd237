import { newAccountId } from "../../lib/account-id.ts";
import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { newKey } from "../keys/api-key.ts";
import { pumaFault } from "../rules/code.ts";
import type { LinkPurpose } from "../rules/mailbox.ts";
import { isoTime } from "../rules/time-text.ts";
import { addressFrom, clientNetwork } from "./rules/address.ts";
import { mailboxIdOf, newLinkToken, readLinkToken } from "./rules/link-token.ts";

/** Signing in: a mailed link, and a new key for whoever follows it. */
export type Asker = { email: string; clientIp: string; origin: string; cameOverEdge: boolean };

/** Where mailed links that give a key lead; the token follows. */
export const signInLinkPath = "/auth/link/";

/**
 * Has a sign-in link mailed, by default one that gives a key. Known and unknown addresses are treated
 * alike. `devLink` is null unless the Worker is in development and reached there. Faults: `invalid_request`,
 * `rate_limited`.
 */
export async function requestLink(
  deps: PumaDeps,
  input: Asker,
  leadsTo: { path: string; purpose: LinkPurpose } = { path: signInLinkPath, purpose: "key" },
): Promise<{ address: string; expiresAtMs: number; devLink: string | null }> {
  const { settings } = deps;
  const address = addressFrom(input.email);
  if (address === null) {
    throw pumaFault("invalid_request", "email must be an e-mail address", { field: "email" });
  }
  await admitClient(deps, input.clientIp);
  const mailboxId = mailboxIdOf("address", address, settings.ID_CHECK_SECRET);
  const linkPrefix = (settings.PUBLIC_URL || input.origin).replace(/\/+$/, "") + leadsTo.path;
  const isShown = settings.DEV_MODE && !input.cameOverEdge;
  const devToken = isShown ? newLinkToken(mailboxId) : null;
  const requested = await deps.mailbox(mailboxId).requestLink({
    address,
    linkPrefix,
    mailboxId,
    perHourMax: settings.MAGIC_LINKS_PER_ADDRESS_PER_HOUR,
    lifetimeMs: settings.MAGIC_LINK_TTL_SECONDS * secondMs,
    extraTokenHash: devToken?.hash ?? null,
    purpose: leadsTo.purpose,
  });
  if (!requested.admitted) throw tooManyLinks(requested.retryAfterSeconds);
  const devLink = devToken && linkPrefix + devToken.text;
  return { address, expiresAtMs: requested.expiresAtMs, devLink };
}

async function admitClient(deps: PumaDeps, clientIp: string): Promise<void> {
  const { settings } = deps;
  const id = mailboxIdOf("client", clientNetwork(clientIp), settings.ID_CHECK_SECRET);
  const perHourMax = settings.MAGIC_LINKS_PER_CLIENT_PER_HOUR;
  const admission = await deps.mailbox(id).admitClient(perHourMax);
  if (!admission.admitted) throw tooManyLinks(admission.retryAfterSeconds);
}

function tooManyLinks(retryAfterSeconds: number): Error {
  return pumaFault("rate_limited", "Too many sign-in links were asked for", undefined, {
    "retry-after": String(retryAfterSeconds),
  });
}

/** Whether a token would work now for what its link is for; uses nothing up. */
export async function isLinkLive(
  deps: PumaDeps,
  tokenText: string,
  purpose: LinkPurpose,
): Promise<boolean> {
  const token = readLinkToken(tokenText, deps.settings.ID_CHECK_SECRET);
  return token !== null && (await deps.mailbox(token.mailboxId).isLinkLive(token.hash, purpose));
}

/**
 * Exchanges a token for a new key of the address's account. The key is there before the link is used
 * up, so a crash in between costs neither; of two that use one link at once the second takes its key
 * back. Faults: `invalid_token`.
 */
export async function verifyLink(
  deps: PumaDeps,
  tokenText: string,
): Promise<{ apiKey: string; accountId: string }> {
  const { mailbox, accountId, linkId } = await followedLink(deps, tokenText, "key");
  const key = newKey(accountId, `magic link ${isoTime(deps.clock()).slice(0, 10)}`);
  const account = deps.account(accountId);
  await account.addSignInKey(key.record);
  if (!(await mailbox.spendLink(linkId))) {
    await account.withdrawSignInKey(key.record.hash);
    throw pumaFault("invalid_token");
  }
  return { apiKey: key.text, accountId };
}

/**
 * Uses up the token of somebody who connects a client, and tells whose it was; the account gets no key.
 * Faults: `invalid_token`.
 */
export async function signInForClient(
  deps: PumaDeps,
  tokenText: string,
): Promise<{ accountId: string; address: string }> {
  const { mailbox, accountId, linkId, address } = await followedLink(deps, tokenText, "client");
  if (!(await mailbox.spendLink(linkId))) throw pumaFault("invalid_token");
  return { accountId, address };
}

/** The link of a token, not used up yet, with the account of its address. Faults: `invalid_token`. */
async function followedLink(deps: PumaDeps, tokenText: string, purpose: LinkPurpose) {
  const secret = deps.settings.ID_CHECK_SECRET;
  const token = readLinkToken(tokenText, secret);
  if (!token) throw pumaFault("invalid_token");
  const mailbox = deps.mailbox(token.mailboxId);
  const found = await mailbox.accountFor(token.hash, newAccountId("puma", secret), purpose);
  if (!found) throw pumaFault("invalid_token");
  return { mailbox, ...found };
}

import { newAccountId } from "../../lib/account-id.ts";
import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { newKey } from "../keys/new-key.ts";
import { pumaFault } from "../rules/code.ts";
import type { LinkPurpose } from "../rules/mailbox.ts";
import { addressFrom, clientNetwork } from "./rules/address.ts";
import { mailboxIdOf, newLinkToken, readLinkToken } from "./rules/link-token.ts";

/** Signing in: a mailed link, and a new key for whoever follows it. */
export type Asker = { email: string; clientIp: string; origin: string; cameOverEdge: boolean };

const linkPath = "/auth/link/";

/**
 * Has a sign-in link mailed, by default one that gives a key. Known and unknown addresses are treated
 * alike. `devLink` is null unless the Worker is in development and reached there. Faults: `invalid_request`,
 * `rate_limited`.
 */
export async function requestLink(
  deps: PumaDeps,
  input: Asker,
  leadsTo: { path: string; purpose: LinkPurpose } = { path: linkPath, purpose: "key" },
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

/** Whether a token would sign in now; uses nothing up. */
export async function isLinkLive(
  deps: PumaDeps,
  tokenText: string,
  purpose: LinkPurpose = "key",
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
  const secret = deps.settings.ID_CHECK_SECRET;
  const token = readLinkToken(tokenText, secret);
  if (!token) throw pumaFault("invalid_token");
  const mailbox = deps.mailbox(token.mailboxId);
  const found = await mailbox.accountFor(token.hash, newAccountId("puma", secret));
  if (!found) throw pumaFault("invalid_token");
  const day = new Date(deps.clock()).toISOString().slice(0, 10);
  const key = newKey(found.accountId, `magic link ${day}`);
  const account = deps.account(found.accountId);
  await account.addSignInKey(key.record);
  if (!(await mailbox.spendLink(found.linkId))) {
    await account.withdrawSignInKey(key.record.hash);
    throw pumaFault("invalid_token");
  }
  return { apiKey: key.text, accountId: found.accountId };
}

/**
 * Uses up the token of somebody who connects a client, and tells whose it was; the account gets no key.
 * Faults: `invalid_token`.
 */
export async function signInForClient(
  deps: PumaDeps,
  tokenText: string,
): Promise<{ accountId: string; address: string }> {
  const secret = deps.settings.ID_CHECK_SECRET;
  const token = readLinkToken(tokenText, secret);
  if (!token) throw pumaFault("invalid_token");
  const mailbox = deps.mailbox(token.mailboxId);
  const found = await mailbox.accountFor(token.hash, newAccountId("puma", secret), "client");
  if (!found || !(await mailbox.spendLink(found.linkId))) throw pumaFault("invalid_token");
  return { accountId: found.accountId, address: found.address };
}

import { newBearerKey, parseBearerKey } from "../../lib/bearer-key.ts";
import { randomId } from "../../lib/ids.ts";
import type { PumaDeps } from "../deps.ts";
import type { PumaCaller } from "../endpoint.ts";
import type { NewKey } from "../rules/operation.ts";

/** API keys: `puma_live_<account id>_<secret>`. */
const keyPrefix = "puma_live";

/** Makes a key for an account. `text` is shown once; `record` is what the account keeps. */
export function newKey(accountId: string, name: string): { text: string; record: NewKey } {
  const { text, hash, preview } = newBearerKey(keyPrefix, accountId);
  return { text, record: { id: `key_${randomId(16)}`, name, hash, prefix: preview } };
}

/** Whether a bearer token is meant as an API key. */
export function looksLikeKey(token: string): boolean {
  return token.startsWith(`${keyPrefix}_`);
}

/**
 * Reads a key that a request presents; `null` for one that this deployment cannot have made. Whether it
 * is in force is for the account's object to say.
 */
export async function readPresentedKey(
  { isAccountId }: Pick<PumaDeps, "isAccountId">,
  token: string,
): Promise<PumaCaller | null> {
  const key = await parseBearerKey(keyPrefix, token);
  if (!key || !isAccountId(key.accountId)) return null;
  return { accountId: key.accountId, keyHash: key.hash };
}

import { digestHex, randomPassword, sha256Hex } from "./secrets.ts";

/** API keys: `<prefix>_<account>_<secret>`, for example `pk_live_…` and `puma_live_…`. */
export type BearerKey = { accountId: string; hash: string };

const secretLength = 40;

/**
 * Makes a key. `text` is shown once; only `hash` (SHA-256 of the whole key) is stored; `preview`
 * is safe to show ever after.
 */
export function newBearerKey(
  prefix: string,
  accountId: string,
): { text: string; hash: string; preview: string } {
  const secret = randomPassword(secretLength);
  const text = `${prefix}_${accountId}_${secret}`;
  return { text, hash: sha256Hex(text), preview: `${prefix}_${accountId}_…${secret.slice(-4)}` };
}

/** Splits a presented key; `null` when it has not the shape of a key with that prefix. */
export async function parseBearerKey(prefix: string, text: string): Promise<BearerKey | null> {
  if (!text.startsWith(`${prefix}_`) || text.length > 200) return null;
  const rest = text.slice(prefix.length + 1);
  const at = rest.indexOf("_");
  if (at <= 0 || at === rest.length - 1) return null;
  return { accountId: rest.slice(0, at), hash: await digestHex(text) };
}

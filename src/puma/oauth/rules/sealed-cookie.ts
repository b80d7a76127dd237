import { createHmac } from "node:crypto";
import { keyFor, openBytes, sealBytes } from "../../rules/sealed-bytes.ts";

/**
 * Cookies that only this deployment can make and read: sealed JSON, with a key for each purpose, so that
 * a cookie of one kind is never taken for another. Each carries its own end.
 */
const charactersMax = 8_192;

function cookieKey(purpose: string, secret: string): Buffer {
  return keyFor(`puma:cookie:${purpose}`, secret);
}

/** The cookie's text. */
export function sealCookie<Value extends { expiresAtMs: number }>(
  purpose: string,
  value: Value,
  secret: string,
): string {
  return sealBytes(Buffer.from(JSON.stringify(value)), cookieKey(purpose, secret));
}

/**
 * What a cookie of that purpose holds; `null` when it is not ours or has ended. The cast holds because
 * only `sealCookie` can have written what opens under the purpose's key.
 */
export function openCookie<Value extends { expiresAtMs: number }>(
  purpose: string,
  text: string | null,
  secret: string,
  nowMs: number,
): Value | null {
  if (text === null || text.length > charactersMax) return null;
  const plain = openBytes(text, cookieKey(purpose, secret));
  if (plain === null) return null;
  const value = JSON.parse(plain.toString()) as Value;
  return value.expiresAtMs > nowMs ? value : null;
}

/** Proves to a form's receiver that a page of ours, shown for just this, sent it. */
export function formProof(about: readonly string[], secret: string): string {
  const key = cookieKey("form", secret);
  return createHmac("sha256", key).update(JSON.stringify(about)).digest("base64url");
}

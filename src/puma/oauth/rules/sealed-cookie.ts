import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

/**
 * Cookies that only this deployment can make and read: JSON under AES-256-GCM, with a key for each
 * purpose, so that a cookie of one kind is never taken for another. Each carries its own end.
 */
const ivBytes = 12;
const tagBytes = 16;
const sealedMax = 8_192;

function keyFor(purpose: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(`puma:cookie:${purpose}`).digest();
}

/** The cookie's text: base64url of IV, sealed JSON and tag. */
export function sealCookie<Value extends { expiresAtMs: number }>(
  purpose: string,
  value: Value,
  secret: string,
): string {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const cipher = createCipheriv("aes-256-gcm", keyFor(purpose, secret), iv);
  const plain = Buffer.from(JSON.stringify(value));
  const sealed = [iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
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
  if (text === null || text.length > sealedMax || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length <= ivBytes + tagBytes) return null;
  const iv = bytes.subarray(0, ivBytes);
  const decipher = createDecipheriv("aes-256-gcm", keyFor(purpose, secret), iv);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const sealed = bytes.subarray(ivBytes, -tagBytes);
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
    const value = JSON.parse(plain) as Value;
    return value.expiresAtMs > nowMs ? value : null;
  } catch {
    // final() throws when the seal is broken, and what it lets through is JSON.
    return null;
  }
}

/** Proves to a form's receiver that a page of ours, shown for just this, sent it. */
export function formProof(about: readonly string[], secret: string): string {
  const key = keyFor("form", secret);
  return createHmac("sha256", key).update(JSON.stringify(about)).digest("base64url");
}

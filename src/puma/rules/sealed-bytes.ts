import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

/**
 * Texts that only this deployment can make and read: AES-256-GCM in base64url, as IV, ciphertext and tag.
 * Each purpose has a key of its own, so that what was sealed for one is never taken for another.
 */
const ivBytes = 12;
const tagBytes = 16;
const shape = /^[A-Za-z0-9_-]+$/;

/** The key of a purpose: HMAC-SHA256 of its name under the deployment's secret; 32 bytes. */
export function keyFor(purpose: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(purpose).digest();
}

/** Seals bytes under a key of `keyFor`. */
export function sealBytes(plain: Uint8Array, key: Buffer): string {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = [iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
}

/** The bytes of a sealed text; `null` for one that was not sealed under this key, or was changed. */
export function openBytes(text: string, key: Buffer): Buffer | null {
  if (!shape.test(text)) return null;
  const bytes = Buffer.from(text, "base64url");
  // The last character of base64url has idle bits: only one of its spellings is ours.
  if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== text) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const ciphertext = bytes.subarray(ivBytes, -tagBytes);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    // final() throws for one reason only: the seal is broken.
    return null;
  }
}

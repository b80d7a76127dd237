import { createHash, timingSafeEqual } from "node:crypto";

/** SHA-256 of a text as 64 hexadecimal digits: what is stored of a secret that is only verified. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The same by WebCrypto, for the path of every request: on workerd the streams behind node:crypto
 * cost several times as much.
 */
export async function digestHex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", utf8.encode(text));
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += hexByByte[byte];
  return hex;
}

const utf8 = new TextEncoder();
const hexByByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Compares two texts in time that does not depend on where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(
    createHash("sha256").update(a).digest(),
    createHash("sha256").update(b).digest(),
  );
}

const passwordAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** A password of `length` letters and digits: safe in a URL, a shell word and an SQL literal. */
export function randomPassword(length = 32): string {
  // Bytes at or above the largest multiple of the alphabet are thrown away, or some characters
  // would come up more often than others.
  const limit = 256 - (256 % passwordAlphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && text.length < length) {
        text += passwordAlphabet[byte % passwordAlphabet.length];
      }
    }
  }
  return text;
}

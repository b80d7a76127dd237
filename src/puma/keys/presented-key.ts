/**
 * Reads a presented key. The same hash as `newBearerKey` stores, taken with WebCrypto: on workerd the
 * streams behind node:crypto cost a tenth of a whole request.
 */
const shape = /^puma_live_([0-9a-z]+)_[0-9A-Za-z]{1,100}$/;

/** The account that a key names and the SHA-256 of the key; `null` when it is not one of ours. */
export async function readPresentedKey(
  text: string,
): Promise<{ accountId: string; hash: string } | null> {
  const accountId = shape.exec(text)?.[1];
  if (accountId === undefined) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { accountId, hash: hexOf(new Uint8Array(digest)) };
}

const hexByByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexByByte[byte];
  return text;
}

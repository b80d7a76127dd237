/**
 * Secrets that must be shown again (database passwords, stored answers) are sealed with AES-256-GCM.
 * A sealed text is `v1.<key id>.<iv>.<ciphertext>`, the parts in base64url. The key id lets keys
 * rotate: the first key of the ring seals, every key of the ring opens. The context (what the secret
 * belongs to) is authenticated, so a sealed text copied to another row does not open there.
 */
export type Sealer = {
  /** The ids of the ring's keys, the one that seals first. */
  keyIds: readonly [newest: string, ...older: string[]];
  seal(secret: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
};

const ivBytes = 12;
/** A key id stands between dots. */
const keyIdShape = /^[A-Za-z0-9_-]{1,32}$/;
const keyShape = /^[A-Za-z0-9+/]{43}=$/;

/** How every text begins that the newest key sealed. */
export function newestPrefix({ keyIds: [newest] }: Pick<Sealer, "keyIds">): string {
  return `v1.${newest}.`;
}

/** The id of the key that sealed a text; empty for what is no sealed text. */
export function sealingKeyOf(sealed: string): string {
  return /^v1\.([^.]+)\./.exec(sealed)?.[1] ?? "";
}

/**
 * Builds a sealer from `SEALING_KEYS`: `<id>:<base64 of 32 bytes>`, comma-separated, newest first. Ids
 * are letters, digits, `_` and `-`. Throws when the list is empty, an entry is anything else or an id
 * stands twice.
 */
export function createSealer(sealingKeys: string): Sealer {
  const ring = new Map<string, Promise<CryptoKey>>();
  for (const entry of sealingKeys.split(",")) {
    const [id = "", encoded = "", ...more] = entry.trim().split(":");
    const raw = Buffer.from(encoded, "base64");
    if (!keyIdShape.test(id) || !keyShape.test(encoded) || raw.length !== 32 || more.length > 0) {
      throw new Error("SEALING_KEYS: each entry is <id>:<base64 of 32 bytes>, comma-separated");
    }
    if (ring.has(id)) throw new Error(`SEALING_KEYS: the id ${id} stands there twice`);
    ring.set(id, crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]));
  }
  const [newestId, ...olderIds] = ring.keys();
  if (newestId === undefined) throw new Error("SEALING_KEYS is empty");

  async function keyOf(id: string): Promise<CryptoKey> {
    const key = ring.get(id);
    if (!key) throw new Error(`No sealing key with the id ${id}: is it missing from SEALING_KEYS?`);
    return await key;
  }

  return {
    keyIds: [newestId, ...olderIds],

    async seal(secret, context) {
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
      const additionalData = new TextEncoder().encode(context);
      const ciphertext = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData },
        await keyOf(newestId),
        new TextEncoder().encode(secret),
      );
      const parts = [iv, new Uint8Array(ciphertext)].map((p) =>
        Buffer.from(p).toString("base64url"),
      );
      return `v1.${newestId}.${parts.join(".")}`;
    },

    async open(sealed, context) {
      const [version, id, iv, ciphertext] = sealed.split(".");
      if (version !== "v1" || !id || !iv || !ciphertext) throw new Error("Not a sealed text");
      const plain = await crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: Buffer.from(iv, "base64url"),
          additionalData: new TextEncoder().encode(context),
        },
        await keyOf(id),
        Buffer.from(ciphertext, "base64url"),
      );
      return new TextDecoder().decode(plain);
    },
  };
}

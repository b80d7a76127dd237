import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { LinkKind } from "../../rules/link.ts";

/**
 * The token of a link to a page: its account, record and end, sealed with AES-256-GCM under a key for
 * this purpose alone. Whoever holds it learns nothing of the account, and one that was made up or
 * changed is refused before any object wakes. What it opens is in the account's record, so a link
 * can be ended; a token for downloads does not open the editor.
 */
export type LinkGrant = {
  use: "view" | "download";
  kind: LinkKind;
  accountId: string;
  linkId: string;
  /** To the second. */
  expiresAtMs: number;
};

const ivBytes = 12;
const tagBytes = 16;
const linkIdBytes = 12;
const uses = ["view", "download"] as const;
const kinds = ["row", "text", "query"] as const;
const shape = /^[A-Za-z0-9_-]{40,200}$/;

function keyFrom(secret: string): Buffer {
  return createHmac("sha256", secret).update("puma:page-link").digest();
}

/** A new id of a link's record: 24 hexadecimal digits. */
export function newLinkId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(linkIdBytes))).toString("hex");
}

export function sealLinkToken(grant: LinkGrant, secret: string): string {
  const head = Buffer.alloc(6);
  head.writeUInt8(uses.indexOf(grant.use), 0);
  head.writeUInt8(kinds.indexOf(grant.kind), 1);
  head.writeUInt32BE(Math.floor(grant.expiresAtMs / 1000), 2);
  const plain = [head, Buffer.from(grant.linkId, "hex"), Buffer.from(grant.accountId, "latin1")];
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const cipher = createCipheriv("aes-256-gcm", keyFrom(secret), iv);
  const sealed = [iv, cipher.update(Buffer.concat(plain)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
}

/** What a token grants; `null` for one that this deployment did not make. */
export function openLinkToken(token: string, secret: string): LinkGrant | null {
  if (!shape.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  // The last character of base64url has idle bits: only one of its spellings is ours.
  if (bytes.toString("base64url") !== token) return null;
  const decipher = createDecipheriv("aes-256-gcm", keyFrom(secret), bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const plain = unsealed(decipher, bytes.subarray(ivBytes, -tagBytes));
  const use = uses[plain?.[0] ?? -1];
  const kind = kinds[plain?.[1] ?? -1];
  if (!plain || !use || !kind) return null;
  return {
    use,
    kind,
    expiresAtMs: plain.readUInt32BE(2) * 1000,
    linkId: plain.subarray(6, 6 + linkIdBytes).toString("hex"),
    accountId: plain.subarray(6 + linkIdBytes).toString("latin1"),
  };
}

function unsealed(decipher: ReturnType<typeof createDecipheriv>, sealed: Buffer): Buffer | null {
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    // final() throws for one reason only: the seal is broken.
    return null;
  }
}

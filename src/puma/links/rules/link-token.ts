import type { LinkKind } from "../../rules/link.ts";
import { keyFor, openBytes, sealBytes } from "../../rules/sealed-bytes.ts";

/**
 * The token of a link to a page: its account, record and end, sealed under a key for this purpose alone.
 * Whoever holds it learns nothing of the account, and one that was made up or changed is refused before
 * any object wakes. What it opens is in the account's record, so a link can be ended; a token for
 * downloads does not open the editor.
 */
export type LinkGrant = {
  use: "view" | "download";
  kind: LinkKind;
  accountId: string;
  linkId: string;
  /** To the second. */
  expiresAtMs: number;
};

const purpose = "puma:page-link";
const headBytes = 6;
const linkIdBytes = 12;
const uses = ["view", "download"] as const;
const kinds = ["row", "text", "query"] as const;
const charactersMax = 200;

/** A new id of a link's record: 24 hexadecimal digits. */
export function newLinkId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(linkIdBytes))).toString("hex");
}

export function sealLinkToken(grant: LinkGrant, secret: string): string {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(uses.indexOf(grant.use), 0);
  head.writeUInt8(kinds.indexOf(grant.kind), 1);
  head.writeUInt32BE(Math.floor(grant.expiresAtMs / 1000), 2);
  const plain = [head, Buffer.from(grant.linkId, "hex"), Buffer.from(grant.accountId, "latin1")];
  return sealBytes(Buffer.concat(plain), keyFor(purpose, secret));
}

/** What a token grants; `null` for one that this deployment did not make. */
export function openLinkToken(token: string, secret: string): LinkGrant | null {
  if (token.length > charactersMax) return null;
  const plain = openBytes(token, keyFor(purpose, secret));
  const use = uses[plain?.[0] ?? -1];
  const kind = kinds[plain?.[1] ?? -1];
  if (!plain || !use || !kind) return null;
  return {
    use,
    kind,
    expiresAtMs: plain.readUInt32BE(2) * 1000,
    linkId: plain.subarray(headBytes, headBytes + linkIdBytes).toString("hex"),
    accountId: plain.subarray(headBytes + linkIdBytes).toString("latin1"),
  };
}

import { createHmac } from "node:crypto";
import { equalSecrets, randomPassword, sha256Hex } from "../../../lib/secrets.ts";

/**
 * The token of a mailed link: `<mailbox>.<secret>`. The mailbox part is a keyed digest of the address
 * and so tells nothing about it; it ends in a digest of itself, so that a made-up token is refused
 * before any object wakes. Only a SHA-256 of the whole token is stored.
 */
const secretLength = 40;
const shape = /^([0-9a-f]{32})([0-9a-f]{8})\.([A-Za-z0-9]{40})$/;

function keyed(purpose: string, text: string, checkSecret: string, length: number): string {
  const digest = createHmac("sha256", checkSecret).update(`${purpose}:${text}`).digest("hex");
  return digest.slice(0, length);
}

/** The id of what counts and keeps for an address or a client; 40 hexadecimal digits. */
export function mailboxIdOf(kind: "address" | "client", name: string, checkSecret: string): string {
  const id = keyed(`puma:mailbox:${kind}`, name, checkSecret, 32);
  return id + keyed("puma:mailbox-check", id, checkSecret, 8);
}

export function newLinkToken(mailboxId: string): { text: string; hash: string } {
  const text = `${mailboxId}.${randomPassword(secretLength)}`;
  return { text, hash: sha256Hex(text) };
}

/** Where a token belongs; `null` for one that this deployment cannot have made. */
export function readLinkToken(
  text: string,
  checkSecret: string,
): { mailboxId: string; hash: string } | null {
  const [, id, check] = shape.exec(text) ?? [];
  if (!id || !check) return null;
  if (!equalSecrets(check, keyed("puma:mailbox-check", id, checkSecret, 8))) return null;
  return { mailboxId: id + check, hash: sha256Hex(text) };
}

import type { Invitation, LinkPurpose } from "../../../src/puma/rules/mailbox.ts";

/** Typed statements on `links` and `tokens`. */
export type NewLink = {
  id: string;
  expiresAtMs: number;
  lifetimeMs: number;
  purpose: LinkPurpose;
  address: string;
  invitation: Invitation | null;
};

export function insertLink(sql: SqlStorage, link: NewLink): void {
  sql.exec(
    `INSERT INTO links (id, expires_ms, lifetime_ms, spent, purpose, address, invitation)
     VALUES (?, ?, ?, 0, ?, ?, ?)`,
    link.id,
    link.expiresAtMs,
    link.lifetimeMs,
    link.purpose,
    link.address,
    JSON.stringify(link.invitation),
  );
}

export function insertToken(sql: SqlStorage, hash: string, linkId: string): void {
  sql.exec("INSERT INTO tokens (hash, link_id) VALUES (?, ?)", hash, linkId);
}

/** The link of a token, if it is for this purpose and neither used nor expired. */
export function liveLinkOf(
  sql: SqlStorage,
  tokenHash: string,
  purpose: LinkPurpose,
  nowMs: number,
): { id: string; address: string } | undefined {
  const [found] = sql
    .exec<{ id: string; address: string }>(
      `SELECT links.id, links.address FROM tokens JOIN links ON links.id = tokens.link_id
       WHERE tokens.hash = ? AND links.purpose = ? AND links.spent = 0 AND links.expires_ms > ?`,
      tokenHash,
      purpose,
      nowMs,
    )
    .toArray();
  return found;
}

/** Uses a link up; `false` when it was used before. */
export function spendLink(sql: SqlStorage, linkId: string): boolean {
  const [spent] = sql
    .exec("UPDATE links SET spent = 1 WHERE id = ? AND spent = 0 RETURNING id", linkId)
    .raw();
  return spent !== undefined;
}

/** When the last link ends; `null` when there is none. */
export function linksEndMs(sql: SqlStorage): number | null {
  return sql.exec<{ last: number | null }>("SELECT max(expires_ms) AS last FROM links").one().last;
}

/**
 * Deletes the links that have ended, with their tokens. One that a mail still waits for stays: the
 * mail is given up when its turn comes, and finds there that its link has ended.
 */
export function deleteExpiredLinks(sql: SqlStorage, nowMs: number): void {
  const ended =
    "SELECT id FROM links WHERE expires_ms <= ? AND id NOT IN (SELECT link_id FROM mails)";
  sql.exec(`DELETE FROM tokens WHERE link_id IN (${ended})`, nowMs);
  sql.exec(`DELETE FROM links WHERE id IN (${ended})`, nowMs);
}

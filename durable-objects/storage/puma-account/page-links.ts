import type { LinkTarget } from "../../../src/puma/rules/link.ts";

/** Typed statements on `page_links`: what the links to pages show, and until when. */
export type PageLink = { expiresAtMs: number; target: LinkTarget };

export function insertPageLink(
  sql: SqlStorage,
  link: PageLink & { id: string; keyId: string },
): void {
  sql.exec(
    "INSERT INTO page_links (id, expires_ms, key_id, target) VALUES (?, ?, ?, ?)",
    link.id,
    link.expiresAtMs,
    link.keyId,
    JSON.stringify(link.target),
  );
}

/** A link that has not ended. Its target was written by `insertPageLink`, so it is one. */
export function findPageLink(sql: SqlStorage, id: string, nowMs: number): PageLink | undefined {
  const [found] = sql
    .exec("SELECT expires_ms, target FROM page_links WHERE id = ? AND expires_ms > ?", id, nowMs)
    .raw<[number, string]>();
  return found ? { expiresAtMs: found[0], target: JSON.parse(found[1]) } : undefined;
}

/** Ends a link; 0 when it had ended before. */
export function deletePageLink(sql: SqlStorage, id: string, nowMs: number): 0 | 1 {
  const [ended] = sql
    .exec("DELETE FROM page_links WHERE id = ? RETURNING expires_ms", id)
    .raw<[number]>();
  return ended && ended[0] > nowMs ? 1 : 0;
}

/** Ends the links that a key made. */
export function deletePageLinksOf(sql: SqlStorage, keyId: string): void {
  sql.exec("DELETE FROM page_links WHERE key_id = ?", keyId);
}

export function deleteExpiredPageLinks(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM page_links WHERE expires_ms <= ?", nowMs);
}

import type { Invitation, LinkPurpose } from "../../../src/puma/rules/mailbox.ts";

/** Typed statements on `mails`: the outbox. A row is there until its mail was sent or given up. */
export type WaitingMail = {
  linkId: string;
  address: string;
  linkPrefix: string;
  mailboxId: string;
  attempts: number;
  /** When the mail's link ends: no attempt makes sense after that. */
  linkExpiresAtMs: number;
  linkLifetimeMs: number;
  purpose: LinkPurpose;
  invitation: Invitation | null;
};

export function insertMail(
  sql: SqlStorage,
  mail: Pick<WaitingMail, "linkId" | "address" | "linkPrefix" | "mailboxId">,
  nextAttemptAtMs: number,
): void {
  sql.exec(
    `INSERT INTO mails (link_id, address, link_prefix, mailbox_id, attempts, next_attempt_ms)
     VALUES (?, ?, ?, ?, 0, ?)`,
    mail.linkId,
    mail.address,
    mail.linkPrefix,
    mail.mailboxId,
    nextAttemptAtMs,
  );
}

/** Mails whose next attempt is due. */
export function dueMails(sql: SqlStorage, nowMs: number): WaitingMail[] {
  const cursor = sql.exec(
    `SELECT link_id, mails.address, link_prefix, mailbox_id, attempts, expires_ms, lifetime_ms,
       purpose, invitation
     FROM mails JOIN links ON links.id = mails.link_id
     WHERE next_attempt_ms <= ? ORDER BY next_attempt_ms`,
    nowMs,
  );
  type Row = [string, string, string, string, number, number, number, LinkPurpose, string];
  return [...cursor.raw<Row>()].map(
    ([linkId, address, linkPrefix, mailboxId, attempts, endsMs, lifetimeMs, purpose, invited]) => ({
      linkId,
      address,
      linkPrefix,
      mailboxId,
      attempts,
      linkExpiresAtMs: endsMs,
      linkLifetimeMs: lifetimeMs,
      purpose,
      invitation: JSON.parse(invited),
    }),
  );
}

export function postponeMail(sql: SqlStorage, linkId: string, nextAttemptAtMs: number): void {
  sql.exec(
    "UPDATE mails SET attempts = attempts + 1, next_attempt_ms = ? WHERE link_id = ?",
    nextAttemptAtMs,
    linkId,
  );
}

export function deleteMail(sql: SqlStorage, linkId: string): void {
  sql.exec("DELETE FROM mails WHERE link_id = ?", linkId);
}

/** When the next attempt is due; `null` when no mail waits. */
export function nextAttemptMs(sql: SqlStorage): number | null {
  return sql.exec<{ next: number | null }>("SELECT min(next_attempt_ms) AS next FROM mails").one()
    .next;
}

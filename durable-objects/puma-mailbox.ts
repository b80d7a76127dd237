import { DurableObject } from "cloudflare:workers";
import { systemClock } from "../src/lib/clock.ts";
import { randomId } from "../src/lib/ids.ts";
import { consoleLog } from "../src/lib/log.ts";
import { type Mailer, MailFailure } from "../src/puma/mail/mail.ts";
import { createMailer, mailDelayMs } from "../src/puma/mail/mailer.ts";
import type {
  Admission,
  LinkPurpose,
  RequestedLink,
  SignInLinkRequest,
} from "../src/puma/rules/mailbox.ts";
import { newLinkToken } from "../src/puma/sign-in/rules/link-token.ts";
import { signInMail } from "../src/puma/sign-in/rules/mail-text.ts";
import { migrate, tablesVersion } from "./storage/migrate.ts";
import { findAccount, insertAccount } from "./storage/puma-mailbox/account.ts";
import * as requests from "./storage/puma-mailbox/link-requests.ts";
import * as links from "./storage/puma-mailbox/links.ts";
import * as mails from "./storage/puma-mailbox/mails.ts";
import { pumaMailboxMigrations } from "./storage/puma-mailbox/migrations.ts";

/**
 * One e-mail address: its account, its live sign-in links, the mails that wait to be sent and how
 * many links were asked for. An object of this class also counts the requests of one client. A mail
 * is a row before it is sent, and the alarm sends it until the transport has taken it or its link
 * has ended. What has ended is deleted; an object without an account then empties itself.
 */
export class PumaMailbox extends DurableObject<Record<string, unknown>> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Record<string, unknown>) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    if (this.#isOpen()) migrate(ctx.storage, pumaMailboxMigrations);
  }

  /** Counts one request of a client for a link. */
  async admitClient(perHourMax: number): Promise<Admission> {
    migrate(this.ctx.storage, pumaMailboxMigrations);
    const refused = requests.countRequest(this.#sql, perHourMax, systemClock());
    await this.#setAlarm();
    return refused ? { admitted: false, ...refused } : { admitted: true };
  }

  /** Counts the request, makes a link and puts its mail in the outbox. */
  async requestLink(request: SignInLinkRequest): Promise<RequestedLink> {
    const nowMs = systemClock();
    migrate(this.ctx.storage, pumaMailboxMigrations);
    const expiresAtMs = nowMs + request.lifetimeMs;
    const refused = this.ctx.storage.transactionSync(() => {
      const tooMany = requests.countRequest(this.#sql, request.perHourMax, nowMs);
      if (tooMany) return tooMany;
      const id = randomId(16);
      const { address, linkPrefix, mailboxId, lifetimeMs } = request;
      const { purpose = "key", invitation = null } = request;
      links.insertLink(this.#sql, { id, expiresAtMs, lifetimeMs, purpose, address, invitation });
      if (request.extraTokenHash) links.insertToken(this.#sql, request.extraTokenHash, id);
      const mail = { linkId: id, address, linkPrefix, mailboxId };
      mails.insertMail(this.#sql, mail, nowMs + mailDelayMs(this.env, 0));
      return null;
    });
    await this.#setAlarm();
    return refused ? { admitted: false, ...refused } : { admitted: true, expiresAtMs };
  }

  /** Whether the token would sign in now. */
  async isLinkLive(tokenHash: string, purpose: LinkPurpose = "key"): Promise<boolean> {
    return (await this.addressOf(tokenHash, purpose)) !== null;
  }

  /** Whom the token would sign in now; `null` for one that would not. */
  async addressOf(tokenHash: string, purpose: LinkPurpose): Promise<string | null> {
    if (!this.#isOpen()) return null;
    return links.liveLinkOf(this.#sql, tokenHash, purpose, systemClock())?.address ?? null;
  }

  /**
   * The account of the address for a live token, decided before its object is first called: a crash
   * in between loses neither the account nor the link. `null` for any other token.
   */
  async accountFor(
    tokenHash: string,
    newAccountId: string,
    purpose: LinkPurpose = "key",
  ): Promise<{ accountId: string; linkId: string; address: string } | null> {
    if (!this.#isOpen()) return null;
    const link = links.liveLinkOf(this.#sql, tokenHash, purpose, systemClock());
    if (link === undefined) return null;
    const known = findAccount(this.#sql);
    if (known === undefined) insertAccount(this.#sql, newAccountId);
    return { accountId: known ?? newAccountId, linkId: link.id, address: link.address };
  }

  /** Uses a link up, with all its tokens; `false` when it was used before. */
  async spendLink(linkId: string): Promise<boolean> {
    if (!this.#isOpen()) return false;
    mails.deleteMail(this.#sql, linkId);
    return links.spendLink(this.#sql, linkId);
  }

  override async alarm(): Promise<void> {
    if (!this.#isOpen()) return;
    const due = this.#takeDueMails();
    // The next attempt is on the clock before this one starts: a crash while sending loses nothing.
    await this.#setAlarm();
    for (const { mail, link } of due) await this.#send(mail, link);
    await this.#tidy();
  }

  /** Gives each due mail a token of its own and postpones it, as if sending it were to fail. */
  #takeDueMails(): { mail: mails.WaitingMail; link: string }[] {
    const nowMs = systemClock();
    return this.ctx.storage.transactionSync(() =>
      mails.dueMails(this.#sql, nowMs).flatMap((mail) => {
        if (mail.linkExpiresAtMs <= nowMs) {
          mails.deleteMail(this.#sql, mail.linkId);
          consoleLog.error("mail_given_up", { attempts: mail.attempts });
          return [];
        }
        const token = newLinkToken(mail.mailboxId);
        links.insertToken(this.#sql, token.hash, mail.linkId);
        const next = nowMs + mailDelayMs(this.env, mail.attempts + 1);
        mails.postponeMail(this.#sql, mail.linkId, Math.max(next, nowMs + 1));
        return [{ mail, link: mail.linkPrefix + token.text }];
      }),
    );
  }

  async #send(mail: mails.WaitingMail, link: string): Promise<void> {
    const mailer: Mailer = createMailer(this.env);
    try {
      await mailer.send({ to: mail.address, ...signInMail(link, mail) });
    } catch (error) {
      if (!(error instanceof MailFailure)) throw error;
      consoleLog.warn("mail_failed", { attempt: mail.attempts + 1, error });
      return;
    }
    mails.deleteMail(this.#sql, mail.linkId);
  }

  async #tidy(): Promise<void> {
    const nowMs = systemClock();
    links.deleteExpiredLinks(this.#sql, nowMs);
    requests.deleteOldRequests(this.#sql, nowMs);
    if (this.#nextWorkMs() === null && findAccount(this.#sql) === undefined) {
      await this.ctx.storage.deleteAll();
    } else {
      await this.#setAlarm();
    }
  }

  /** Sets the alarm to when there is something to do next, or to nothing. */
  async #setAlarm(): Promise<void> {
    const next = this.#nextWorkMs();
    if (next === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(next);
  }

  #nextWorkMs(): number | null {
    const attempt = mails.nextAttemptMs(this.#sql);
    if (attempt !== null) return attempt;
    const ends = [links.linksEndMs(this.#sql), requests.requestsEndMs(this.#sql)];
    const last = Math.max(...ends.map((end) => end ?? 0));
    return last === 0 ? null : last;
  }

  #isOpen(): boolean {
    return tablesVersion(this.#sql) > 0;
  }
}

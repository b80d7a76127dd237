import { secondMs } from "../../lib/clock.ts";

/** A mail of plain text to one address. */
type Mail = { to: string; subject: string; text: string };

/** What sends mails: one of the transports beside this file. */
export type Mailer = {
  /** Rejects with a MailFailure when it is not certain that the transport took the mail. */
  send(mail: Mail): Promise<void>;
};

/** How long a transport may take; then the mail counts as not sent, and is sent again. */
export const sendTimeoutMs = 10 * secondMs;

/** The transport refused a mail, could not be reached or did not answer in time. */
export class MailFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MailFailure";
  }
}

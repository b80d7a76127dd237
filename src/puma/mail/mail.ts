/** A mail of plain text to one address, sent or not: `send` rejects when it is not certain. */
type Mail = { to: string; subject: string; text: string };

export type Mailer = {
  /** Rejects with a MailFailure when the transport did not take the mail. */
  send(mail: Mail): Promise<void>;
};

/** The transport refused a mail, could not be reached or did not answer in time. */
export class MailFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MailFailure";
  }
}

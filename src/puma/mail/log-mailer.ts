import { type Mailer, MailFailure } from "./mail.ts";

/** For development: the mail on the console. Its link signs in, so elsewhere nothing is printed. */
export function logMailer(isDevelopment: boolean): Mailer {
  return {
    async send(mail) {
      if (!isDevelopment) throw new MailFailure("No mail is sent: MAIL_TRANSPORT is log");
      console.log(`Mail to ${mail.to}: ${mail.subject}\n${mail.text}`);
    },
  };
}

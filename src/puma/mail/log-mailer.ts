import type { Mailer } from "./mail.ts";

/** For development: the mail on the console. Its link signs in, so never use this in production. */
export function logMailer(): Mailer {
  return {
    async send(mail) {
      console.log(`Mail to ${mail.to}: ${mail.subject}\n${mail.text}`);
    },
  };
}

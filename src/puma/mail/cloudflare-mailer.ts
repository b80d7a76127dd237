import { within } from "../../lib/clock.ts";
import { type Mailer, MailFailure, sendTimeoutMs } from "./mail.ts";

/** Cloudflare's `send_email` binding, in the form that builds the message itself. */
export function cloudflareMailer(binding: SendEmail, from: string): Mailer {
  return {
    async send({ to, subject, text }) {
      try {
        await within(sendTimeoutMs, binding.send({ from: senderOf(from), to, subject, text }));
      } catch (error) {
        throw new MailFailure(
          "The send_email binding refused the mail or did not answer in time",
          error,
        );
      }
    },
  };
}

export function isSendEmail(binding: unknown): binding is SendEmail {
  return typeof binding === "object" && binding !== null && "send" in binding;
}

function senderOf(from: string): string | { name: string; email: string } {
  const named = /^(.*)<([^<>]+)>\s*$/.exec(from);
  const [, name, email] = named ?? [];
  return name?.trim() && email ? { name: name.trim(), email } : from;
}

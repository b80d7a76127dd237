import * as z from "zod";
import { cloudflareMailer, isSendEmail } from "./cloudflare-mailer.ts";
import { httpMailer } from "./http-mailer.ts";
import { logMailer } from "./log-mailer.ts";
import type { Mailer } from "./mail.ts";

/** The variables that choose and set up the transport, with their defaults. */
export const mailVariables = {
  /** `log` (with DEV_MODE: the console), `cloudflare` (binding MAIL) or `http` (MAIL_HTTP_URL). */
  MAIL_TRANSPORT: z.enum(["log", "cloudflare", "http"]).default("log"),
  /** The sender: an address, or `Name <address>`. */
  MAIL_FROM: z.string().default("pumaDB <no-reply@localhost>"),
  /** `http`: where a JSON body `{from,to,subject,text}` is posted, as api.resend.com/emails takes it. */
  MAIL_HTTP_URL: z.string().default(""),
  /** `http`, a secret: sent as a bearer token. */
  MAIL_HTTP_TOKEN: z.string().default(""),
  /** Delays before each attempt to send a mail; the last one repeats while its link works. */
  MAIL_RETRY_SECONDS: z
    .string()
    .regex(/^\d+(,\d+)*$/)
    .default("0,5,30,60,120"),
};

const mailSchema = z.object(mailVariables);

/** Builds the transport of the Worker's variables. Throws when it is not fully set up. */
export function createMailer(env: Record<string, unknown>): Mailer {
  const settings = mailSchema.parse(env);
  const from = settings.MAIL_FROM;
  switch (settings.MAIL_TRANSPORT) {
    case "log":
      return logMailer(env.DEV_MODE === "true");
    case "cloudflare": {
      if (isSendEmail(env.MAIL)) return cloudflareMailer(env.MAIL, from);
      throw new Error("MAIL_TRANSPORT is cloudflare, but there is no send_email binding MAIL");
    }
    case "http": {
      const { MAIL_HTTP_URL: url, MAIL_HTTP_TOKEN: token } = settings;
      if (url !== "") return httpMailer({ url, token, from });
      throw new Error("MAIL_TRANSPORT is http, but MAIL_HTTP_URL is empty");
    }
  }
}

/** The delay before an attempt (counted from 0), in milliseconds. */
export function mailDelayMs(env: Record<string, unknown>, attempt: number): number {
  const delays = mailSchema.parse(env).MAIL_RETRY_SECONDS.split(",").map(Number);
  return (delays[Math.min(attempt, delays.length - 1)] ?? 0) * 1_000;
}

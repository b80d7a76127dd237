import * as z from "zod";
import type { AccountGate } from "../durable-objects/account-gate.ts";
import type { PumaAccount } from "../durable-objects/puma-account.ts";
import type { PumaMailbox } from "../durable-objects/puma-mailbox.ts";
import type { JobMessage } from "../queues/messages.ts";
import { defaultRetrySeconds, parseRetrySeconds } from "./polykomos/webhooks/schedule.ts";
import { pumaLimitVariables } from "./puma/limits.ts";
import { mailVariables } from "./puma/mail/mailer.ts";

/** Bindings declared in wrangler.toml. */
export type Bindings = {
  ACCOUNT_GATE: DurableObjectNamespace<AccountGate>;
  PUMA_ACCOUNT: DurableObjectNamespace<PumaAccount>;
  PUMA_MAILBOX: DurableObjectNamespace<PumaMailbox>;
  JOBS: Queue<JobMessage>;
  DELIVERIES: Queue<JobMessage>;
};

/** The Worker's environment: bindings, and variables and secrets as text. */
export type Env = Bindings & Record<Uppercase<string>, unknown>;

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const count = z.coerce.number().int().min(0);

/**
 * Every variable and secret with its default. Durations are in seconds. An operator sets them in
 * wrangler.toml or as secrets; `npm start -- --var NAME:VALUE` sets one for a local run.
 */
const settingsSchema = z.object({
  // Secrets.
  /** Connection string of the control-plane PostgreSQL. */
  STORE_URL: z.string().min(1),
  /** Bearer token of the operator's API. */
  ADMIN_TOKEN: z.string().min(16),
  /** `<id>:<base64 of 32 bytes>`, comma-separated, the newest first: seals what is shown again. */
  SEALING_KEYS: z.string().min(1),
  /** Keys the check digest in account ids. Changing it makes every issued key unknown. */
  ID_CHECK_SECRET: z.string().min(16),

  // Where things are.
  /** The public origin, used in links and poll URLs. Empty: the origin of the request. */
  PUBLIC_URL: z.string().default(""),
  /** Origin of a local stand-in for Neon's HTTP and WebSocket endpoint; empty in production. */
  NEON_ENDPOINT: z.string().default(""),
  /** `true` on a developer's machine: the mailed link is also in the answer. */
  DEV_MODE: flag.default(false),

  // Polykomos.
  /** Ready databases kept per engine and region. */
  POOL_TARGET: count.default(3),
  /** From delete to the destruction of the data. */
  DESTROY_DELAY_SECONDS: count.default(7 * 24 * 3600),
  /** How often each server's storage is measured. */
  STORAGE_CHECK_SECONDS: count.default(30),
  /** Requests a minute of a key that sets none. */
  REQUESTS_PER_MINUTE: count.default(120),
  /** `true` lets http receivers on this machine in; for development. */
  WEBHOOK_ALLOW_LOOPBACK: flag.default(false),
  /** Delays before each attempt at a delivery, in seconds. */
  WEBHOOK_RETRY_SECONDS: z.string().default(defaultRetrySeconds).transform(parseRetrySeconds),
  /** How long a receiver may take to answer. */
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(25).default(15),
  /** A DNS-over-HTTPS service with JSON answers; receivers' host names are resolved there. */
  DNS_OVER_HTTPS_URL: z.url().default("https://cloudflare-dns.com/dns-query"),
  /** Days that events and deliveries are kept. */
  EVENTS_KEPT_DAYS: count.default(30),

  // pumaDB.
  ...pumaLimitVariables,
  ...mailVariables,
  MAGIC_LINKS_PER_ADDRESS_PER_HOUR: count.default(5),
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: count.default(20),
  /** How long a mailed sign-in link works. */
  MAGIC_LINK_TTL_SECONDS: count.default(900),
  /** How long a link to a page with a row, a text or a query works. */
  LINK_TTL_SECONDS: z.coerce.number().int().min(1).default(900),
});

export type Settings = z.output<typeof settingsSchema>;

/**
 * Reads and checks all variables. Throws one error that names every missing or wrong one, never
 * its value.
 */
export function readSettings(env: Env): Settings {
  const parsed = settingsSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The Worker's variables are not right. ${faults.join("; ")}`);
}

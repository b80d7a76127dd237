import * as z from "zod";
import type { AccountGate } from "../durable-objects/account-gate.ts";
import type { PumaAccount } from "../durable-objects/puma-account.ts";
import type { PumaMailbox } from "../durable-objects/puma-mailbox.ts";
import type { JobMessage } from "../queues/messages.ts";
import type { AiBinding } from "./polykomos/queries/llm/workers-ai.ts";
import { defaultRetrySeconds, parseRetrySeconds } from "./polykomos/webhooks/schedule.ts";
import { pumaLimitVariables } from "./puma/limits.ts";
import { mailVariables } from "./puma/mail/mailer.ts";

/** Bindings declared in wrangler.toml. */
type Bindings = {
  ACCOUNT_GATE: DurableObjectNamespace<AccountGate>;
  PUMA_ACCOUNT: DurableObjectNamespace<PumaAccount>;
  PUMA_MAILBOX: DurableObjectNamespace<PumaMailbox>;
  JOBS: Queue<JobMessage>;
  DELIVERIES: Queue<JobMessage>;
  OAUTH_KV: KVNamespace;
  /** Only where questions go to Workers AI; a local run never has it. */
  AI?: AiBinding;
};

/** The Worker's environment: bindings, and variables and secrets as text. */
export type Env = Bindings & Record<Uppercase<string>, unknown>;

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const count = z.coerce.number().int().min(0);

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

/** `https://` (or `http://`) and a host, kept without a final slash. Empty: none. */
const origin = z
  .string()
  .default("")
  .refine((text) => text === "" || isOrigin(text), {
    error: "must be https:// and a host, with nothing behind it",
  })
  .transform((text) => (text === "" ? "" : new URL(text).origin));

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
  /**
   * Seals cookies of signing in to pumaDB, proofs of its forms and tokens of its links to pages, and
   * may be changed at any time: who is signing in begins anew. Empty: ID_CHECK_SECRET.
   */
  PAGE_SECRET: z.string().min(16).or(z.literal("")).default(""),

  // Where things are.
  /**
   * The public origin, used in links and poll URLs. Empty: the origin of the request; not where mail
   * is sent.
   */
  PUBLIC_URL: origin,
  /** Origin of a local stand-in for Neon's HTTP and WebSocket endpoint; empty in production. */
  NEON_ENDPOINT: origin,
  /**
   * `true` on a developer's machine: the mailed link is also in the answer, except to a request that
   * came over Cloudflare's edge.
   */
  DEV_MODE: flag.default(false),
  /** The host on which `/` is Polykomos's landing page; on every other it is pumaDB's. */
  POLYKOMOS_HOST: z.string().default(""),

  // Polykomos.
  /** Ready databases kept per engine and region, however little is asked for; 0: no pool. */
  POOL_TARGET: count.default(3),
  /** Ready databases kept per engine and region at most, however much is asked for. */
  POOL_MAX: count.default(20),
  /** Databases that a server builds for the pool at once, less what it has to do for customers. */
  POOL_BUILDS_PER_SERVER: z.coerce.number().int().min(1).default(5),
  /** From delete to the destruction of the data. */
  DESTROY_DELAY_SECONDS: count.default(7 * 24 * 3600),
  /** Each server's catalog is compared with our rows at most so often. */
  RECONCILE_SECONDS: count.default(300),
  /** What stands on a server and belongs to nobody is removed when it is seen again after this. */
  ORPHAN_GRACE_SECONDS: count.default(900),
  /** Each server is asked at most so often whether it takes work; the cron asks once a minute. */
  SERVER_CHECK_SECONDS: count.default(30),
  /** Checks in a row that must fail for a server to be down. */
  SERVER_DOWN_AFTER_FAILURES: z.coerce.number().int().min(1).default(2),
  /** Each server's storage is measured at most so often; the cron asks twice a minute. */
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

  // Questions.
  /** Rows that a question is answered with at most. */
  QUERY_MAX_ROWS: z.coerce.number().int().min(1).max(100_000).default(1_000),
  /** How long a question's statement may take. */
  QUERY_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(30).default(8),
  /** Rows that a question may change without somebody's yes. */
  QUERY_MAX_AFFECTED_ROWS: count.default(1_000),
  /** Questions a minute of one user, whichever keys ask them. */
  QUERIES_PER_MINUTE: count.default(240),
  /** Days that the log of questions is kept. */
  QUERIES_KEPT_DAYS: count.default(30),
  /** Who turns questions into SQL; the embedded translator also does what the other cannot. */
  NL2SQL_ENGINE: z.enum(["embedded", "workers-ai", "openai"]).default("embedded"),
  /** The model; empty: the engine's own default. */
  NL2SQL_MODEL: z.string().default(""),
  /** How long a model may take, its repairs included. */
  NL2SQL_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(25).default(12),
  /** Where a service stands that speaks OpenAI's chat completions. */
  OPENAI_BASE_URL: z.url().default("https://api.openai.com/v1"),
  /** A secret; empty for a service that asks for none. */
  OPENAI_API_KEY: z.string().default(""),

  // The console.
  /** A session at the console ends when it is not used for so long. */
  SESSION_IDLE_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .default(24 * 3600),
  /** A session at the console ends at this age. */
  SESSION_LIFETIME_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .default(14 * 24 * 3600),
  /** Pages and forms that one session may ask for in a minute. */
  CONSOLE_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  /** E-mail addresses, comma-separated, whose owners see the operator's pages at the console. */
  OPERATOR_EMAILS: z
    .string()
    .default("")
    .transform((text) => {
      const addresses = text.toLowerCase().split(",");
      return addresses.map((each) => each.trim()).filter((each) => each !== "");
    }),
  /** Invitations of one person that are mailed in an hour; the others wait for the next. */
  INVITATION_MAILS_PER_USER_PER_HOUR: count.default(30),
  /** How long an invitation to a team can be answered. */
  INVITATION_TTL_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .default(7 * 24 * 3600),

  // pumaDB.
  ...pumaLimitVariables,
  ...mailVariables,
  MAGIC_LINKS_PER_ADDRESS_PER_HOUR: count.default(5),
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: count.default(20),
  /** How long a mailed sign-in link works. */
  MAGIC_LINK_TTL_SECONDS: count.default(900),
  /** How long a link to a page with a row, a text or a query works. */
  LINK_TTL_SECONDS: z.coerce.number().int().min(1).default(900),
  /**
   * OAuth clients that one network may register, or have looked up, in an hour. Hosted assistants
   * register all of their people's clients from a few networks.
   */
  OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: count.default(1_000),
});

export type Settings = z.output<typeof settingsSchema>;

/** The names of all variables and secrets. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

/** A mailed link signs in, so where it leads must not be what a request's Host header says. */
const checkedSchema = settingsSchema.refine(
  ({ MAIL_TRANSPORT, PUBLIC_URL }) => MAIL_TRANSPORT === "log" || PUBLIC_URL !== "",
  { path: ["PUBLIC_URL"], error: "must be set where mail is sent (MAIL_TRANSPORT)" },
);

/**
 * Reads and checks all variables. Throws one error that names every missing or wrong one, never
 * its value.
 */
export function readSettings(env: Env): Settings {
  const parsed = checkedSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The Worker's variables are not right. ${faults.join("; ")}`);
}

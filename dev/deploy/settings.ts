import { readSettings } from "../../src/env.ts";
import { createSealer } from "../../src/lib/sealed.ts";
import { type Finding, good, need, note, open } from "./findings.ts";
import { neededSecrets, type Values } from "./values.ts";

/** Stands in for secrets that the Worker may have already. */
const wellFormed: Record<string, string> = {
  STORE_URL: "postgresql://kept",
  ADMIN_TOKEN: "k".repeat(64),
  SEALING_KEYS: `kept:${Buffer.alloc(32).toString("base64")}`,
  ID_CHECK_SECRET: "k".repeat(64),
};

/**
 * Checks secrets and variables, and never shows a value. `onWorker` are the names of the secrets that
 * the Worker has, null when unknown.
 */
export function checkSettings(values: Values, onWorker: readonly string[] | null): Finding[] {
  const { secrets, vars } = values;
  const found: Finding[] = [];
  for (const name of neededSecrets) {
    if (secrets[name] !== undefined || onWorker?.includes(name)) continue;
    const put = `fill it in in .production.vars, or: npx wrangler secret put ${name}`;
    found.push(onWorker ? need(`the secret ${name} is missing`, put) : unknown(name, put));
  }
  try {
    readSettings({ ...wellFormed, ...secrets, ...vars } as never);
  } catch (error) {
    for (const fault of faultsOf(error)) found.push(need(fault, "src/env.ts says what it may be"));
  }
  found.push(...checkStoreUrl(secrets.STORE_URL), ...checkKeys(secrets), ...checkVars(values));
  return found.some((each) => each.level === "need")
    ? found
    : [...found, good("secrets and variables have the right form")];
}

/** `readSettings` names all faults in one sentence behind its first. */
function faultsOf(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.indexOf(". ") + 2).split("; ");
}

function unknown(name: string, put: string): Finding {
  return open(
    `the secret ${name} is not in the file, and whether the Worker has it is not known`,
    put,
  );
}

function checkStoreUrl(text: string | undefined): Finding[] {
  if (text === undefined) return [];
  if (!URL.canParse(text))
    return [need("STORE_URL is no URL", "postgresql://user:…@host/database")];
  const url = new URL(text);
  const found: Finding[] = [];
  if (!/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    found.push(need("STORE_URL names no PostgreSQL database", "postgresql://user:…@host/database"));
  }
  if (!["require", "verify-full"].includes(url.searchParams.get("sslmode") ?? "")) {
    found.push(need("STORE_URL does not ask for TLS", "add ?sslmode=require"));
  }
  if (!url.hostname.endsWith(".neon.tech")) {
    const why = "the Worker speaks Neon's HTTP protocol to it";
    found.push(need(`STORE_URL's host ${url.hostname} is none of Neon's`, why));
  }
  return found;
}

/** Long enough not to be guessed: 32 characters are 128 bits of hexadecimal digits. */
const tokenCharsMin = 32;

function checkKeys(secrets: Record<string, string>): Finding[] {
  const found: Finding[] = [];
  for (const name of ["ADMIN_TOKEN", "ID_CHECK_SECRET", "PAGE_SECRET"]) {
    const text = secrets[name];
    if (text === undefined) continue;
    if (text.length < tokenCharsMin || new Set(text).size < 8) {
      found.push(need(`${name} can be guessed`, `${name}="$(openssl rand -hex 32)"`));
    }
  }
  const keys = secrets.SEALING_KEYS;
  if (keys !== undefined) {
    try {
      createSealer(keys);
    } catch (error) {
      found.push(need(String(error).replace("Error: ", ""), "k1:$(openssl rand -base64 32)"));
    }
  }
  return found;
}

function checkVars({ vars, secrets }: Values): Finding[] {
  const found: Finding[] = [];
  for (const name of ["DEV_MODE", "WEBHOOK_ALLOW_LOOPBACK"]) {
    if (vars[name] === "true") found.push(need(`${name} is for development`, "take it out"));
  }
  if (vars.NEON_ENDPOINT) found.push(need("NEON_ENDPOINT is for development", "take it out"));
  const { PUBLIC_URL: url = "", POLYKOMOS_HOST: host = "", MAIL_TRANSPORT: mail = "log" } = vars;
  if (url === "") {
    found.push(need("PUBLIC_URL is missing", "https:// and the host that links are to lead to"));
  } else if (!URL.canParse(url) || new URL(url).origin !== url || !url.startsWith("https://")) {
    found.push(need("PUBLIC_URL is no origin", "https:// and a host, nothing behind it"));
  }
  if (host !== "" && !/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(host)) {
    found.push(need("POLYKOMOS_HOST is no host", "a name like db.your-domain.com"));
  }
  if (mail === "log") {
    found.push(need("MAIL_TRANSPORT is log: nobody could sign in", "cloudflare or http"));
  } else if (!vars.MAIL_FROM) {
    found.push(need("MAIL_FROM is missing", "an address of a domain that may send"));
  }
  if (mail === "http") {
    if (!vars.MAIL_HTTP_URL?.startsWith("https://")) {
      found.push(need("MAIL_HTTP_URL is no https URL", "where the mail service takes JSON"));
    }
    if (!secrets.MAIL_HTTP_TOKEN) {
      found.push(note("MAIL_HTTP_TOKEN is not in the file", "mail services ask for one"));
    }
  }
  if (!vars.OPERATOR_EMAILS) {
    found.push(note("OPERATOR_EMAILS is empty", "nobody sees the operator's pages at the console"));
  }
  if (vars.NL2SQL_ENGINE === "openai" && !secrets.OPENAI_API_KEY) {
    found.push(note("OPENAI_API_KEY is not in the file", "most services ask for one"));
  }
  return found;
}

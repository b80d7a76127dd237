import { statSync } from "node:fs";
import { parseEnv } from "node:util";
import { settingNames } from "../../src/env.ts";
import { readIfThere } from "../private-file.ts";
import { type Finding, good, need, note } from "./findings.ts";

/** Variables that are uploaded as secrets, and stand in no file that wrangler reads as its config. */
const secretNames = [
  "STORE_URL",
  "ADMIN_TOKEN",
  "SEALING_KEYS",
  "ID_CHECK_SECRET",
  "PAGE_SECRET",
  "MAIL_HTTP_TOKEN",
  "OPENAI_API_KEY",
] as const;

/** Without these the Worker does not start. */
export const neededSecrets = ["STORE_URL", "ADMIN_TOKEN", "SEALING_KEYS", "ID_CHECK_SECRET"];

/** What says where to deploy, and is no variable of the Worker. */
const placeNames = ["CLOUDFLARE_ACCOUNT_ID", "OAUTH_KV_ID"];

/** What `.production.vars` holds, taken apart. */
export type Values = {
  /** Values that nobody filled in are not here. */
  secrets: Record<string, string>;
  vars: Record<string, string>;
  accountId: string;
  kvId: string;
  findings: Finding[];
};

/** Words that stand where a value belongs. */
const placeholder = /<.*>|…|\buser:password@|change[-_ ]?me/i;
/** A sender is written `Name <address>`. */
const sender = /^[^<>]*<[^<>@\s]+@[^<>@\s]+>$/;
const reservedHost = /@?\b([\w-]+\.)*(example\.(com|org|net)|[\w-]+\.(example|test|invalid))\b/i;

/** Reads the file; a missing one is a finding, and everything in it is then missing too. */
export function readValues(path: string, name: string): Values {
  const values: Values = { secrets: {}, vars: {}, accountId: "", kvId: "", findings: [] };
  const text = readIfThere(path);
  if (text === null) {
    values.findings.push(need(`${name} is not there`, `cp .production.vars.example ${name}`));
    return values;
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    values.findings.push(need(`${name} can be read by others`, `chmod 600 ${name}`));
  }
  const known = new Set<string>([...settingNames, ...secretNames, ...placeNames]);
  for (const [key, value = ""] of Object.entries(parseEnv(text))) {
    if (!known.has(key)) {
      values.findings.push(need(`${key} is no variable of the Worker`, "see src/env.ts"));
    } else if (hasPlaceholder(value)) {
      values.findings.push(need(`${key} still has a placeholder`, `fill it in in ${name}`));
    } else if (value !== "") {
      put(values, key, value);
    }
  }
  if (values.findings.length === 0) values.findings.push(good(`${name} is filled in`));
  return values;
}

function hasPlaceholder(value: string): boolean {
  return (placeholder.test(value) && !sender.test(value)) || reservedHost.test(value);
}

function put(values: Values, key: string, value: string): void {
  if (key === "CLOUDFLARE_ACCOUNT_ID") values.accountId = value;
  else if (key === "OAUTH_KV_ID") values.kvId = value;
  else if (secretNames.some((each) => each === key)) values.secrets[key] = value;
  else values.vars[key] = value;
}

/** Account and namespace, by their form: 32 hexadecimal digits each. */
export function checkPlace({ accountId, kvId }: Values): Finding[] {
  const form = /^[0-9a-f]{32}$/;
  const found: Finding[] = [];
  if (accountId === "") {
    found.push(note("CLOUDFLARE_ACCOUNT_ID is not set", "wrangler takes the login's only account"));
  } else if (!form.test(accountId)) {
    found.push(need("CLOUDFLARE_ACCOUNT_ID is no account id", "npx wrangler whoami shows it"));
  }
  const create = "npx wrangler kv namespace create polypuma-oauth prints it";
  if (kvId === "") found.push(need("OAUTH_KV_ID is missing", create));
  else if (!form.test(kvId)) found.push(need("OAUTH_KV_ID is no namespace id", create));
  return found;
}

import { expect, test } from "vitest";
import { newAccountId } from "../../src/lib/account-id.ts";
import { newBearerKey } from "../../src/lib/bearer-key.ts";
import { createSealer } from "../../src/lib/sealed.ts";
import { randomPassword } from "../../src/lib/secrets.ts";
import { newSigningSecret } from "../../src/polykomos/webhooks/signature.ts";
import { mailboxIdOf, newLinkToken } from "../../src/puma/sign-in/rules/link-token.ts";
import { secretsIn } from "../support/log-secrets.ts";
import { testSecrets } from "../support/worker.ts";

/** The scan of the run's logs finds what it is for, and takes nothing else for it. */
const { SEALING_KEYS, ID_CHECK_SECRET } = testSecrets;
const account = newAccountId("polykomos", ID_CHECK_SECRET);
/** One with each kind of character, as nearly all are. */
const password = `${randomPassword(29)}aB2`;

const secrets: [what: string, line: () => string | Promise<string>][] = [
  ["an API key", () => `refused ${newBearerKey("pk_live", account).text}`],
  ["a key of pumaDB", () => `{"key":"${newBearerKey("puma_live", account).text}"}`],
  ["a signing secret", () => newSigningSecret()],
  ["a connection string", () => `cannot reach postgresql://u1:${password}@127.0.0.1:5432/db`],
  ["a bare password", () => `Access denied (using ${password})`],
  ["a session's token", () => `token=${randomPassword(37)}aB2`],
  ["a sealed text", () => createSealer(SEALING_KEYS).seal(password, "c")],
  ["a link", () => newLinkToken(mailboxIdOf("address", "a@b.co", ID_CHECK_SECRET)).text],
  ["the operator's token", () => `authorization ${testSecrets.ADMIN_TOKEN}`],
  ["the sealing key", () => SEALING_KEYS],
  ["a header", () => `Authorization: Bearer ${password}`],
];

test.each(secrets)("%s is found, and not told again", async (_, make) => {
  const line = await make();
  const found = secretsIn(line);
  expect(found.length).toBeGreaterThan(0);
  expect(JSON.stringify(found)).not.toContain(password);
});

test.each([
  '{"level":"error","event":"unexpected_error","requestId":"req_vzxjityxswm7wyi4","path":"/api/v1/me"}',
  "    at parseErrorMessage (file:///dist/test-worker-21279/clock-entry.js:3572:24569)",
  "postgresql://u42:…@db.example.com:5432/app and mysql://u42:***@host/db",
  "pk_live_abc123_… puma_live_abc123_…",
  `sha256 ${"0123456789abcdef".repeat(4)} 00000000-0000-4000-8000-000000000001`,
  "Mail to a@b.co: Sign in\n\nhttp://here/auth/link/x\n\nwithout the link nobody gets in.",
])("%j holds none", (line) => {
  expect(secretsIn(line)).toEqual([]);
});

import { expect, test, vi } from "vitest";
import { cloudflareMailer } from "../../src/puma/mail/cloudflare-mailer.ts";
import { MailFailure, sendTimeoutMs } from "../../src/puma/mail/mail.ts";
import { signInMail } from "../../src/puma/sign-in/rules/mail-text.ts";

const minuteMs = 60_000;
const link = "https://db.example.com/console/sign-in/link/x";

test("the mail says what its link is for, and for how long it works", () => {
  const of = (purpose: "key" | "console", lifetimeMs = 15 * minuteMs) =>
    signInMail(link, { linkLifetimeMs: lifetimeMs, purpose, invitation: null });
  expect(of("key").text).toContain("to get an API key for pumaDB");
  expect(of("console").subject).toBe("Sign in to the console");
  for (const { text } of [of("key"), of("console")]) {
    expect(text).toContain(`\n${link}\n`);
    expect(text).toContain("It works once, for 15 minutes.");
  }
  expect(of("console", minuteMs).text).toContain("for 1 minute.");
});

test("an invitation's mail names the team and who invites, and lasts for days", () => {
  const invitation = { team: "Shop", invitedBy: "owner@example.com" };
  const lifetime = 7 * 24 * 60 * minuteMs;
  const mail = signInMail(link, { linkLifetimeMs: lifetime, purpose: "console", invitation });
  expect(mail.subject).toBe("Join Shop on Polykomos");
  expect(mail.text).toContain('owner@example.com invites you to the team "Shop"');
  expect(mail.text).toContain(link);
  expect(mail.text).toContain("for 7 days");
});

test("a mail counts as not sent when Cloudflare's binding does not answer in time", async () => {
  vi.useFakeTimers();
  const silent = { send: () => new Promise<never>(() => {}) };
  const mailer = cloudflareMailer(silent, "pumaDB <hello@example.com>");
  const sent = mailer.send({ to: "ada@example.com", subject: "s", text: "t" });
  const failed = expect(sent).rejects.toBeInstanceOf(MailFailure);
  await vi.advanceTimersByTimeAsync(sendTimeoutMs);
  await failed;
  vi.useRealTimers();
});

import { expect, test, vi } from "vitest";
import { type Env, readSettings } from "../../src/env.ts";
import { createMailer } from "../../src/puma/mail/mailer.ts";
import { testSecrets } from "../support/worker.ts";

/** What an operator may set, and what is refused at the start. */
function settingsOf(vars: Record<string, string>) {
  const env = { STORE_URL: "postgresql://u:p@host/db", ...testSecrets, ...vars };
  // Only its variables are read.
  return readSettings(env as unknown as Env);
}

test("where mail is sent, its links follow PUBLIC_URL and never a request's Host", () => {
  const http = { MAIL_TRANSPORT: "http", MAIL_HTTP_URL: "https://mail.example/" };
  for (const vars of [http, { MAIL_TRANSPORT: "cloudflare" }]) {
    expect(() => settingsOf(vars)).toThrow(/PUBLIC_URL/);
    const publicUrl = { ...vars, PUBLIC_URL: "https://db.example.com" };
    expect(settingsOf(publicUrl)).toMatchObject(publicUrl);
  }
  expect(settingsOf({}).PUBLIC_URL).toBe("");
});

test.each(["PUBLIC_URL", "NEON_ENDPOINT"])("%s is an origin, with or without a slash", (name) => {
  expect(settingsOf({ [name]: "https://db.example.com/" })).toMatchObject({
    [name]: "https://db.example.com",
  });
  for (const wrong of ["db.example.com", "https://db.example.com/v1", "ftp://db.example.com"]) {
    expect(() => settingsOf({ [name]: wrong })).toThrow(name);
  }
});

test.each(["ADMIN_TOKEN", "ID_CHECK_SECRET", "PAGE_SECRET"])(
  "a short %s is refused, without telling it",
  (name) => {
    expect(() => settingsOf({ [name]: "Sh0rtSecret" })).toThrow(name);
    expect(() => settingsOf({ [name]: "Sh0rtSecret" })).not.toThrow("Sh0rtSecret");
  },
);

test("a mailed link is in the log on a developer's machine alone", async () => {
  const mail = { to: "a@example.com", subject: "Sign in", text: "https://here/auth/link/secret" };
  const printed: unknown[] = [];
  const spy = vi.spyOn(console, "log").mockImplementation((line) => printed.push(line));
  try {
    await expect(createMailer({ MAIL_TRANSPORT: "log" }).send(mail)).rejects.toThrow(
      /MAIL_TRANSPORT/,
    );
    expect(printed).toEqual([]);
    await createMailer({ MAIL_TRANSPORT: "log", DEV_MODE: "true" }).send(mail);
    expect(printed.join()).toContain("https://here/auth/link/secret");
  } finally {
    spy.mockRestore();
  }
});

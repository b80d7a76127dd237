import { expect, test, vi } from "vitest";
import { consoleLog, scrub } from "../../src/lib/log.ts";

const sealed = `v1.k1.${"A".repeat(16)}.${"b".repeat(40)}`;

test.each([
  ["a key", "refused pk_live_abc123_SeCrEt9 here", "SeCrEt9"],
  ["a pumaDB key", "puma_live_abc123_SeCrEt9", "SeCrEt9"],
  ["a key in JSON", '{"key":"pk_live_abc_SeCrEt9"}', "SeCrEt9"],
  ["two keys", "pk_live_a_SeCrEt9 pk_live_b_SeCrEt9", "SeCrEt9"],
  ["a webhook's secret", "whsec_SeCrEt9+/=", "SeCrEt9"],
  ["a connection string", "postgresql://u42:SeCrEt9@host:5432/db", "SeCrEt9"],
  ["a short scheme", "postgres://u42:SeCrEt9@host/db", "SeCrEt9"],
  ["one for MySQL", "mysql://u42:SeCrEt9@host/db", "SeCrEt9"],
  ["a password with signs", "postgresql://u:Se:Cr#Et9!@host/db", "Cr#Et9"],
  ["a sealed text", `password_sealed=${sealed}`, "bbbb"],
  [
    "an access token",
    `token abcdefghijkm123456.${"g".repeat(16)}.${"SeCrEt99".repeat(4)}`,
    "SeCrEt9",
  ],
  ["a code", `code=abcdefghijkm123456:${"g".repeat(16)}:${"SeCrEt99".repeat(4)}`, "SeCrEt9"],
  ["a header", "Authorization: Bearer SeCrEt9", "SeCrEt9"],
  ["a header in small letters", "authorization: bearer SeCrEt9", "SeCrEt9"],
  ["a sign-in link", `/auth/link/${"0a".repeat(20)}.${"SeCrEt9x".repeat(5)}`, "SeCrEt9"],
  ["a link to a page", `path: /view/${"SeCrEt9x".repeat(8)}-_a`, "SeCrEt9"],
  ["a download", `https://p.example/download/${"SeCrEt9x".repeat(8)}`, "SeCrEt9"],
  ["a cookie", `Cookie: a=b; __Host-console-session=${"SeCrEt9x".repeat(5)}; c=d`, "SeCrEt9"],
  ["a cookie of pumaDB", `puma-pending-0123456789abcdef=${"SeCrEt9x".repeat(5)}`, "SeCrEt9"],
  ["a verifier", "PASSWORD 'SCRAM-SHA-256$4096:SeCrEt9'", "SeCrEt9"],
])("%s is taken out of a log line", (_, text, secret) => {
  expect(scrub(text)).not.toContain(secret);
});

test("what tells where a secret was stays readable", () => {
  expect(scrub("pk_live_abc123_SeCrEt9")).toBe("pk_live_abc123_…");
  expect(scrub("postgresql://u42:SeCrEt9@db.example.com:5432/app")).toBe(
    "postgresql://u42:…@db.example.com:5432/app",
  );
});

test.each(["", "plain", "u42", "postgresql://host/db", "v1.2.3", "the bearer"])(
  "%j is left as it is",
  (text) => {
    expect(scrub(text)).toBe(text);
  },
);

test("a log line is one JSON object, with the causes of an error, and without secrets", () => {
  const written: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((line: string) => {
    written.push(line);
  });
  const cause = new Error("at postgresql://u1:SeCrEt9@host/db\nsecond line");
  consoleLog.error("it_failed", { requestId: "req_1", error: new Error("outer", { cause }) });
  spy.mockRestore();
  expect(written).toHaveLength(1);
  const [line = ""] = written;
  expect(line).not.toContain("\n");
  expect(line).not.toContain("SeCrEt9");
  expect(JSON.parse(line)).toMatchObject({
    level: "error",
    event: "it_failed",
    requestId: "req_1",
    error: { message: "outer", cause: { message: expect.stringContaining("…@host/db") } },
  });
});

import { expect, test } from "vitest";
import { bearerToken } from "../../src/http/bearer.ts";
import { isAccountId, newAccountId } from "../../src/lib/account-id.ts";
import { newBearerKey, parseBearerKey } from "../../src/lib/bearer-key.ts";
import { isUuid, newRequestId } from "../../src/lib/ids.ts";
import { equalSecrets, randomPassword, sha256Hex } from "../../src/lib/secrets.ts";

const secret = "a-deployment-secret";

test("an account id that was made here is known here, for its product and secret only", () => {
  for (let turn = 0; turn < 200; turn++) {
    const id = newAccountId("polykomos", secret);
    expect(id).toMatch(/^[a-z0-9]{18}$/);
    expect(isAccountId("polykomos", id, secret)).toBe(true);
    expect(isAccountId("puma", id, secret)).toBe(false);
    expect(isAccountId("polykomos", id, "another-secret")).toBe(false);
  }
});

test("an account id with one letter changed is unknown", () => {
  const id = newAccountId("polykomos", secret);
  for (let at = 0; at < id.length; at++) {
    const other = id[at] === "a" ? "b" : "a";
    const changed = id.slice(0, at) + other + id.slice(at + 1);
    expect([at, isAccountId("polykomos", changed, secret)]).toEqual([at, false]);
  }
});

test.each([
  "",
  "a",
  "a".repeat(17),
  "a".repeat(18),
  "a".repeat(19),
  "A".repeat(18),
  "é".repeat(18),
])("%j is no account id", (id) => {
  expect(isAccountId("polykomos", id, secret)).toBe(false);
});

test("of five thousand made-up ids of the right shape none is known", () => {
  const digits = "0123456789abcdef";
  let known = 0;
  for (let turn = 0; turn < 5_000; turn++) {
    const digest = Array.from({ length: 6 }, (_, at) => digits[(turn * 7 + at * 3) % 16]).join("");
    const random = turn
      .toString(32)
      .replace(/[01lo]/g, "z")
      .padStart(12, "a");
    if (isAccountId("polykomos", random + digest, secret)) known += 1;
  }
  expect(known).toBe(0);
});

test("a key is split into account and hash; the secret itself is kept by nobody", async () => {
  const key = newBearerKey("pk_live", "account123");
  expect(key.text).toMatch(/^pk_live_account123_[A-Za-z0-9]{40}$/);
  expect(await parseBearerKey("pk_live", key.text)).toEqual({
    accountId: "account123",
    hash: sha256Hex(key.text),
  });
  expect(key.hash).toBe(sha256Hex(key.text));
  expect(key.preview).toBe(`pk_live_account123_…${key.text.slice(-4)}`);
});

test.each([
  "",
  "pk_live",
  "pk_live_",
  "pk_live_a",
  "pk_live_a_",
  "pk_live__b",
  "pk_test_a_b",
  "puma_live_a_b",
  "PK_LIVE_a_b",
  " pk_live_a_b",
  `pk_live_a_${"b".repeat(300)}`,
])("%j has not the shape of a key", async (text) => {
  expect(await parseBearerKey("pk_live", text)).toBeNull();
});

test.each([
  ["Bearer abc", "abc"],
  ["bearer abc", "abc"],
  ["BEARER   abc", "abc"],
  ["  Bearer a-b._~+/c==  ", "a-b._~+/c=="],
])("the header %j carries %s", (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

test.each([
  null,
  "",
  "Bearer",
  "Bearer ",
  "abc",
  "Basic abc",
  "Bearer a b",
  "Bearer a, Bearer b",
  "Bearer =",
  "Bearer é",
  "Bearerabc",
  "Bearer\tabc",
])("the header %j carries no token", (header) => {
  expect(bearerToken(header)).toBeNull();
});

test("passwords are long, of letters and digits that are not mistaken, and never alike", () => {
  const all = Array.from({ length: 500 }, () => randomPassword());
  expect(new Set(all).size).toBe(500);
  for (const each of all) expect(each).toMatch(/^[A-HJ-NP-Za-km-z2-9]{32}$/);
  const counts = Map.groupBy(all.join(""), (letter) => letter);
  const rarest = Math.min(...[...counts.values()].map((each) => each.length));
  const commonest = Math.max(...[...counts.values()].map((each) => each.length));
  expect(commonest / rarest).toBeLessThan(2);
});

test("secrets are equal only when every character is", () => {
  expect(equalSecrets("abc", "abc")).toBe(true);
  for (const other of ["", "ab", "abcd", "abC", "abd", "\u0000abc"]) {
    expect(equalSecrets("abc", other)).toBe(false);
  }
});

test("request ids have their shape and do not repeat", () => {
  const all = Array.from({ length: 1_000 }, newRequestId);
  expect(new Set(all).size).toBe(1_000);
  for (const each of all) expect(each).toMatch(/^req_[a-z0-9]{12,}$/);
});

test.each([
  ["0f8fad5b-d9cb-469f-a165-70867728950e", true],
  ["0F8FAD5B-D9CB-469F-A165-70867728950E", true],
  ["11111111-1111-1111-1111-111111111111", true],
  ["0f8fad5bd9cb469fa16570867728950e", false],
  ["0f8fad5b-d9cb-469f-a165-70867728950", false],
  ["{0f8fad5b-d9cb-469f-a165-70867728950e}", false],
  ["0f8fad5b-d9cb-469f-a165-70867728950e\n", false],
  ["", false],
])("%j is a UUID: %s", (text, is) => {
  expect(isUuid(text)).toBe(is);
});

import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { proveScram } from "../../src/fleet/postgres/scram-client.ts";
import { scramVerifier } from "../../src/fleet/postgres/scram-verifier.ts";

const clientNonce = "rOprNGfwEbeRWgbNEkqO";
const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");

test("the client proves a password as the protocol's definition computes it", () => {
  const nonce = `${clientNonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
  const first = `r=${nonce},s=${salt.toString("base64")},i=4096`;
  const { response, serverSignature } = proveScram({ clientNonce, password: "pencil" }, first);

  // RFC 5802, section 3, with PostgreSQL's user name `*`.
  const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const salted = pbkdf2Sync("pencil", salt, 4096, 32, "sha256");
  const clientKey = hmac(salted, "Client Key");
  const message = `n=*,r=${clientNonce},${first},c=biws,r=${nonce}`;
  const signature = hmac(createHash("sha256").update(clientKey).digest(), message);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
  expect(response).toBe(`c=biws,r=${nonce},p=${proof.toString("base64")}`);
  expect(serverSignature).toBe(hmac(hmac(salted, "Server Key"), message).toString("base64"));
});

test.each([
  ["a nonce that is not ours", "r=other,s=QQ==,i=4096"],
  ["our nonce with nothing of the server's", `r=${clientNonce},s=QQ==,i=4096`],
  ["no salt", `r=${clientNonce}x,i=4096`],
  ["no iterations", `r=${clientNonce}x,s=QQ==,i=0`],
  ["so many iterations that they would stall us", `r=${clientNonce}x,s=QQ==,i=1000000`],
  ["an extension that we do not know", `m=x,r=${clientNonce}x,s=QQ==,i=4096`],
])("the client refuses a challenge with %s", (_, first) => {
  expect(() => proveScram({ clientNonce, password: "pencil" }, first)).toThrow(/SCRAM/);
});

test("a verifier has the form PostgreSQL stores, a salt of its own, and no password in it", () => {
  const [one, two] = [scramVerifier("secret-words"), scramVerifier("secret-words")];
  expect(one).toMatch(
    /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
  );
  expect(one).not.toBe(two);
  expect(one).not.toContain("secret");
});

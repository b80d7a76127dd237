import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { newSigningSecret, signedHeaders } from "../../src/polykomos/webhooks/signature.ts";

const body =
  '{"type":"database.provisioned","timestamp":"2026-01-01T00:00:00Z","data":{"uuid":"00000000-0000-4000-8000-000000000001"}}';
const message = { id: "msg_test_0001", timestamp: 1_674_087_231, body };
const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

test("a known message has the known signature", () => {
  expect(signedHeaders(message, [secret])).toEqual({
    "webhook-id": "msg_test_0001",
    "webhook-timestamp": "1674087231",
    "webhook-signature": "v1,tPqe88SIxdEot3D/BjqbpG9c6w2BWx/bKrB8z5m5lG4=",
  });
});

test("a new secret is 32 random bytes, and the library verifies what it signs", () => {
  const fresh = newSigningSecret();
  expect(fresh).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(newSigningSecret()).not.toBe(fresh);
  const now = { ...message, timestamp: Math.floor(Date.now() / 1_000) };
  expect(new Webhook(fresh).verify(body, signedHeaders(now, [fresh]))).toEqual(JSON.parse(body));
  expect(() => new Webhook(fresh).verify(`${body} `, signedHeaders(now, [fresh]))).toThrow();
});

test("text beyond ASCII is signed as the bytes that are sent", () => {
  const now = Math.floor(Date.now() / 1_000);
  const told = { id: "msg_ü", timestamp: now, body: '{"name":"größe ✓ 🐆"}' };
  expect(new Webhook(secret).verify(Buffer.from(told.body), signedHeaders(told, [secret]))).toEqual(
    { name: "größe ✓ 🐆" },
  );
});

test("with two secrets both sign, the new one first, and each is enough to verify", () => {
  const now = { ...message, timestamp: Math.floor(Date.now() / 1_000) };
  const older = newSigningSecret();
  const headers = signedHeaders(now, [secret, older]);
  const first = headers["webhook-signature"]?.split(" ")[0];
  expect(first).toBe(signedHeaders(now, [secret])["webhook-signature"]);
  for (const each of [secret, older]) {
    expect(new Webhook(each).verify(body, headers)).toEqual(JSON.parse(body));
  }
});

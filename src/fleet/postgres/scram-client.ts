import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/**
 * The client's part of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding, as PostgreSQL
 * speaks it: the user name is empty, for the start-up message has it. The password must be ASCII.
 */
export type ScramExchange = { clientNonce: string; password: string };

export type ScramProof = {
  /** The client-final-message. */
  response: string;
  /** What the server-final-message must bear, in base64. */
  serverSignature: string;
};

/** Iterations a server may ask for; more would let it burn our processor time. */
const iterationsMax = 100_000;

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** Answers the server-first-message. Throws when it is not one, or not for our nonce. */
export function proveScram(exchange: ScramExchange, serverFirst: string): ScramProof {
  const fields = /^r=([!-+\--~]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,6})$/.exec(serverFirst);
  const [, nonce = "", salt = "", iterations = ""] = fields ?? [];
  const { clientNonce, password } = exchange;
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw new Error("SCRAM: the server's first message is not an answer to ours");
  }
  if (Number(iterations) > iterationsMax) throw new Error("SCRAM: too many iterations asked for");
  const saltBytes = Buffer.from(salt, "base64");
  const salted = pbkdf2Sync(password, saltBytes, Number(iterations), 32, "sha256");
  const clientKey = hmac(salted, "Client Key");
  const storedKey = createHash("sha256").update(clientKey).digest();
  const withoutProof = `c=biws,r=${nonce}`;
  const authMessage = `n=*,r=${clientNonce},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, authMessage);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
  return {
    response: `${withoutProof},p=${proof.toString("base64")}`,
    serverSignature: hmac(hmac(salted, "Server Key"), authMessage).toString("base64"),
  };
}

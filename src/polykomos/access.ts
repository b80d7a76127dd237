import type { Context } from "hono";
import type { Admission, AdmitRequest } from "../../durable-objects/account-gate.ts";
import type { KeyRecord } from "../../durable-objects/storage/account-gate/keys.ts";
import { bearerToken } from "../http/bearer.ts";
import { clientIp } from "../http/client-ip.ts";
import type { OperationDeclaration } from "../http/declare.ts";
import { rateLimitHeaders } from "../http/rate-limit-headers.ts";
import { type BearerKey, parseBearerKey } from "../lib/bearer-key.ts";
import type { Fault } from "../lib/fault.ts";
import { type Code, fault } from "./dialect.ts";

/** Admits requests with a key: one RPC to the account's gate. */
export const keyPrefix = "pk_live";

/** The account's gate as this API needs it. */
export type Gate = {
  admit(request: AdmitRequest): Promise<Admission>;
  settle(
    requestKey: string,
    token: string,
    answer: { status: number; sealedBody: string } | null,
  ): Promise<void>;
  forget(requestKey: string, token: string): Promise<void>;
  learn(record: KeyRecord): Promise<void>;
};

export type AccessDeps = {
  /** The gate of an account, or `null` when this deployment cannot have issued the id. */
  gateOf(accountId: string): Gate | null;
  /** Reads a key and its user from the store. */
  findKey(hash: string, accountId: string): Promise<KeyRecord | null>;
  background(work: Promise<unknown>): void;
};

export type Admitted = Extract<Admission, { kind: "admitted" }>;

/** Thrown by `admit` for a known key: the error answer carries the key's limits too. */
export type Refusal = { fault: Fault<Code>; headers: Record<string, string> };

const realm = 'Bearer realm="polykomos"';

/** Reads the key from the request. Throws 401 without a readable header, 403 for another shape. */
export async function presentedKey(context: Context): Promise<BearerKey> {
  const token = bearerToken(context.req.header("authorization") ?? null);
  if (token === null) {
    throw fault(
      "missing_authorization",
      "Send the header Authorization: Bearer pk_live_… with your API key",
      undefined,
      { "www-authenticate": realm },
    );
  }
  const key = await parseBearerKey(keyPrefix, token);
  if (!key) throw unknownKey();
  return key;
}

function unknownKey(): Fault<Code> {
  return fault("invalid_api_key", "This API key is unknown", undefined, {
    "www-authenticate": `${realm}, error="invalid_token"`,
  });
}

const refusals = {
  revoked: ["api_key_revoked", "This API key was revoked; use another"],
  expired: [
    "api_key_expired",
    "This API key expired, for it was not used for too long; create another",
  ],
  ip_not_allowed: ["ip_not_allowed", "This API key may not be used from your address"],
} as const;

/**
 * Asks the gate. A key that the gate does not know yet is looked up in the store and taught to the
 * gate once; the gate bounds how often strangers can cause that.
 */
async function ask(
  deps: AccessDeps,
  gate: Gate,
  accountId: string,
  request: AdmitRequest,
): Promise<Admission> {
  const first = await gate.admit(request);
  if (first.kind !== "unknown_key" || !first.mayLookUp) return first;
  const record = await deps.findKey(request.keyHash, accountId);
  if (!record) return first;
  await gate.learn(record);
  return await gate.admit(request);
}

function refusalOf(
  admission: Exclude<Admission, Admitted>,
  declaration: OperationDeclaration,
): Refusal {
  switch (admission.kind) {
    case "unknown_key":
      return { fault: unknownKey(), headers: {} };
    case "refused": {
      const [code, message] = refusals[admission.reason];
      const challenge = { "www-authenticate": `${realm}, error="invalid_token"` };
      return { fault: fault(code, message, undefined, challenge), headers: {} };
    }
    case "missing_scope": {
      const needed = declaration.access === "public" ? [] : declaration.access;
      return {
        fault: fault(
          "missing_scope",
          `This API key lacks the scope ${needed.join(" or ")}`,
          { missing_scope: needed[0], any_of: needed },
          {
            "www-authenticate": `${realm}, error="insufficient_scope", scope="${needed.join(" ")}"`,
          },
        ),
        headers: rateLimitHeaders(admission.policies),
      };
    }
    case "limited": {
      const retryAfter = { "retry-after": String(admission.retryAfterSeconds) };
      const limited =
        admission.by === "minute"
          ? fault(
              "rate_limited",
              "Too many requests a minute for this API key; Retry-After tells when to go on",
            )
          : fault(
              "monthly_quota_exceeded",
              "This API key has used up its monthly quota, which begins anew with the next month",
            );
      return {
        fault: limited,
        headers: { ...rateLimitHeaders(admission.policies), ...retryAfter },
      };
    }
  }
}

/** One admitted request, or why not. */
export async function admit(
  deps: AccessDeps,
  context: Context,
  declaration: OperationDeclaration,
  key: BearerKey,
  idempotency: AdmitRequest["idempotency"],
): Promise<{ ok: true; gate: Gate; admitted: Admitted } | { ok: false; refusal: Refusal }> {
  const gate = deps.gateOf(key.accountId);
  if (!gate) return { ok: false, refusal: { fault: unknownKey(), headers: {} } };
  const admission = await ask(deps, gate, key.accountId, {
    keyHash: key.hash,
    ip: clientIp(context.req.raw),
    scopesAnyOf: declaration.access === "public" ? [] : declaration.access,
    idempotency,
  });
  if (admission.kind !== "admitted") {
    return { ok: false, refusal: refusalOf(admission, declaration) };
  }
  if (admission.recheck) deps.background(recheck(deps, gate, key));
  return { ok: true, gate, admitted: admission };
}

async function recheck(deps: AccessDeps, gate: Gate, key: BearerKey): Promise<void> {
  const record = await deps.findKey(key.hash, key.accountId);
  if (record) await gate.learn(record);
}

import { DurableObject } from "cloudflare:workers";
import { type NeonQueryFunction, neon, neonConfig } from "@neondatabase/serverless";
import type { Admission, AdmitRequest } from "../durable-objects/account-gate.ts";

/**
 * The floor: the least a Worker can do that makes the same one RPC to a Durable Object and sends the
 * same one statement through the same driver. No routing, no key, no schema, no query builder.
 */
type BareEnv = {
  ACCOUNT_GATE: DurableObjectNamespace<AccountGate>;
  STORE_URL: string;
  NEON_ENDPOINT: string;
  /** JSON of the statement to send, as the product sends it. */
  STATEMENT: string;
};

const admitted: Admission = {
  kind: "admitted",
  key: {
    keyId: 1,
    hash: "0".repeat(64),
    name: "bench",
    preview: "pk_live_abcdefghijkmnpqrst_…wxyz",
    permissions: ["databases:read", "databases:write"],
    controls: {
      requests_per_minute: 1_000_000,
      monthly_quota: null,
      allowed_ip_list: [],
      inactive_ttl_days: null,
    },
    status: "active",
    createdAtMs: 1_700_000_000_000,
    user: { id: 1, name: "Bench", email: "00000000-0000-0000-0000-000000000000@example.com" },
  },
  lastUsedAtMs: 1_700_000_000_000,
  policies: [
    { name: "minute", limit: 1_000_000, windowSeconds: 60, remaining: 999_999, resetSeconds: 60 },
  ],
  recheck: false,
  idempotency: { kind: "none" },
};

const request: AdmitRequest = {
  keyHash: "0".repeat(64),
  ip: "127.0.0.1",
  scopesAnyOf: ["databases:read"],
  idempotency: null,
};

export class AccountGate extends DurableObject {
  /** Answers what the product's gate answers, and decides nothing. */
  admit(_request: AdmitRequest): Admission {
    return admitted;
  }
}

export class PumaAccount extends DurableObject {}
export class PumaMailbox extends DurableObject {}

let statement: { text: string; params: unknown[] } | undefined;
let query: NeonQueryFunction<false, false> | undefined;

async function rows(env: BareEnv): Promise<unknown[]> {
  neonConfig.fetchEndpoint = () => `${env.NEON_ENDPOINT}/sql`;
  query ??= neon(env.STORE_URL);
  statement ??= JSON.parse(env.STATEMENT) as { text: string; params: unknown[] };
  return await query.query(statement.text, statement.params);
}

/** What the product's answers carry; the bar is set against an answer without them. */
const productHeaders = {
  "x-request-id": "req_0000000000000000",
  "cache-control": "no-store",
  "ratelimit-policy": '"minute";q=1000000;w=60',
  ratelimit: '"minute";r=999999;t=60',
  "x-ratelimit-limit": "1000000",
  "x-ratelimit-remaining": "999999",
  "x-ratelimit-reset": "60",
};

export default {
  async fetch({ url }, env) {
    const admission = await env.ACCOUNT_GATE.getByName("bare").admit(request);
    if (admission.kind !== "admitted") throw new Error("The bare gate admits everyone");
    if (url.endsWith("/rpc")) return Response.json({ data: admission.key });
    if (url.endsWith("/rpc-sql")) return Response.json({ data: await rows(env) });
    return Response.json({ data: admission.key }, { headers: productHeaders });
  },
} satisfies ExportedHandler<BareEnv>;

import { bearerToken } from "../http/bearer.ts";
import { rateLimitHeaders } from "../http/rate-limit-headers.ts";
import type { PumaDeps } from "./deps.ts";
import { faultResponse, jsonHeaders, unauthorized } from "./dialect.ts";
import type { PreparedOperation, PumaCaller, PumaEndpoint } from "./endpoint.ts";
import { readInput } from "./input.ts";
import { readPresentedKey } from "./keys/api-key.ts";
import { isPumaFault, type PumaFault, pumaFault } from "./rules/code.ts";
import type { RateState } from "./rules/operation.ts";

/**
 * Every request with a key: caller → operation → one call of the account's object → answer. The object
 * proves the key, so what is wrong with the input is told only after that call.
 */
const rateWindowSeconds = 60;

/** Runs an endpoint for a request. Throws Faults for what is refused before the object is asked. */
export async function serve(
  deps: PumaDeps,
  endpoint: PumaEndpoint,
  request: Request,
  pathParams: Record<string, string>,
): Promise<Response> {
  const caller = await identify(deps, request.headers);
  const work = await prepare(deps, endpoint, request, pathParams, caller);
  const operation = work.ok
    ? work.prepared.operation
    : { kind: "refused" as const, rateClass: endpoint.rateClass };
  const executed = await deps.account(caller.accountId).execute(caller.keyHash, operation);
  if (executed.rate === null) throw unauthorized("The API key is unknown or revoked");
  const headers = rateHeaders(executed.rate);
  if (!executed.ok) {
    const { code, message, details } = executed.failure;
    const retry = code === "rate_limited" ? retryHeaders(executed.rate) : {};
    return faultResponse(pumaFault(code, message, details), endpoint.sizeStatus, {
      ...headers,
      ...retry,
    });
  }
  if (!work.ok) return faultResponse(work.fault, endpoint.sizeStatus, headers);
  const reply = work.prepared.reply(executed.value);
  return new Response(reply.body, {
    status: reply.status,
    headers: { ...jsonHeaders, ...headers, ...reply.headers },
  });
}

/** The caller that a request names. Faults: no key, or one that this deployment cannot have made. */
async function identify(deps: PumaDeps, headers: Headers): Promise<PumaCaller> {
  const token = bearerToken(headers.get("authorization"));
  if (token === null) throw unauthorized("Send the API key as Authorization: Bearer puma_live_…");
  const key = await readPresentedKey(deps, token);
  if (!key) throw unauthorized("The API key is unknown or revoked");
  return key;
}

async function prepare(
  deps: PumaDeps,
  endpoint: PumaEndpoint,
  request: Request,
  pathParams: Record<string, string>,
  caller: PumaCaller,
): Promise<{ ok: true; prepared: PreparedOperation } | { ok: false; fault: PumaFault }> {
  try {
    const input = await readInput(endpoint.declaration, request, pathParams, endpoint.bodyBytesMax);
    const { headers, url } = request;
    return { ok: true, prepared: endpoint.prepare(input, { headers, caller, url, deps }) };
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    return { ok: false, fault: error };
  }
}

/** What is left of the window, as header fields. */
export function rateHeaders(rate: RateState): Record<string, string> {
  return rateLimitHeaders([
    {
      name: rate.rateClass,
      limit: rate.limit,
      windowSeconds: rateWindowSeconds,
      remaining: rate.remaining,
      resetSeconds: rate.resetSeconds,
    },
  ]);
}

function retryHeaders(rate: RateState): Record<string, string> {
  return { "retry-after": String(rate.resetSeconds) };
}

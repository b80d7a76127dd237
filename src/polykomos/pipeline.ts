import type { Context } from "hono";
import type { IdempotencyVerdict } from "../../durable-objects/account-gate.ts";
import type { Endpoint } from "../http/mount.ts";
import type { BearerKey } from "../lib/bearer-key.ts";
import type { Fault } from "../lib/fault.ts";
import type { Sealer } from "../lib/sealed.ts";
import { type AccessDeps, admit, type Gate, policyHeaders, presentedKey } from "./access.ts";
import type { Caller } from "./caller.ts";
import {
  type Code,
  errorResponse,
  fault,
  isInputCode,
  isPolykomosFault,
  statusOfCode,
} from "./dialect.ts";
import { requestKeyOf } from "./idempotency.ts";
import { readInput } from "./read-input.ts";

/**
 * What happens to every request with a key, in one place: read, admit, validate, run, remember.
 * Input is read before admission, so that admission and idempotency are one RPC, but nothing wrong
 * with the input is told before the key has been admitted. Wrong input is never remembered.
 */
export type PipelineDeps = AccessDeps & {
  sealer: Sealer;
  publicUrl: string;
  background(work: Promise<unknown>): void;
  /** Logs an unexpected error and says what to answer. */
  unexpected(error: unknown, path: string, requestId: string): Fault<Code>;
};

function jsonResponse(
  status: number,
  body: Record<string, unknown>,
  requestId: string,
  headers: Record<string, string>,
): Response {
  return new Response(JSON.stringify({ ...body, request_id: requestId }), {
    status,
    headers: {
      "content-type": "application/json",
      "x-request-id": requestId,
      "cache-control": "no-store",
      ...headers,
    },
  });
}

function named(
  context: Context,
  { accountId }: BearerKey,
  idempotency: { key: string; fingerprint: string },
): { requestKey: string; fingerprint: string } {
  const path = context.req.path.toLowerCase();
  return {
    requestKey: requestKeyOf(accountId, context.req.method, path, idempotency.key),
    fingerprint: idempotency.fingerprint,
  };
}

type Kept = { body: Record<string, unknown>; headers: Record<string, string> };

/** Runs one endpoint for one request. Faults become answers; everything else is thrown on. */
export async function runEndpoint(
  deps: PipelineDeps,
  endpoint: Endpoint<Caller>,
  context: Context,
  requestId: string,
): Promise<Response> {
  const { declaration } = endpoint;
  const accept = context.req.header("accept") ?? null;
  let key: BearerKey;
  try {
    key = await presentedKey(context);
  } catch (error) {
    if (isPolykomosFault(error)) return errorResponse(error, requestId, accept);
    throw error;
  }

  const input = await readInput(declaration, context).catch((error: unknown) => {
    if (isPolykomosFault(error)) return error;
    throw error;
  });
  const inputIsWrong = isPolykomosFault(input);
  const idempotency =
    inputIsWrong || !input.idempotency ? null : named(context, key, input.idempotency);
  const admission = await admit(deps, context, declaration, key, idempotency);
  if (!admission.ok) {
    const { fault: refused, headers } = admission.refusal;
    return errorResponse(refused, requestId, accept, headers);
  }
  const { gate, admitted } = admission;
  const limits = policyHeaders(admitted.policies);
  if (inputIsWrong) return errorResponse(input, requestId, accept, limits);

  const earlier = await answerOfEarlier(deps, admitted.idempotency, idempotency?.requestKey ?? "");
  if (isPolykomosFault(earlier)) return errorResponse(earlier, requestId, accept, limits);
  if (earlier) {
    const headers = { ...earlier.headers, ...limits, "idempotent-replayed": "true" };
    return jsonResponse(earlier.status, earlier.body, requestId, headers);
  }

  const caller: Caller = {
    userId: admitted.key.user.id,
    accountId: key.accountId,
    key: admitted.key,
    keyLastUsedAtMs: admitted.lastUsedAtMs,
    requestId,
    requestKey: workNameOf(admitted.idempotency, idempotency?.requestKey ?? ""),
    get origin() {
      return deps.publicUrl || new URL(context.req.url).origin;
    },
  };
  const settle = settler(deps, gate, admitted.idempotency, idempotency?.requestKey ?? "");
  try {
    const reply = await endpoint.handle(input, caller, undefined);
    await settle.keep(reply.status, { body: reply.body, headers: reply.headers ?? {} });
    return jsonResponse(reply.status, reply.body, requestId, { ...reply.headers, ...limits });
  } catch (error) {
    const answer = isPolykomosFault(error)
      ? error
      : deps.unexpected(error, context.req.path, requestId);
    await settleFault(settle, answer);
    return errorResponse(answer, requestId, accept, limits);
  }
}

/** The store never forgets what it knows a write by, so the time of the first run is part of it. */
function workNameOf(verdict: IdempotencyVerdict, requestKey: string): string | null {
  return verdict.kind === "begun" ? `${requestKey}:${verdict.begunAtMs}` : null;
}

function faultBody({ code, message, details }: Fault<Code>): Record<string, unknown> {
  return { error: { code, message, ...(details ? { details } : {}) } };
}

/** How a request with an Idempotency-Key ends for those that come after it with the same key. */
type Settle = {
  /** They get this answer again. */
  keep(status: number, kept: Kept): Promise<void>;
  /** They go on with the same work. */
  release(): Promise<void>;
  /** They are the first. */
  forget(): Promise<void>;
};

const nothingToSettle: Settle = {
  keep: async () => {},
  release: async () => {},
  forget: async () => {},
};

/** What an answer that is kept for replay is sealed for. */
export function answerContext(requestKey: string): string {
  return `answer:${requestKey}`;
}

/** Answers are sealed before they are kept: some hold a password that is shown once. */
function settler(
  deps: PipelineDeps,
  gate: Gate,
  verdict: IdempotencyVerdict,
  requestKey: string,
): Settle {
  if (verdict.kind !== "begun") return nothingToSettle;
  const { token } = verdict;
  return {
    async keep(status, kept) {
      const sealedBody = await deps.sealer.seal(JSON.stringify(kept), answerContext(requestKey));
      await gate.settle(requestKey, token, { status, sealedBody });
    },
    release: () => gate.settle(requestKey, token, null),
    forget: () => gate.forget(requestKey, token),
  };
}

const tooManyRequests = 429;

/** Wrong input is not kept, so that the request can be mended and sent with the same key. */
async function settleFault(settle: Settle, answer: Fault<Code>): Promise<void> {
  const status = statusOfCode[answer.code];
  // What is refused for its moment alone did nothing either, and is welcome later.
  if (isInputCode(answer.code) || status === tooManyRequests) await settle.forget();
  else if (status < 500) await settle.keep(status, { body: faultBody(answer), headers: {} });
  else await settle.release();
}

async function answerOfEarlier(
  deps: PipelineDeps,
  verdict: IdempotencyVerdict,
  requestKey: string,
): Promise<(Kept & { status: number }) | Fault<Code> | null> {
  switch (verdict.kind) {
    case "none":
    case "begun":
      return null;
    case "in_progress":
      return fault(
        "idempotency_key_in_progress",
        "The request with this Idempotency-Key is still running; ask again in a second",
        undefined,
        { "retry-after": "1" },
      );
    case "reused":
      return fault(
        "idempotency_key_reused",
        "This Idempotency-Key was used for another body; use a new key for a new request",
      );
    case "finished": {
      const opened = await deps.sealer.open(verdict.sealedBody, answerContext(requestKey));
      const kept: Kept = JSON.parse(opened);
      return { ...kept, status: verdict.status };
    }
  }
}

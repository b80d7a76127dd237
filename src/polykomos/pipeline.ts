import type { Context } from "hono";
import type { IdempotencyVerdict } from "../../durable-objects/account-gate.ts";
import type { Endpoint } from "../http/mount.ts";
import { rateLimitHeaders } from "../http/rate-limit-headers.ts";
import type { BearerKey } from "../lib/bearer-key.ts";
import type { Fault } from "../lib/fault.ts";
import type { Sealer } from "../lib/sealed.ts";
import { type AccessDeps, type Admitted, admit, type Gate, presentedKey } from "./access.ts";
import type { Caller } from "./caller.ts";
import { type Code, fault, isInputCode, isPolykomosFault, statusOfCode } from "./dialect.ts";
import { requestKeyOf } from "./idempotency.ts";
import { type RequestInput, readInput } from "./read-input.ts";
import { type ErrorBody, errorBody, errorResponse, jsonResponse } from "./responses.ts";

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

/** What is kept of an answer for its replay. */
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
  const key = await orFault(presentedKey(context));
  if (isPolykomosFault(key)) return errorResponse(key, requestId, accept);
  const input = await orFault(readInput(declaration, context));
  const idempotency = isPolykomosFault(input) ? null : idempotencyOf(input, context, key);
  const admission = await admit(deps, context, declaration, key, idempotency);
  if (!admission.ok) {
    const { fault: refused, headers } = admission.refusal;
    return errorResponse(refused, requestId, accept, headers);
  }
  const { gate, admitted } = admission;
  const limits = rateLimitHeaders(admitted.policies);
  if (isPolykomosFault(input)) return errorResponse(input, requestId, accept, limits);

  const requestKey = idempotency?.requestKey ?? "";
  const verdict = admitted.idempotency;
  const refused = stillRefused(verdict);
  if (refused) return errorResponse(refused, requestId, accept, limits);
  if (verdict.kind === "finished") {
    return await replay(deps, verdict, requestKey, { requestId, accept, limits });
  }
  const workName = workNameOf(verdict, requestKey);
  const caller = callerOf(deps, context, key, admitted, { requestId, requestKey: workName });
  const settle = settler(deps, gate, verdict, requestKey);
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

function callerOf(
  { publicUrl }: PipelineDeps,
  context: Context,
  { accountId }: BearerKey,
  { key, lastUsedAtMs }: Admitted,
  request: Pick<Caller, "requestId" | "requestKey">,
): Caller {
  return {
    userId: key.user.id,
    accountId,
    key,
    keyLastUsedAtMs: lastUsedAtMs,
    ...request,
    get origin() {
      return publicUrl || new URL(context.req.url).origin;
    },
  };
}

/** The answer that an earlier run of the request was given, with this one's id and limits. */
async function replay(
  { sealer }: PipelineDeps,
  { status, sealedBody }: Extract<IdempotencyVerdict, { kind: "finished" }>,
  requestKey: string,
  to: { requestId: string; accept: string | null; limits: Record<string, string> },
): Promise<Response> {
  const kept: Kept = JSON.parse(await sealer.open(sealedBody, answerContext(requestKey)));
  const headers = { ...kept.headers, ...to.limits, "idempotent-replayed": "true" };
  if (!isErrorBody(kept.body, status)) {
    return jsonResponse(status, kept.body, to.requestId, headers);
  }
  const { code, message, details } = kept.body.error;
  return errorResponse(fault(code, message, details), to.requestId, to.accept, headers);
}

/** What is kept with the status of an error is what `errorBody` made. */
function isErrorBody(body: Record<string, unknown>, status: number): body is ErrorBody {
  return status >= 400 && "error" in body;
}

/** The value, or the Fault that it was refused with. */
async function orFault<Value>(work: Promise<Value>): Promise<Value | Fault<Code>> {
  try {
    return await work;
  } catch (error) {
    if (isPolykomosFault(error)) return error;
    throw error;
  }
}

/** What the gate knows a request by that has an Idempotency-Key. */
function idempotencyOf(
  { idempotency }: RequestInput,
  context: Context,
  { accountId }: BearerKey,
): { requestKey: string; fingerprint: string } | null {
  if (!idempotency) return null;
  const path = context.req.path.toLowerCase();
  const requestKey = requestKeyOf(accountId, context.req.method, path, idempotency.key);
  return { requestKey, fingerprint: idempotency.fingerprint };
}

/** The store never forgets what it knows a write by, so the time of the first run is part of it. */
function workNameOf(verdict: IdempotencyVerdict, requestKey: string): string | null {
  return verdict.kind === "begun" ? `${requestKey}:${verdict.begunAtMs}` : null;
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
  else if (status < 500) await settle.keep(status, { body: errorBody(answer), headers: {} });
  else await settle.release();
}

/** Why a request is refused for one before it with the same Idempotency-Key, if it is. */
function stillRefused({ kind }: IdempotencyVerdict): Fault<Code> | null {
  switch (kind) {
    case "none":
    case "begun":
    case "finished":
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
  }
}

import type { Context } from "hono";
import type { Fault } from "../lib/fault.ts";
import { newRequestId } from "../lib/ids.ts";
import { type Code, fault, statusOfCode } from "./dialect.ts";

/** Answers in Polykomos's envelope: the request's id in body and header, never kept by a cache. */
export function jsonResponse(
  status: number,
  body: Record<string, unknown>,
  requestId: string,
  headers: Record<string, string> = {},
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

export type ErrorBody = {
  error: { code: Code; message: string; details?: Record<string, unknown> };
};

export function errorBody({ code, message, details }: Fault<Code>): ErrorBody {
  return { error: { code, message, ...(details ? { details } : {}) } };
}

/** The error as a response; RFC 9457 when the client's `Accept` asks for problem+json. */
export function errorResponse(
  error: Fault<Code>,
  requestId: string,
  accept: string | null,
  headers: Record<string, string> = {},
): Response {
  const status = statusOfCode[error.code];
  const all = { ...headers, ...error.headers };
  if (!/application\/problem\+json/i.test(accept ?? "")) {
    return jsonResponse(status, errorBody(error), requestId, all);
  }
  const { code, message, details } = error;
  const problem = {
    type: `urn:polykomos:error:${code}`,
    title: problemTitle(code),
    status,
    detail: message,
    code,
    ...(details ? { details } : {}),
  };
  return jsonResponse(status, problem, requestId, {
    "content-type": "application/problem+json",
    ...all,
  });
}

function problemTitle(code: Code): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The error as the answer to a request that reached no endpoint. */
export function refusalOf(context: Context, error: Fault<Code>): Response {
  return errorResponse(error, newRequestId(), context.req.header("accept") ?? null);
}

/** The answer to a method that a path does not take; `allow` lists those it takes. */
export function wrongMethod(context: Context, allow: string): Response {
  return refusalOf(
    context,
    fault("method_not_allowed", `Use one of ${allow} here`, undefined, { allow }),
  );
}

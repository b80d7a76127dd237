import type { InputProblem } from "../http/explain-input.ts";
import type { BodyProblem } from "../http/json-body.ts";
import {
  isPumaFault,
  type PumaCode,
  type PumaDetails,
  type PumaFault,
  pumaFault,
} from "./rules/code.ts";

/** How pumaDB says that something went wrong: `{error:{code,message,details?}}`. */

/** `"size"` is 413 where the operation declares it in the wire contract, else 400. */
type CodeStatus = 400 | 401 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503 | "size";

export const statusByCode: Record<PumaCode, CodeStatus> = {
  unauthorized: 401,
  invalid_token: 401,
  rate_limited: 429,
  not_found: 404,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  body_too_large: 413,
  invalid_json: 400,
  invalid_request: 400,
  invalid_table_name: 400,
  reserved_field: 400,
  unsupported_number: 400,
  invalid_filter: 400,
  empty_filter: 400,
  invalid_key: 400,
  ambiguous_key: 400,
  invalid_idempotency_key: 400,
  idempotency_key_reused: 400,
  row_not_found: 404,
  version_not_found: 404,
  multiple_matches: 409,
  not_a_text_field: 400,
  row_too_large: "size",
  table_full: "size",
  too_many_tables: "size",
  account_full: "size",
  result_too_large: "size",
  too_many_keys: 400,
  internal_error: 500,
  unavailable: 503,
};

/** Which status a size over a limit has in an operation. */
export type SizeStatus = 400 | 413;

export const jsonHeaders = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** The answer to a request that failed. */
export function faultResponse(
  fault: PumaFault,
  sizeStatus: SizeStatus = 400,
  headers: Record<string, string> = {},
): Response {
  const { code, message, details } = fault;
  const status = statusByCode[code];
  // Every 401 names a way to authenticate (RFC 9110, 15.5.2).
  const challenge = status === 401 ? { "www-authenticate": 'Bearer realm="pumadb"' } : {};
  return Response.json(
    { error: { code, message, ...(details ? { details } : {}) } },
    {
      status: status === "size" ? sizeStatus : status,
      headers: { ...jsonHeaders, ...challenge, ...headers, ...fault.headers },
    },
  );
}

/** What an exception means to the client: its Fault, or that it was our doing. */
export function asFault(error: unknown): PumaFault {
  if (isPumaFault(error)) return error;
  if (isOverload(error))
    return pumaFault("unavailable", undefined, undefined, { "retry-after": "2" });
  return pumaFault("internal_error");
}

/** Durable Objects mark errors after which a later attempt may work. */
function isOverload(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ("overloaded" in error && error.overloaded === true) ||
    ("retryable" in error && error.retryable === true)
  );
}

export function unauthorized(message: string): PumaFault {
  return pumaFault("unauthorized", message);
}

/** The Fault for input that does not fit its schema; details name the first field. */
export function inputFault(problems: readonly InputProblem[]): PumaFault {
  const [first] = problems;
  if (!first) return pumaFault("invalid_request");
  const details: PumaDetails = { field: first.field.slice(0, 300) };
  const place = /^operations\.(\d+)(?:\.|$)/.exec(first.field)?.[1];
  if (place !== undefined) details.index = Number(place);
  return pumaFault("invalid_request", first.message.slice(0, 500), details);
}

export function bodyFault(problem: BodyProblem): PumaFault {
  switch (problem.kind) {
    case "too_large":
      return pumaFault("body_too_large", `The body is larger than ${problem.maxBytes} bytes`, {
        max_bytes: problem.maxBytes,
      });
    case "wrong_type":
      return pumaFault("unsupported_media_type");
    case "unreadable":
      return pumaFault("invalid_json", `The body is not readable JSON: ${problem.reason}`);
  }
}

import { Fault } from "../lib/fault.ts";

/** How Polykomos speaks of errors: the closed list of codes, and the status of each. */
export const statusOfCode = {
  invalid_json: 400,
  missing_idempotency_key: 400,
  invalid_idempotency_key: 400,
  missing_authorization: 401,
  invalid_api_key: 403,
  api_key_revoked: 403,
  api_key_expired: 403,
  ip_not_allowed: 403,
  missing_scope: 403,
  read_only_blueprint: 403,
  not_found: 404,
  method_not_allowed: 405,
  name_taken: 409,
  conflict: 409,
  idempotency_key_in_progress: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  missing_required_field: 422,
  invalid_field: 422,
  unknown_field: 422,
  invalid_cursor: 422,
  quota_above_plan: 422,
  invalid_blueprint: 422,
  invalid_variables: 422,
  blueprint_engine_mismatch: 422,
  blueprint_failed: 422,
  idempotency_key_reused: 422,
  database_not_ready: 422,
  query_not_understood: 422,
  ambiguous_query: 422,
  statement_not_allowed: 422,
  unsafe_statement: 422,
  confirmation_required: 422,
  invalid_confirmation: 422,
  rate_limited: 429,
  monthly_quota_exceeded: 429,
  too_many_questions: 429,
  internal_error: 500,
  query_execution_failed: 500,
  no_capacity: 503,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type Code = keyof typeof statusOfCode;

/** A Fault with one of Polykomos's codes. */
export function fault(
  code: Code,
  message: string,
  details?: Record<string, unknown>,
  headers?: Record<string, string>,
): Fault<Code> {
  return new Fault(code, message, details, headers);
}

export function notFound(what: string): Fault<Code> {
  return fault("not_found", `No such ${what}`);
}

/** A wrong value: the message names the field, what was wrong and what would be right. */
export function invalidField(
  field: string,
  message: string,
  details: Record<string, unknown> = {},
): Fault<Code> {
  return fault("invalid_field", `${field}: ${message}`, { field, ...details });
}

/** A `starting_after` that names nothing in the list; `what` it must be. */
export function unknownCursor(what: string): Fault<Code> {
  const field = "starting_after";
  return fault("invalid_cursor", `${field}: must be ${what}`, { field });
}

export function isPolykomosFault(error: unknown): error is Fault<Code> {
  return error instanceof Fault && error.code in statusOfCode;
}

const inputCodes: readonly Code[] = [
  "missing_required_field",
  "invalid_field",
  "unknown_field",
  "invalid_cursor",
  "invalid_blueprint",
  "invalid_variables",
];

/** Whether the request itself was wrong, whatever is stored. */
export function isInputCode(code: Code): boolean {
  return inputCodes.includes(code);
}

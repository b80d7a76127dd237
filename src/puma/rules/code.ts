import { Fault } from "../../lib/fault.ts";
import { tableNameText } from "../rows/rules/table-name.ts";

/** Every error code of pumaDB with what it means: a closed list, published in the documents. */
export const pumaCodes = {
  unauthorized: "The API key is missing, malformed, unknown or revoked.",
  invalid_token: "The sign-in token is wrong, used or expired.",
  rate_limited: "Too many requests; try again after Retry-After seconds.",
  not_found: "There is no such path.",
  method_not_allowed: "The path does not take this method; Allow lists those it takes.",
  unsupported_media_type: "The body must be sent as application/json.",
  body_too_large: "The request's body is larger than the operation takes.",
  invalid_json: "The body is not readable JSON.",
  invalid_request: "A field, header or parameter is missing, unknown or wrong; details name it.",
  invalid_table_name: `A table's name is ${tableNameText}.`,
  reserved_field: "id, created_at and updated_at belong to the server and cannot be sent.",
  unsupported_number: "A number cannot be kept exactly; send it as a string.",
  invalid_filter: "A filter is an object whose values are strings, numbers, booleans or null.",
  empty_filter: "This operation needs a filter with at least one field.",
  invalid_key: "An upsert's key must name fields of the row with scalar values.",
  ambiguous_key: "More than one row has these key values, so none was replaced.",
  invalid_idempotency_key: "An idempotency key is 1 to 255 characters.",
  idempotency_key_reused: "The idempotency key was used within 24 hours for another row.",
  row_not_found: "No row matches.",
  version_not_found: "The row has no such version.",
  multiple_matches: "More than one row matches and allowMultiple is not true.",
  not_a_text_field: "The row has no such field, or it holds no text.",
  row_too_large: "The row's JSON is larger than a row may be.",
  table_full: "The table holds as many rows as a table may.",
  too_many_tables: "The account has as many tables as an account may.",
  account_full: "The account's rows would take more bytes than an account may.",
  result_too_large: "The batch's answer would be too large; send it in parts.",
  too_many_keys: "The account has as many keys as an account may; revoke one.",
  internal_error: "Something failed on our side; the request may be repeated.",
  unavailable: "The account cannot be reached now; try again after Retry-After seconds.",
} as const;

export type PumaCode = keyof typeof pumaCodes;

/** Details are flat data. */
export type PumaDetails = Record<string, string | number>;

/** An error that a caller of pumaDB caused. */
export class PumaFault extends Fault<PumaCode> {
  declare readonly details: PumaDetails | undefined;
}

export function isPumaFault(error: unknown): error is PumaFault {
  return error instanceof PumaFault;
}

export function pumaFault(
  code: PumaCode,
  message: string = pumaCodes[code],
  details?: PumaDetails,
  headers?: Record<string, string>,
): PumaFault {
  return new PumaFault(code, message, details, headers);
}

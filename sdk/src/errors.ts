import type { Code as PolykomosCode } from "./generated/polykomos.ts";
import type { Code as PumadbCode } from "./generated/pumadb.ts";
import { retryAfterMs } from "./retry.ts";

/** `unexpected_answer` when the answer was none of the API's, for example a proxy's page. */
export type ErrorCode = PolykomosCode | PumadbCode | "unexpected_answer";

/** An error that the API answered with. */
export class PolypumaError extends Error {
  override readonly name = "PolypumaError";
  readonly code: ErrorCode;
  /** The HTTP status. */
  readonly status: number;
  /** Facts about the error, by name: a field, values that would be right, a uuid. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The field or parameter that was wrong, where there is one. */
  readonly field: string | null;
  /** Names the request to whoever runs the server. */
  readonly requestId: string | null;
  /** Seconds until it is worth trying again, where the API said so. */
  readonly retryAfterSeconds: number | null;
  /** The key that the write was sent with: the same write with it does nothing twice. */
  readonly idempotencyKey: string | null;

  constructor(body: unknown, response: Response, idempotencyKey: string | null) {
    const facts = isObject(body) ? body : {};
    const error = isObject(facts.error) ? facts.error : {};
    super(textOf(error.message) ?? `The answer was ${response.status}, and none of the API's`);
    this.code = codeOf(error.code);
    this.status = response.status;
    this.details = isObject(error.details) ? error.details : {};
    this.field = textOf(this.details.field);
    this.requestId = textOf(facts.request_id) ?? response.headers.get("x-request-id");
    const afterMs = retryAfterMs(response, Date.now());
    this.retryAfterSeconds = afterMs === null ? null : Math.ceil(afterMs / 1_000);
    this.idempotencyKey = idempotencyKey;
  }
}

/**
 * No answer came: the connection failed (`cause`) or the deadline passed. What was asked may have been
 * done; a write sent again with `idempotencyKey` does nothing twice.
 */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly idempotencyKey: string | null;

  constructor(what: string, cause: unknown, idempotencyKey: string | null) {
    super(`${what} was not answered: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.idempotencyKey = idempotencyKey;
  }
}

/** A database does not become ready: it was given up (`reason` says why), or deleted. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
  readonly uuid: string;
  /** The code of the failure, as its operation has it; null when there is none. */
  readonly reason: string | null;

  constructor(uuid: string, message: string, reason: string | null) {
    super(message);
    this.uuid = uuid;
    this.reason = reason;
  }
}

/** The lists of codes are closed and generated with the documents, so an answer's is one of them. */
function codeOf(code: unknown): ErrorCode {
  return typeof code === "string" ? (code as ErrorCode) : "unexpected_answer";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

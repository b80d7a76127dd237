import { canonicalJson } from "../lib/canonical-json.ts";
import { sha256Hex } from "../lib/secrets.ts";
import { fault } from "./dialect.ts";

const uuidOrQuoted = /^("?)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\1$/i;

/**
 * The `Idempotency-Key` header as a lower-case UUID, bare or as a structured-field string; null when
 * absent and not required. Throws a 400 Fault when it is missing or not a UUID.
 */
export function readIdempotencyKey(header: string | null, required: boolean): string | null {
  if (header === null) {
    if (!required) return null;
    throw fault(
      "missing_idempotency_key",
      "This request needs an Idempotency-Key header: a UUID, new for each thing you want done",
    );
  }
  const uuid = uuidOrQuoted.exec(header.trim())?.[2];
  if (!uuid) {
    throw fault("invalid_idempotency_key", "The Idempotency-Key header must be one UUID");
  }
  return uuid.toLowerCase();
}

/** Says what a request asks for, whatever the order of its fields; how long to wait is no part. */
export function fingerprintOf(body: unknown): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return sha256Hex(canonicalJson(body ?? null));
  }
  const { wait: _wait, timeout: _timeout, ...asked } = body as Record<string, unknown>;
  return sha256Hex(canonicalJson(asked));
}

/** Names one write of one account for the gate and the store. */
export function requestKeyOf(
  accountId: string,
  method: string,
  path: string,
  idempotencyKey: string,
): string {
  return sha256Hex([accountId, method, path, idempotencyKey].join("\n"));
}

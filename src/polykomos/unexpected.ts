import { isStoreOutage } from "../db/errors.ts";
import type { Fault } from "../lib/fault.ts";
import type { Log } from "../lib/log.ts";
import { type Code, fault } from "./dialect.ts";

/** Logs an error nobody caused on purpose, with its cause, and gives the Fault that is answered. */
export function unexpectedFault(
  log: Log,
  error: unknown,
  path: string,
  requestId: string,
): Fault<Code> {
  if (isStoreOutage(error)) {
    log.error("store_unavailable", { requestId, path, error });
    return fault("unavailable", "Not possible right now; try again shortly", undefined, {
      "retry-after": "2",
    });
  }
  log.error("unexpected_error", { requestId, path, error });
  return fault("internal_error", "Something went wrong on our side; quote the request id");
}

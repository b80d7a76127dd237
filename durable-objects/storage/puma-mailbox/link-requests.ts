import { hourMs } from "../../../src/lib/clock.ts";

/** Typed statements on `requests`: when links were asked for within the last hour. */

/** Counts a request at `nowMs`; seconds to wait when the hour's requests are used up. */
export function countRequest(
  sql: SqlStorage,
  perHourMax: number,
  nowMs: number,
): { retryAfterSeconds: number } | null {
  sql.exec("DELETE FROM requests WHERE requested_ms <= ?", nowMs - hourMs);
  const { used, oldest } = sql
    .exec<{ used: number; oldest: number | null }>(
      "SELECT count(*) AS used, min(requested_ms) AS oldest FROM requests",
    )
    .one();
  if (used < perHourMax) {
    sql.exec("INSERT INTO requests (requested_ms) VALUES (?)", nowMs);
    return null;
  }
  const waitMs = (oldest ?? nowMs) + hourMs - nowMs;
  return { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) };
}

/** When the last counted request no longer counts; `null` when none counts. */
export function requestsEndMs(sql: SqlStorage): number | null {
  const { newest } = sql
    .exec<{ newest: number | null }>("SELECT max(requested_ms) AS newest FROM requests")
    .one();
  return newest === null ? null : newest + hourMs;
}

export function deleteOldRequests(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM requests WHERE requested_ms <= ?", nowMs - hourMs);
}

import { dayMs } from "../../../src/lib/clock.ts";
import { pumaFault } from "../../../src/puma/rules/code.ts";
import type { Idempotency } from "../../../src/puma/rules/operation.ts";

/** Typed statements on `idempotency`: the answers to adds that named a key, for 24 hours. */
const lifetimeMs = dayMs;

/** The row that an earlier add with this key answered. Faults when it was another row's key. */
export function replayedRow(
  sql: SqlStorage,
  idempotency: Idempotency,
  nowMs: number,
): string | undefined {
  const [found] = sql
    .exec(
      "SELECT fingerprint, answer FROM idempotency WHERE key = ? AND expires_ms > ?",
      idempotency.key,
      nowMs,
    )
    .raw<[string, string]>();
  if (!found) return undefined;
  const [fingerprint, answer] = found;
  if (fingerprint !== idempotency.fingerprint) throw pumaFault("idempotency_key_reused");
  return answer;
}

export function rememberRow(
  sql: SqlStorage,
  idempotency: Idempotency,
  answer: string,
  nowMs: number,
): void {
  sql.exec(
    `INSERT OR REPLACE INTO idempotency (key, fingerprint, expires_ms, answer)
     VALUES (?, ?, ?, ?)`,
    idempotency.key,
    idempotency.fingerprint,
    nowMs + lifetimeMs,
    answer,
  );
}

export function deleteExpiredAnswers(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM idempotency WHERE expires_ms <= ?", nowMs);
}

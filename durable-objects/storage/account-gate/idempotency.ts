/** Requests with an Idempotency-Key: begun, or finished with the sealed answer to replay. */
export const gateIdempotencyMigration = `
  CREATE TABLE idempotency (
    request_key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    sealed_body TEXT,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX idempotency_expiry ON idempotency (expires_at);
`;

export type IdempotencyRecord = {
  fingerprint: string;
  expiresAtMs: number;
  /** Null while the first request is still running, or was cut off. */
  finished: { status: number; sealedBody: string } | null;
};

type RawRequest = {
  fingerprint: string;
  status: number | null;
  sealed_body: string | null;
  expires_at: number;
};

export function readRequest(
  sql: SqlStorage,
  requestKey: string,
  nowMs: number,
): IdempotencyRecord | null {
  const [row] = sql
    .exec<RawRequest>(
      `SELECT fingerprint, status, sealed_body, expires_at FROM idempotency
       WHERE request_key = ? AND expires_at > ?`,
      requestKey,
      nowMs,
    )
    .toArray();
  if (!row) return null;
  const { fingerprint, status, sealed_body: sealedBody, expires_at: expiresAtMs } = row;
  const finished = status === null || sealedBody === null ? null : { status, sealedBody };
  return { fingerprint, expiresAtMs, finished };
}

export function beginRequest(
  sql: SqlStorage,
  requestKey: string,
  fingerprint: string,
  expiresAtMs: number,
): void {
  sql.exec(
    `INSERT OR REPLACE INTO idempotency (request_key, fingerprint, expires_at) VALUES (?, ?, ?)`,
    requestKey,
    fingerprint,
    expiresAtMs,
  );
}

export function finishRequest(
  sql: SqlStorage,
  requestKey: string,
  status: number,
  sealedBody: string,
): void {
  sql.exec(
    "UPDATE idempotency SET status = ?, sealed_body = ? WHERE request_key = ? AND status IS NULL",
    status,
    sealedBody,
    requestKey,
  );
}

export function forgetRequest(sql: SqlStorage, requestKey: string): void {
  sql.exec("DELETE FROM idempotency WHERE request_key = ? AND status IS NULL", requestKey);
}

/** Deletes what has expired; returns when the next record expires, or `null`. */
export function purgeRequests(sql: SqlStorage, nowMs: number): number | null {
  sql.exec("DELETE FROM idempotency WHERE expires_at <= ?", nowMs);
  const [row] = sql
    .exec<{ next: number | null }>("SELECT min(expires_at) AS next FROM idempotency")
    .toArray();
  return row?.next ?? null;
}

export type KeptAnswer = { requestKey: string; sealedBody: string };

/** Answers whose sealed text does not begin so, by their keys and behind `after`. */
export function readAnswersSealedElsewhere(
  sql: SqlStorage,
  prefix: string,
  after: string,
  countMax: number,
): KeptAnswer[] {
  return sql
    .exec<{ request_key: string; sealed_body: string }>(
      `SELECT request_key, sealed_body FROM idempotency
       WHERE request_key > ? AND substr(sealed_body, 1, length(?)) <> ?
       ORDER BY request_key LIMIT ?`,
      after,
      prefix,
      prefix,
      countMax,
    )
    .toArray()
    .map((row) => ({ requestKey: row.request_key, sealedBody: row.sealed_body }));
}

/** Puts the same answer, sealed anew, in the place of one; false when it is there no more. */
export function replaceAnswer(sql: SqlStorage, before: KeptAnswer, sealedBody: string): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE idempotency SET sealed_body = ? WHERE request_key = ? AND sealed_body = ?",
    sealedBody,
    before.requestKey,
    before.sealedBody,
  );
  return rowsWritten > 0;
}

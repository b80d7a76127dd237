/** The gate's copy of the account's API keys, and the month's use of those with a quota. */
export const gateKeysMigration = `
  CREATE TABLE keys (
    hash TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    last_used_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE monthly_use (
    key_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (key_id, month)
  ) WITHOUT ROWID;
`;

/** What the gate knows of a key: the store's row and its user, without the key. */
export type KeyRecord = {
  keyId: number;
  hash: string;
  name: string;
  preview: string;
  permissions: string[];
  controls: {
    requests_per_minute: number;
    monthly_quota: number | null;
    allowed_ip_list: string[];
    inactive_ttl_days: number | null;
  };
  status: "active" | "revoked";
  createdAtMs: number;
  user: { id: number; name: string; email: string };
};

export type StoredKey = {
  record: KeyRecord;
  /** When the record was last compared with the store. */
  checkedAtMs: number;
  lastUsedAtMs: number | null;
};

/** Reads a key by its hash. */
export function readKey(sql: SqlStorage, hash: string): StoredKey | null {
  const [row] = sql
    .exec<{ record: string; checked_at: number; last_used_at: number | null }>(
      "SELECT record, checked_at, last_used_at FROM keys WHERE hash = ?",
      hash,
    )
    .toArray();
  if (!row) return null;
  const record: KeyRecord = JSON.parse(row.record);
  return { record, checkedAtMs: row.checked_at, lastUsedAtMs: row.last_used_at };
}

/** Writes a key's record; its last use stays. */
export function writeKey(sql: SqlStorage, record: KeyRecord, nowMs: number): void {
  sql.exec(
    `INSERT INTO keys (hash, record, checked_at) VALUES (?, ?, ?)
     ON CONFLICT (hash) DO UPDATE SET record = excluded.record, checked_at = excluded.checked_at`,
    record.hash,
    JSON.stringify(record),
    nowMs,
  );
}

export function writeLastUse(sql: SqlStorage, hash: string, nowMs: number): void {
  sql.exec("UPDATE keys SET last_used_at = ? WHERE hash = ?", nowMs, hash);
}

/** Requests of the month so far, for example for `2026-11`. */
export function readMonthlyUse(sql: SqlStorage, keyId: number, month: string): number {
  const [row] = sql
    .exec<{ used: number }>(
      "SELECT used FROM monthly_use WHERE key_id = ? AND month = ?",
      keyId,
      month,
    )
    .toArray();
  return row?.used ?? 0;
}

/** Counts one request and forgets the months before. */
export function countMonthlyUse(sql: SqlStorage, keyId: number, month: string): void {
  sql.exec(
    `INSERT INTO monthly_use (key_id, month, used) VALUES (?, ?, 1)
     ON CONFLICT (key_id, month) DO UPDATE SET used = used + 1`,
    keyId,
    month,
  );
}

export function forgetMonthsBefore(sql: SqlStorage, month: string): void {
  sql.exec("DELETE FROM monthly_use WHERE month < ?", month);
}

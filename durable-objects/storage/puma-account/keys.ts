import type { KeyRecord, NewKey } from "../../../src/puma/rules/operation.ts";

/** Typed statements on `keys`. Revoked keys stay listed until `deleteRevokedKeys`. */
const columns = "id, name, prefix, created_ms, revoked_ms, last_used_ms";

type Columns = [string, string, string, number, number | null, number | null];

function keyRecord(columns: Columns): KeyRecord {
  const [id, name, prefix, createdAtMs, revokedAtMs, lastUsedAtMs] = columns;
  return { id, name, prefix, createdAtMs, revokedAtMs, lastUsedAtMs };
}

/** The key in force with this hash, if any. */
export function findKey(sql: SqlStorage, hash: string): KeyRecord | undefined {
  const [found] = sql
    .exec(`SELECT ${columns} FROM keys WHERE hash = ? AND revoked_ms IS NULL`, hash)
    .raw<Columns>();
  return found ? keyRecord(found) : undefined;
}

/** All keys, newest first. */
export function listKeys(sql: SqlStorage): KeyRecord[] {
  const cursor = sql.exec(`SELECT ${columns} FROM keys ORDER BY created_ms DESC, id`);
  return [...cursor.raw<Columns>()].map(keyRecord);
}

/** Keys in force that were made by a sign-in, or those that were not. */
export function countKeys(sql: SqlStorage, fromSignIn: boolean): number {
  const cursor = sql.exec(
    "SELECT count(*) AS keys FROM keys WHERE from_sign_in = ? AND revoked_ms IS NULL",
    fromSignIn ? 1 : 0,
  );
  return Number(cursor.one().keys);
}

export function insertKey(sql: SqlStorage, key: NewKey, fromSignIn: boolean, nowMs: number): void {
  sql.exec(
    `INSERT INTO keys (hash, id, name, prefix, from_sign_in, created_ms)
     VALUES (?, ?, ?, ?, ?, ?)`,
    key.hash,
    key.id,
    key.name,
    key.prefix,
    fromSignIn ? 1 : 0,
    nowMs,
  );
}

/** Revokes a key in force and returns its hash; `undefined` when there is none. */
export function revokeKey(sql: SqlStorage, id: string, nowMs: number): string | undefined {
  const [revoked] = sql
    .exec(
      "UPDATE keys SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL RETURNING hash",
      nowMs,
      id,
    )
    .raw<[string]>();
  return revoked?.[0];
}

/** The id of the sign-in key in force that was used longest ago. */
export function stalestSignInKey(sql: SqlStorage): string | undefined {
  const [found] = sql
    .exec(
      `SELECT id FROM keys WHERE from_sign_in = 1 AND revoked_ms IS NULL
       ORDER BY coalesce(last_used_ms, created_ms), created_ms LIMIT 1`,
    )
    .raw<[string]>();
  return found?.[0];
}

export function recordUse(sql: SqlStorage, hash: string, nowMs: number): void {
  sql.exec("UPDATE keys SET last_used_ms = ? WHERE hash = ?", nowMs, hash);
}

export function deleteKey(sql: SqlStorage, hash: string): void {
  sql.exec("DELETE FROM keys WHERE hash = ?", hash);
}

export function deleteRevokedKeys(sql: SqlStorage, revokedBeforeMs: number): void {
  sql.exec("DELETE FROM keys WHERE revoked_ms <= ?", revokedBeforeMs);
}

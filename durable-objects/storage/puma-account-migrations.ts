import type { Migration } from "./puma-migrate.ts";

/**
 * The tables of an account. All are WITHOUT ROWID: the primary key is the only index, so a change
 * writes one row per table it touches.
 */
export const pumaAccountMigrations: readonly Migration[] = [
  (sql) => {
    sql.exec(`CREATE TABLE keys (
      hash TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      prefix TEXT NOT NULL,
      from_sign_in INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      revoked_ms INTEGER,
      last_used_ms INTEGER
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE tables (
      name TEXT PRIMARY KEY,
      row_count INTEGER NOT NULL,
      bytes INTEGER NOT NULL
    ) WITHOUT ROWID`);
    // newest_first is -created_at, so the order of the key is the order of an unsorted query.
    // terms stand before content: a row that is passed over is not read to its end.
    sql.exec(`CREATE TABLE rows (
      table_name TEXT NOT NULL,
      newest_first INTEGER NOT NULL,
      id TEXT NOT NULL,
      updated_ms INTEGER NOT NULL,
      version INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      terms TEXT,
      content TEXT NOT NULL,
      PRIMARY KEY (table_name, newest_first, id)
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE versions (
      row_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      table_name TEXT NOT NULL,
      archived_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      deleted INTEGER NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (row_id, version)
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE idempotency (
      key TEXT PRIMARY KEY,
      fingerprint TEXT NOT NULL,
      expires_ms INTEGER NOT NULL,
      answer TEXT NOT NULL
    ) WITHOUT ROWID`);
  },
];

import type { Migration } from "../migrate.ts";

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
    // Read backwards, the key is in the order of an unsorted query: newest first, then by id. New rows
    // go to a table's end; at its beginning each would make SQLite rewrite four pages instead of one.
    // terms stand before content: a row that is passed over is not read to its end.
    sql.exec(`CREATE TABLE rows (
      table_name TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      id TEXT NOT NULL,
      updated_ms INTEGER NOT NULL,
      version INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      terms TEXT,
      content TEXT NOT NULL,
      PRIMARY KEY (table_name, created_ms, id DESC)
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
  (sql) => {
    sql.exec(`CREATE TABLE page_links (
      id TEXT PRIMARY KEY,
      expires_ms INTEGER NOT NULL,
      key_id TEXT NOT NULL,
      target TEXT NOT NULL
    ) WITHOUT ROWID`);
  },
  (sql) => {
    sql.exec(`CREATE TABLE oauth_records (
      name TEXT PRIMARY KEY,
      expires_ms INTEGER,
      version INTEGER NOT NULL,
      metadata TEXT,
      value TEXT NOT NULL
    ) WITHOUT ROWID`);
  },
];

-- An account as version 1 of its tables left it. Never edit: it is what lies on disks.
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE keys (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  from_sign_in INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  revoked_ms INTEGER,
  last_used_ms INTEGER
) WITHOUT ROWID;
INSERT INTO keys VALUES ('{{KEY_HASH}}', 'key_old1', 'magic link 2026-01-01', 'puma_live_…old1', 1, 1767225600000, NULL, 1767225660000);
INSERT INTO keys VALUES ('0000', 'key_old2', 'gone', 'puma_live_…old2', 0, 1767225600001, 1767225700000, NULL);
CREATE TABLE tables (
  name TEXT PRIMARY KEY,
  row_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO tables VALUES ('notes', 2, 39), ('odd', 1, 26);
CREATE TABLE rows (
  table_name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  id TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  version INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  terms TEXT,
  content TEXT NOT NULL,
  PRIMARY KEY (table_name, created_ms, id DESC)
) WITHOUT ROWID;
INSERT INTO rows VALUES ('notes', 1767225600000, '019b76da-a800-7000-8000-000000000001', 1767225601000, 1, 22, NULL, '{"title":"old","n":-0}');
INSERT INTO rows VALUES ('notes', 1767225600000, '019b76da-a800-7001-8000-000000000002', 1767225600000, 0, 17, NULL, '{"title":"other"}');
INSERT INTO rows VALUES ('odd', 1767225600000, '019b76da-a800-7002-8000-000000000003', 1767225600000, 0, 26, NULL, '{"__proto__":1,"":"\ud800"}');
CREATE TABLE versions (
  row_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  archived_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (row_id, version)
) WITHOUT ROWID;
INSERT INTO versions VALUES ('019b76da-a800-7000-8000-000000000001', 1, 'notes', {{NOW_MS}}, 1767225600000, 0, '{"title":"older"}');
CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  expires_ms INTEGER NOT NULL,
  answer TEXT NOT NULL
) WITHOUT ROWID;

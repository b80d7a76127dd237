import type { Migration } from "../migrate.ts";

/**
 * The tables of a mailbox. A link has one token for each attempt to mail it, because a token is
 * never kept in clear: a mail that has to be sent again carries a new one, and both work.
 */
export const pumaMailboxMigrations: readonly Migration[] = [
  (sql) => {
    sql.exec("CREATE TABLE account (id TEXT NOT NULL)");
    sql.exec("CREATE TABLE requests (requested_ms INTEGER NOT NULL)");
    sql.exec(`CREATE TABLE links (
      id TEXT PRIMARY KEY,
      expires_ms INTEGER NOT NULL,
      lifetime_ms INTEGER NOT NULL,
      spent INTEGER NOT NULL
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE tokens (
      hash TEXT PRIMARY KEY,
      link_id TEXT NOT NULL
    ) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE mails (
      link_id TEXT PRIMARY KEY,
      address TEXT NOT NULL,
      link_prefix TEXT NOT NULL,
      mailbox_id TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      next_attempt_ms INTEGER NOT NULL
    ) WITHOUT ROWID`);
  },
  // What a link is for, whom it was mailed to, and who invited them to what.
  (sql) => {
    sql.exec("ALTER TABLE links ADD COLUMN purpose TEXT NOT NULL DEFAULT 'key'");
    sql.exec("ALTER TABLE links ADD COLUMN address TEXT NOT NULL DEFAULT ''");
    sql.exec("ALTER TABLE links ADD COLUMN invitation TEXT NOT NULL DEFAULT 'null'");
  },
];

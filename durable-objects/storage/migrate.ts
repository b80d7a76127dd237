/**
 * Numbered migrations inside an object. The n-th entry of a list brings the tables from version n-1
 * to n. Entries are appended, never edited, and only add: after a roll-back, older code still reads
 * newer tables. An object that was never opened has no tables at all, not even this one.
 */
export type Migration = (sql: SqlStorage) => void;

/** The version of the object's tables; 0 when it was never opened. */
export function tablesVersion(sql: SqlStorage): number {
  const [table] = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").toArray();
  if (!table) return 0;
  return Number(sql.exec("SELECT version FROM schema_version").one().version);
}

/** Brings the tables up to date, all in one transaction; creates them when there are none. */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  const { sql } = storage;
  const from = tablesVersion(sql);
  if (from >= migrations.length) return;
  storage.transactionSync(() => {
    if (from === 0) {
      sql.exec("CREATE TABLE schema_version (version INTEGER NOT NULL)");
      sql.exec("INSERT INTO schema_version VALUES (0)");
    }
    for (const migration of migrations.slice(from)) migration(sql);
    sql.exec("UPDATE schema_version SET version = ?", migrations.length);
  });
}

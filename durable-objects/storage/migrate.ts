/**
 * Numbered migrations of an object's SQLite database. They run at the first real write, in the
 * object's own transaction; an object that nobody ever wrote to stays without a table. Append only.
 */
const versionTable = "schema_version";

function tableExists(sql: SqlStorage): boolean {
  const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
  return sql.exec(query, versionTable).toArray().length > 0;
}

/** The version the object's data is at; 0 when it has never been written to. */
export function schemaVersion(sql: SqlStorage): number {
  if (!tableExists(sql)) return 0;
  const row = sql.exec<{ version: number }>(`SELECT version FROM ${versionTable}`).one();
  return row.version;
}

/** Brings the data from `from` to the last migration. Call within the transaction that writes. */
export function migrate(sql: SqlStorage, from: number, migrations: readonly string[]): void {
  if (from >= migrations.length) return;
  if (from === 0) {
    sql.exec(`CREATE TABLE ${versionTable} (version INTEGER NOT NULL)`);
    sql.exec(`INSERT INTO ${versionTable} VALUES (0)`);
  }
  for (const migration of migrations.slice(from)) sql.exec(migration);
  sql.exec(`UPDATE ${versionTable} SET version = ?`, migrations.length);
}

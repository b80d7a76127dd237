// A schema is a database here, so the catalog is that of the one that the session stands in.

import type { Catalog } from "./catalog.ts";
import { type ReadRows, textOf } from "./port.ts";
import { type Introspection, readCatalog } from "./read-catalog.ts";

// The server writes "VIEW" where a view's comment would stand.
const tables = `SELECT table_schema AS \`schema\`, table_name AS name, table_type = 'VIEW' AS is_view,
  IF(table_type = 'VIEW', '', table_comment) AS comment, table_rows AS estimate,
  data_length AS bytes
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'VIEW') ORDER BY table_name`;

const columns = `SELECT table_schema AS \`schema\`, table_name AS \`table\`, column_name AS name,
  column_type AS type, is_nullable AS nullable, column_comment AS comment
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

const keys = `SELECT k.table_schema AS \`schema\`, k.table_name AS \`table\`, k.constraint_name AS \`key\`,
  CASE c.constraint_type WHEN 'PRIMARY KEY' THEN 'primary' WHEN 'UNIQUE' THEN 'unique'
    WHEN 'FOREIGN KEY' THEN 'foreign' END AS kind,
  k.column_name AS \`column\`, k.referenced_table_schema AS target_schema,
  k.referenced_table_name AS target_table, k.referenced_column_name AS target_column
FROM information_schema.key_column_usage k JOIN information_schema.table_constraints c
  ON c.constraint_schema = k.constraint_schema AND c.table_name = k.table_name
  AND c.constraint_name = k.constraint_name
WHERE k.table_schema = DATABASE() ORDER BY k.table_name, k.constraint_name, k.ordinal_position`;

/** A statement whose `hash` changes when a table, a column or a key does; one cheap read. */
export const mysqlSchemaHashSql = `SELECT MD5(CONCAT(
  (SELECT CONCAT(COUNT(*), '.', COALESCE(SUM(CRC32(CONCAT_WS('.', table_name, column_name, ordinal_position, column_type, is_nullable))), 0))
   FROM information_schema.columns WHERE table_schema = DATABASE()), '.',
  (SELECT CONCAT(COUNT(*), '.', COALESCE(SUM(CRC32(CONCAT_WS('.', table_name, constraint_name, column_name))), 0))
   FROM information_schema.key_column_usage WHERE table_schema = DATABASE()))) AS hash`;

const introspection: Introspection = {
  engine: "mysql",
  tables,
  columns,
  keys,
  labelsOf: (row) => enumLabels(textOf(row, "type")),
};

/** Reads the catalog of the database that `read` stands in; see `readCatalog`. */
export async function introspectMysql(
  read: ReadRows,
  readValues: ReadRows = read,
): Promise<Catalog> {
  return await readCatalog(introspection, read, readValues);
}

/** The labels inside `enum('a','it''s')`. */
function enumLabels(type: string): string[] {
  if (!/^(enum|set)\(/i.test(type)) return [];
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map((match) =>
    (match[1] ?? "").replaceAll("''", "'"),
  );
}

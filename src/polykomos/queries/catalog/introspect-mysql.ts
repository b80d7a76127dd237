// A schema is a database here, so the catalog is that of the one that the session stands in.

import type { ColumnRow, TableRow } from "./assemble.ts";
import type { Catalog } from "./catalog.ts";
import { columnKind } from "./column-kind.ts";
import { type CatalogRow, isTrue, numberOf, type ReadRows, textOf, textOrNull } from "./port.ts";
import { type Introspection, readCatalog } from "./read-catalog.ts";

const TABLES = `SELECT table_schema AS \`schema\`, table_name AS name, table_type AS kind,
  table_comment AS comment, table_rows AS estimate, data_length AS bytes
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'VIEW') ORDER BY table_name`;

const COLUMNS = `SELECT table_schema AS \`schema\`, table_name AS \`table\`, column_name AS name,
  column_type AS type, is_nullable AS nullable, column_comment AS comment
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

const KEYS = `SELECT k.table_schema AS \`schema\`, k.table_name AS \`table\`, k.constraint_name AS \`key\`,
  c.constraint_type AS kind, k.column_name AS \`column\`, k.referenced_table_schema AS target_schema,
  k.referenced_table_name AS target_table, k.referenced_column_name AS target_column
FROM information_schema.key_column_usage k JOIN information_schema.table_constraints c
  ON c.constraint_schema = k.constraint_schema AND c.table_name = k.table_name
  AND c.constraint_name = k.constraint_name
WHERE k.table_schema = DATABASE() ORDER BY k.table_name, k.constraint_name, k.ordinal_position`;

/** Changes when a table, a column or a key does; one cheap read, to keep a catalog by. */
export const MYSQL_SCHEMA_HASH = `SELECT MD5(CONCAT(
  (SELECT CONCAT(COUNT(*), '.', COALESCE(SUM(CRC32(CONCAT_WS('.', table_name, column_name, ordinal_position, column_type, is_nullable))), 0))
   FROM information_schema.columns WHERE table_schema = DATABASE()), '.',
  (SELECT CONCAT(COUNT(*), '.', COALESCE(SUM(CRC32(CONCAT_WS('.', table_name, constraint_name, column_name))), 0))
   FROM information_schema.key_column_usage WHERE table_schema = DATABASE()))) AS hash`;

const introspection: Introspection = {
  engine: "mysql",
  tables: TABLES,
  columns: COLUMNS,
  keys: KEYS,
  kindsOfKey: { "PRIMARY KEY": "primary", UNIQUE: "unique", "FOREIGN KEY": "foreign" },
  tableRow,
  columnRow,
};

/** Reads the catalog of the database that `read` stands in, its few-valued columns included. */
export async function introspectMysql(read: ReadRows): Promise<Catalog> {
  return await readCatalog(read, introspection);
}

function tableRow(row: CatalogRow): TableRow {
  const isView = textOf(row, "kind") === "VIEW";
  return {
    schema: textOf(row, "schema"),
    name: textOf(row, "name"),
    isView,
    // The server writes "VIEW" where a view's comment would stand.
    comment: isView ? null : textOrNull(row, "comment"),
    rowEstimate: numberOf(row, "estimate"),
  };
}

function columnRow(row: CatalogRow): ColumnRow {
  const type = textOf(row, "type");
  return {
    schema: textOf(row, "schema"),
    table: textOf(row, "table"),
    column: {
      name: textOf(row, "name"),
      type,
      kind: columnKind(type),
      isNullable: isTrue(row, "nullable"),
      comment: textOrNull(row, "comment"),
      values: enumLabels(type),
    },
  };
}

/** The labels inside `enum('a','it''s')`. */
function enumLabels(type: string): string[] {
  if (!/^(enum|set)\(/i.test(type)) return [];
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map((match) =>
    (match[1] ?? "").replaceAll("''", "'"),
  );
}

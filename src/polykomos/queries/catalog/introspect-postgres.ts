// Four statements whatever the size of the database, and one or two for the values.

import type { ColumnRow, TableRow } from "./assemble.ts";
import type { Catalog } from "./catalog.ts";
import { columnKind } from "./column-kind.ts";
import { type CatalogRow, isTrue, numberOf, type ReadRows, textOf, textOrNull } from "./port.ts";
import { type Introspection, readCatalog } from "./read-catalog.ts";

const OURS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

const TABLES = `SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
  obj_description(c.oid, 'pg_class') AS comment, c.reltuples AS estimate,
  pg_relation_size(c.oid) AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OURS} AND NOT c.relispartition ORDER BY n.nspname, c.relname`;

const COLUMNS = `SELECT n.nspname AS schema, c.relname AS table, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  col_description(c.oid, a.attnum) AS comment, t.typtype AS typtype,
  (SELECT string_agg(e.enumlabel, chr(31) ORDER BY e.enumsortorder)
   FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
WHERE ${OURS} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY n.nspname, c.relname, a.attnum`;

const KEYS = `SELECT n.nspname AS schema, c.relname AS table, k.conname AS key, k.contype AS kind,
  a.attname AS column, fn.nspname AS target_schema, f.relname AS target_table, fa.attname AS target_column
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(attnum, place)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.confkey[u.place]
WHERE k.contype IN ('p', 'u', 'f') AND ${OURS} ORDER BY n.nspname, c.relname, k.conname, u.place`;

/** Changes when a table, a column or a key does; one cheap read, to keep a catalog by. */
export const POSTGRES_SCHEMA_HASH = `SELECT md5(
  (SELECT coalesce(string_agg(concat_ws('.', n.nspname, c.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull), ',' ORDER BY n.nspname, c.relname, a.attnum), '')
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${OURS} AND a.attnum > 0 AND NOT a.attisdropped)
  || (SELECT coalesce(string_agg(concat_ws('.', conrelid, conname, contype), ',' ORDER BY conrelid, conname), '') FROM pg_constraint)
  || (SELECT count(*)::text FROM pg_enum)) AS hash`;

const ENUM_TYPE = "e";
const LABEL_SEPARATOR = "\u001f";

const introspection: Introspection = {
  engine: "postgres",
  tables: TABLES,
  columns: COLUMNS,
  keys: KEYS,
  kindsOfKey: { p: "primary", u: "unique", f: "foreign" },
  tableRow,
  columnRow,
};

/** Reads the catalog of the database that `read` is connected to, its few-valued columns included. */
export async function introspectPostgres(read: ReadRows): Promise<Catalog> {
  return await readCatalog(read, introspection);
}

function tableRow(row: CatalogRow): TableRow {
  return {
    schema: textOf(row, "schema"),
    name: textOf(row, "name"),
    isView: /^[vm]$/.test(textOf(row, "kind")),
    comment: textOrNull(row, "comment"),
    rowEstimate: Math.round(numberOf(row, "estimate")),
  };
}

function columnRow(row: CatalogRow): ColumnRow {
  const type = textOf(row, "type");
  const labels = textOf(row, "labels");
  return {
    schema: textOf(row, "schema"),
    table: textOf(row, "table"),
    column: {
      name: textOf(row, "name"),
      type,
      kind: columnKind(type, textOf(row, "typtype") === ENUM_TYPE),
      isNullable: isTrue(row, "nullable"),
      comment: textOrNull(row, "comment"),
      values: labels === "" ? [] : labels.split(LABEL_SEPARATOR),
    },
  };
}

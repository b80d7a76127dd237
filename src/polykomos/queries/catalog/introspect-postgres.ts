import type { Catalog } from "./catalog.ts";
import { type ReadRows, textOf } from "./port.ts";
import { type Introspection, readCatalog } from "./read-catalog.ts";

/** Relations of the customer's own schemas. */
const own = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

const tables = `SELECT n.nspname AS schema, c.relname AS name,
  c.relkind IN ('v', 'm') AS is_view,
  obj_description(c.oid, 'pg_class') AS comment, c.reltuples AS estimate,
  pg_relation_size(c.oid) AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${own} AND NOT c.relispartition ORDER BY n.nspname, c.relname`;

const columns = `SELECT n.nspname AS schema, c.relname AS table, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  col_description(c.oid, a.attnum) AS comment,
  (SELECT string_agg(e.enumlabel, chr(31) ORDER BY e.enumsortorder)
   FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${own} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY n.nspname, c.relname, a.attnum`;

const keys = `SELECT n.nspname AS schema, c.relname AS table, k.conname AS key,
  CASE k.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign' END AS kind,
  a.attname AS column, fn.nspname AS target_schema, f.relname AS target_table, fa.attname AS target_column
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(attnum, place)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.confkey[u.place]
WHERE k.contype IN ('p', 'u', 'f') AND ${own} ORDER BY n.nspname, c.relname, k.conname, u.place`;

/** A statement whose `hash` changes when a table, a column or a key does; one cheap read. */
export const postgresSchemaHashSql = `SELECT md5(
  (SELECT coalesce(string_agg(concat_ws('.', n.nspname, c.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull), ',' ORDER BY n.nspname, c.relname, a.attnum), '')
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${own} AND a.attnum > 0 AND NOT a.attisdropped)
  || (SELECT coalesce(string_agg(concat_ws('.', conrelid, conname, contype), ',' ORDER BY conrelid, conname), '') FROM pg_constraint)
  || (SELECT count(*)::text FROM pg_enum)) AS hash`;

const labelSeparator = "\u001f";

const introspection: Introspection = {
  engine: "postgres",
  tables,
  columns,
  keys,
  labelsOf(row) {
    const labels = textOf(row, "labels");
    return labels === "" ? [] : labels.split(labelSeparator);
  },
};

/** Reads the catalog of the database that `read` is connected to; see `readCatalog`. */
export async function introspectPostgres(
  read: ReadRows,
  readValues: ReadRows = read,
): Promise<Catalog> {
  return await readCatalog(introspection, read, readValues);
}

// Few-valued text columns are read beforehand, so that a question needs no look-up for "active" or
// "France". Small tables are asked; of a big one PostgreSQL's statistics tell the common values.

import type { Dialect } from "../translator.ts";
import type { Catalog, Column, Table } from "./catalog.ts";
import { quoteName, quoteTable } from "./names.ts";
import { type CatalogRow, type ReadRows, textOf } from "./port.ts";

type TableSize = { schema: string; table: string; bytes: number };

const smallTableBytesMax = 4 * 1024 * 1024;
const valuesMax = 200;
const valueCharsMax = 64;
const columnsPerStatementMax = 60;
const statementsMax = 8;
const totalCharsMax = 512 * 1024;

/** Where the common values are all that there are: of a list with gaps, the others could not be found. */
const commonValuesSql = `SELECT schemaname AS schema, tablename AS table, attname AS name,
  array_to_string(most_common_vals::text::text[], chr(31)) AS vals
FROM pg_stats WHERE n_distinct BETWEEN 1 AND cardinality(most_common_vals::text::text[])
  AND schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3`;

/** A column and the table that it is part of. */
export type Place = { table: Table; column: Column };

/** The text columns of tables whose values are not known, in the catalog's order. */
export function textColumnsUnknown(catalog: Catalog): Place[] {
  return catalog.tables
    .filter((table) => !table.isView)
    .flatMap((table) => table.columns.map((column) => ({ table, column })))
    .filter(({ column }) => column.kind === "text" && column.values.length === 0);
}

/** The same catalog with `values` filled in, within bounds of statements, values and bytes. */
export async function addValues(
  catalog: Catalog,
  sizes: readonly TableSize[],
  dialect: Dialect,
  read: ReadRows,
): Promise<Catalog> {
  const bytes = new Map(sizes.map((size) => [`${size.schema}\u0000${size.table}`, size.bytes]));
  const isSmall = ({ table }: Place) =>
    (bytes.get(`${table.schema}\u0000${table.name}`) ?? 0) <= smallTableBytesMax;
  const places = textColumnsUnknown(catalog);
  const small = places.filter(isSmall);
  const found = new Map<string, string[]>();
  for (let batch = 0; batch < statementsMax; batch += 1) {
    const asked = small.slice(batch * columnsPerStatementMax, (batch + 1) * columnsPerStatementMax);
    if (asked.length === 0) break;
    const rows = await read(distinctValues(asked, dialect), []);
    collect(rows, asked, found);
  }
  const hasBig = small.length < places.length;
  if (dialect === "postgres" && hasBig) addCommon(await read(commonValuesSql, []), found);
  return withValues(catalog, found);
}

function distinctValues(places: readonly Place[], dialect: Dialect): string {
  const text = dialect === "postgres" ? "text" : "char";
  const parts = places.map(({ table, column }, index) => {
    const name = quoteName(column.name, dialect);
    const values = `SELECT DISTINCT CAST(${name} AS ${text}) AS v FROM ${quoteTable(table, dialect)} WHERE ${name} IS NOT NULL LIMIT ${valuesMax + 1}`;
    return `(SELECT ${index} AS place, v FROM (${values}) AS x${index})`;
  });
  return `${parts.join(" UNION ALL ")} ORDER BY 1, 2`;
}

function collect(rows: CatalogRow[], places: readonly Place[], found: Map<string, string[]>): void {
  for (const row of rows) {
    const place = places[Number(row.place)];
    if (place === undefined) continue;
    const key = keyOf(place.table.schema, place.table.name, place.column.name);
    const values = found.get(key);
    if (values) values.push(textOf(row, "v"));
    else found.set(key, [textOf(row, "v")]);
  }
}

function addCommon(rows: CatalogRow[], found: Map<string, string[]>): void {
  for (const row of rows) {
    const key = keyOf(textOf(row, "schema"), textOf(row, "table"), textOf(row, "name"));
    if (!found.has(key)) found.set(key, textOf(row, "vals").split("\u001f"));
  }
}

function withValues(catalog: Catalog, found: Map<string, string[]>): Catalog {
  let total = 0;
  const tables = catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const all = found.get(keyOf(table.schema, table.name, column.name)) ?? [];
      if (column.kind !== "text" || all.length === 0 || all.length > valuesMax) return column;
      const values = all.filter((value) => value !== "" && value.length <= valueCharsMax);
      total += values.reduce((sum, value) => sum + value.length, 0);
      return total > totalCharsMax ? column : { ...column, values };
    }),
  }));
  return { tables };
}

function keyOf(schema: string, table: string, column: string): string {
  return `${schema}\u0000${table}\u0000${column}`;
}

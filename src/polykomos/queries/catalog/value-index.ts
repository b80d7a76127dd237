// Few-valued text columns are read beforehand, so that a question needs no look-up for "active" or
// "France". Small tables are asked; of a big one PostgreSQL's statistics tell the common values.

import type { Dialect } from "../translator.ts";
import type { Catalog, Column, Table } from "./catalog.ts";
import { quoteName, quoteTable } from "./names.ts";
import { type CatalogRow, type ReadRows, textOf } from "./port.ts";

export type TableSize = { schema: string; table: string; bytes: number };

const SMALL_TABLE_BYTES = 4 * 1024 * 1024;
const VALUES_MAX = 200;
const VALUE_LENGTH_MAX = 64;
const COLUMNS_A_STATEMENT = 60;
const STATEMENTS_MAX = 8;
const TOTAL_LENGTH_MAX = 512 * 1024;

const COMMON_VALUES = `SELECT schemaname AS schema, tablename AS table, attname AS name,
  array_to_string(most_common_vals::text::text[], chr(31)) AS vals
FROM pg_stats WHERE most_common_vals IS NOT NULL AND n_distinct BETWEEN 0 AND 200
  AND schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3`;

type Place = { table: Table; column: Column };

/** The same catalog with `values` filled in, within bounds of statements, values and bytes. */
export async function addValues(
  catalog: Catalog,
  sizes: readonly TableSize[],
  dialect: Dialect,
  read: ReadRows,
): Promise<Catalog> {
  const bytes = new Map(sizes.map((size) => [`${size.schema}\u0000${size.table}`, size.bytes]));
  const places = catalog.tables
    .filter((table) => !table.isView)
    .flatMap((table) => table.columns.map((column) => ({ table, column })))
    .filter(({ column }) => column.kind === "text" && column.values.length === 0);
  const [small, big] = partition(
    places,
    ({ table }) => (bytes.get(`${table.schema}\u0000${table.name}`) ?? 0) <= SMALL_TABLE_BYTES,
  );
  const found = new Map<string, string[]>();
  for (let batch = 0; batch < STATEMENTS_MAX; batch += 1) {
    const asked = small.slice(batch * COLUMNS_A_STATEMENT, (batch + 1) * COLUMNS_A_STATEMENT);
    if (asked.length === 0) break;
    const rows = await read(distinctValues(asked, dialect), []);
    collect(rows, asked, found);
  }
  if (dialect === "postgres" && big.length > 0) addCommon(await read(COMMON_VALUES, []), found);
  return withValues(catalog, found);
}

function distinctValues(places: readonly Place[], dialect: Dialect): string {
  const text = dialect === "postgres" ? "text" : "char";
  const parts = places.map(({ table, column }, index) => {
    const name = quoteName(column.name, dialect);
    const values = `SELECT DISTINCT CAST(${name} AS ${text}) AS v FROM ${quoteTable(table, dialect)} WHERE ${name} IS NOT NULL LIMIT ${VALUES_MAX + 1}`;
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
      if (column.kind !== "text" || all.length === 0 || all.length > VALUES_MAX) return column;
      const values = all.filter((value) => value !== "" && value.length <= VALUE_LENGTH_MAX);
      total += values.reduce((sum, value) => sum + value.length, 0);
      return total > TOTAL_LENGTH_MAX ? column : { ...column, values };
    }),
  }));
  return { tables };
}

function keyOf(schema: string, table: string, column: string): string {
  return `${schema}\u0000${table}\u0000${column}`;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

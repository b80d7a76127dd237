import { assembleCatalog, type ColumnRow, type KeyRow, type TableRow } from "./assemble.ts";
import type { Catalog } from "./catalog.ts";
import { type CatalogRow, numberOf, type ReadRows, textOf } from "./port.ts";
import { addValues } from "./value-index.ts";

/** How an engine tells of its tables: three reads, and what their rows mean. */
export type Introspection = {
  engine: "postgres" | "mysql";
  tables: string;
  columns: string;
  keys: string;
  /** Its own words for the kinds of keys; a key of another kind is passed over. */
  kindsOfKey: Readonly<Record<string, KeyRow["kind"]>>;
  tableRow(row: CatalogRow): TableRow;
  columnRow(row: CatalogRow): ColumnRow;
};

/** Reads the catalog of the database that `read` stands in, its few-valued columns included. */
export async function readCatalog(read: ReadRows, of: Introspection): Promise<Catalog> {
  const tables = await read(of.tables, []);
  const columns = await read(of.columns, []);
  const keys = await read(of.keys, []);
  const catalog = assembleCatalog(
    tables.map(of.tableRow),
    columns.map(of.columnRow),
    keys.flatMap((row) => keyRow(row, of.kindsOfKey)),
  );
  const sizes = tables.map((row) => ({
    schema: textOf(row, "schema"),
    table: textOf(row, "name"),
    bytes: numberOf(row, "bytes"),
  }));
  return await addValues(catalog, sizes, of.engine, read);
}

function keyRow(row: CatalogRow, kinds: Introspection["kindsOfKey"]): KeyRow[] {
  const kind = kinds[textOf(row, "kind")];
  if (kind === undefined) return [];
  const target = {
    schema: textOf(row, "target_schema"),
    table: textOf(row, "target_table"),
    column: textOf(row, "target_column"),
  };
  return [
    {
      schema: textOf(row, "schema"),
      table: textOf(row, "table"),
      key: textOf(row, "key"),
      kind,
      column: textOf(row, "column"),
      target: kind === "foreign" ? target : null,
    },
  ];
}

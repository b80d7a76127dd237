import { assembleCatalog, type ColumnRow, type KeyRow, type TableRow } from "./assemble.ts";
import type { Catalog } from "./catalog.ts";
import { columnKind } from "./column-kind.ts";
import { type CatalogRow, isTrue, numberOf, type ReadRows, textOf, textOrNull } from "./port.ts";
import { addValues } from "./value-index.ts";

/** How an engine tells of its tables: three statements whose rows have the same names in each. */
export type Introspection = {
  engine: "postgres" | "mysql";
  /** A row a table: `schema`, `name`, `is_view`, `comment`, `estimate` of rows, `bytes`. */
  tables: string;
  /** A row a column, in the table's order: `schema`, `table`, `name`, `type`, `nullable`, `comment`. */
  columns: string;
  /**
   * A row a column of a key, in the key's order: `schema`, `table`, `key`, `kind` (primary, unique or
   * foreign), `column`, and of a foreign one `target_schema`, `target_table`, `target_column`.
   */
  keys: string;
  /** The labels of an enum, from a row of `columns`; none for another type. */
  labelsOf(row: CatalogRow): string[];
};

/**
 * Reads the catalog of the database that `read` stands in, its few-valued columns included. Those are
 * a help and no need: `readValues` may give no rows where that takes too long.
 */
export async function readCatalog(
  of: Introspection,
  read: ReadRows,
  readValues: ReadRows,
): Promise<Catalog> {
  const tables = await read(of.tables, []);
  const columns = await read(of.columns, []);
  const keys = await read(of.keys, []);
  const catalog = assembleCatalog(
    tables.map(tableRow),
    columns.map((row) => columnRow(row, of.labelsOf(row))),
    keys.flatMap(keyRow),
  );
  const sizes = tables.map((row) => ({
    schema: textOf(row, "schema"),
    table: textOf(row, "name"),
    bytes: numberOf(row, "bytes"),
  }));
  return await addValues(catalog, sizes, of.engine, readValues);
}

function tableRow(row: CatalogRow): TableRow {
  return {
    schema: textOf(row, "schema"),
    name: textOf(row, "name"),
    isView: isTrue(row, "is_view"),
    comment: textOrNull(row, "comment"),
    rowEstimate: Math.round(numberOf(row, "estimate")),
  };
}

function columnRow(row: CatalogRow, labels: string[]): ColumnRow {
  const type = textOf(row, "type");
  return {
    schema: textOf(row, "schema"),
    table: textOf(row, "table"),
    column: {
      name: textOf(row, "name"),
      type,
      kind: labels.length > 0 ? "text" : columnKind(type),
      isNullable: isTrue(row, "nullable"),
      comment: textOrNull(row, "comment"),
      values: labels,
    },
  };
}

const keyKinds: readonly KeyRow["kind"][] = ["primary", "unique", "foreign"];

function keyRow(row: CatalogRow): KeyRow[] {
  const kind = keyKinds.find((each) => each === textOf(row, "kind"));
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

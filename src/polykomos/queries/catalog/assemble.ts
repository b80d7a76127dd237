import type { Catalog, Column, ForeignKey, Table } from "./catalog.ts";

/** What both engines' catalogs come down to before it is a tree. */
export type TableRow = Pick<Table, "schema" | "name" | "isView" | "comment" | "rowEstimate">;
export type ColumnRow = { schema: string; table: string; column: Column };
/** One column of one key; rows of a key follow each other in the key's order. */
export type KeyRow = {
  schema: string;
  table: string;
  key: string;
  kind: "primary" | "unique" | "foreign";
  column: string;
  target: { schema: string; table: string; column: string } | null;
};

/** Puts tables, columns and keys together; rows of tables that are not listed are left out. */
export function assembleCatalog(
  tables: readonly TableRow[],
  columns: readonly ColumnRow[],
  keys: readonly KeyRow[],
): Catalog {
  const byName = new Map<string, Table>();
  for (const row of tables) {
    const parts = { columns: [], primaryKey: [], uniques: [], foreignKeys: [] };
    byName.set(place(row.schema, row.name), { ...row, ...parts });
  }
  for (const { schema, table, column } of columns) {
    byName.get(place(schema, table))?.columns.push(column);
  }
  for (const rows of groupKeys(keys).values()) {
    const first = rows[0];
    const table = first && byName.get(place(first.schema, first.table));
    if (first === undefined || table === undefined) continue;
    const names = rows.map((row) => row.column);
    if (first.kind === "primary") table.primaryKey = names;
    else if (first.kind === "unique") table.uniques.push(names);
    else table.foreignKeys.push(...foreignKey(names, rows));
  }
  return { tables: [...byName.values()].filter((table) => table.columns.length > 0) };
}

function foreignKey(columns: string[], rows: KeyRow[]): ForeignKey[] {
  const target = rows[0]?.target;
  if (!target) return [];
  const references = rows.flatMap((row) => (row.target ? [row.target.column] : []));
  return [{ columns, schema: target.schema, table: target.table, references }];
}

function groupKeys(keys: readonly KeyRow[]): Map<string, KeyRow[]> {
  const groups = new Map<string, KeyRow[]>();
  for (const row of keys) {
    const name = `${place(row.schema, row.table)}\u0000${row.key}`;
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

function place(schema: string, table: string): string {
  return `${schema}\u0000${table}`;
}

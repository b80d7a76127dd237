import type { Catalog, Column, Table } from "../../src/polykomos/queries/catalog/catalog.ts";
import { introspectPostgres } from "../../src/polykomos/queries/catalog/introspect-postgres.ts";
import { quoteName, quoteTable } from "../../src/polykomos/queries/catalog/names.ts";
import type { Session } from "./execute.ts";

const SHORT_TEXT = 255;
const ROWS_A_STATEMENT = 200;

/** Copies tables, keys and rows of a PostgreSQL database into a new MariaDB database of that name. */
export async function copyToMariadb(source: Session, target: Session, name: string): Promise<void> {
  const catalog = await introspectPostgres(source.read);
  await target.script(
    `CREATE DATABASE ${quoteName(name, "mysql")} COLLATE utf8mb4_general_ci; USE ${quoteName(name, "mysql")}; SET foreign_key_checks = 0`,
  );
  const tables = catalog.tables.filter((table) => !table.isView);
  for (const table of tables) await copyTable(source, target, table);
  for (const table of tables) await copyForeignKeys(target, table, catalog);
}

async function copyTable(source: Session, target: Session, table: Table): Promise<void> {
  const { rows } = await source.run(
    `SELECT ${table.columns.map(selectColumn).join(", ")} FROM ${quoteTable(table, "postgres")}`,
  );
  const columns = table.columns.map((column, index) => {
    const longest = Math.max(0, ...rows.map((row) => row[index]?.length ?? 0));
    const isNull = column.isNullable ? "" : " NOT NULL";
    return `${quoteName(column.name, "mysql")} ${mariadbType(column, longest)}${isNull}`;
  });
  const keys = table.primaryKey.map((column) => quoteName(column, "mysql")).join(", ");
  const primary = keys === "" ? [] : [`PRIMARY KEY (${keys})`];
  await target.script(
    `CREATE TABLE ${quoteTable(table, "mysql")} (${[...columns, ...primary].join(", ")})`,
  );
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const tuples = rows
      .slice(at, at + ROWS_A_STATEMENT)
      .map((row) => `(${row.map(literal).join(", ")})`);
    await target.script(
      `INSERT IGNORE INTO ${quoteTable(table, "mysql")} VALUES ${tuples.join(", ")}`,
    );
  }
}

function selectColumn(column: Column): string {
  const name = quoteName(column.name, "postgres");
  return column.kind === "boolean" ? `${name}::int` : `${name}::text`;
}

function mariadbType(column: Column, longest: number): string {
  const type = column.type.toLowerCase();
  if (column.kind === "boolean") return "tinyint(1)";
  if (/^(bigint|integer|smallint)$/.test(type)) return type;
  // A float would be shown with fewer digits than PostgreSQL shows.
  if (/^(real|double)/.test(type)) return "double";
  if (column.kind === "number") return type.startsWith("numeric(") ? type : "decimal(30,6)";
  if (column.kind === "timestamp") return "datetime";
  if (column.kind === "date" || column.kind === "time") return column.kind;
  return longest > SHORT_TEXT ? "text" : `varchar(${SHORT_TEXT})`;
}

async function copyForeignKeys(target: Session, table: Table, catalog: Catalog): Promise<void> {
  for (const key of table.foreignKeys) {
    const to = catalog.tables.find((other) => other.name === key.table);
    if (to === undefined) continue;
    const list = (names: string[]) => names.map((name) => quoteName(name, "mysql")).join(", ");
    const sql = `ALTER TABLE ${quoteTable(table, "mysql")} ADD FOREIGN KEY (${list(key.columns)}) REFERENCES ${quoteTable(to, "mysql")} (${list(key.references)})`;
    try {
      await target.script(sql);
    } catch (error) {
      // MariaDB wants the same type and an index on the other side; the join can be inferred too.
      if (!(error instanceof Error)) throw error;
    }
  }
}

function literal(cell: string | null): string {
  if (cell === null) return "NULL";
  return `'${cell.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

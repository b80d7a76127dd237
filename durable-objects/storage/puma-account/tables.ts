import type { PumaLimits } from "../../../src/puma/limits.ts";
import { pumaFault } from "../../../src/puma/rules/code.ts";

/**
 * How full an account is. A transaction loads the ledger once (at most one row per table), moves it
 * with every change and saves it at its end, so a batch of a hundred adds counts with one write.
 */
type TableUse = { rowCount: number; bytes: number };

export class UsageLedger {
  readonly #limits: PumaLimits;
  readonly #tables = new Map<string, TableUse>();
  readonly #changed = new Set<string>();
  #bytes = 0;

  constructor(sql: SqlStorage, limits: PumaLimits) {
    this.#limits = limits;
    for (const [name, rowCount, bytes] of sql
      .exec("SELECT name, row_count, bytes FROM tables")
      .raw<[string, number, number]>()) {
      this.#tables.set(name, { rowCount, bytes });
      this.#bytes += bytes;
    }
  }

  /** Rows of a table; 0 when there is none. */
  rowCount(table: string): number {
    return this.#tables.get(table)?.rowCount ?? 0;
  }

  /** Makes room for a new row. Faults: a full table, account, or too many tables. */
  addRow(table: string, bytes: number): void {
    const { tablesMax, rowsPerTableMax } = this.#limits;
    this.#checkRow(bytes);
    if (!this.#tables.has(table) && this.#tables.size >= tablesMax) {
      throw pumaFault("too_many_tables", `An account has at most ${tablesMax} tables`, {
        max_tables: tablesMax,
      });
    }
    if (this.rowCount(table) >= rowsPerTableMax) {
      throw pumaFault("table_full", `A table has at most ${rowsPerTableMax} rows`, {
        max_rows_per_table: rowsPerTableMax,
      });
    }
    this.#checkAccount(bytes);
    this.#move(table, 1, bytes);
  }

  /** Makes room for a row's new content. Faults: a full account. */
  resizeRow(table: string, oldBytes: number, newBytes: number): void {
    this.#checkRow(newBytes);
    this.#checkAccount(newBytes - oldBytes);
    if (newBytes !== oldBytes) this.#move(table, 0, newBytes - oldBytes);
  }

  removeRow(table: string, bytes: number): void {
    this.#move(table, -1, -bytes);
  }

  /** Writes what changed; a table without rows is gone. */
  save(sql: SqlStorage): void {
    for (const name of this.#changed) {
      const use = this.#tables.get(name);
      if (use) {
        sql.exec(
          `INSERT INTO tables (name, row_count, bytes) VALUES (?, ?, ?) ON CONFLICT (name)
           DO UPDATE SET row_count = excluded.row_count, bytes = excluded.bytes`,
          name,
          use.rowCount,
          use.bytes,
        );
      } else {
        sql.exec("DELETE FROM tables WHERE name = ?", name);
      }
    }
  }

  #checkRow(bytes: number): void {
    const { rowBytesMax } = this.#limits;
    if (bytes <= rowBytesMax) return;
    throw pumaFault("row_too_large", `The row takes ${bytes} bytes of at most ${rowBytesMax}`, {
      bytes,
      max_row_bytes: rowBytesMax,
    });
  }

  #checkAccount(addedBytes: number): void {
    const { accountBytesMax } = this.#limits;
    const bytes = this.#bytes + addedBytes;
    if (addedBytes <= 0 || bytes <= accountBytesMax) return;
    throw pumaFault(
      "account_full",
      `The account's rows would take ${bytes} bytes of at most ${accountBytesMax}`,
      { bytes, max_account_bytes: accountBytesMax },
    );
  }

  #move(table: string, rows: number, bytes: number): void {
    const use = this.#tables.get(table) ?? { rowCount: 0, bytes: 0 };
    const next = { rowCount: use.rowCount + rows, bytes: use.bytes + bytes };
    if (next.rowCount === 0) this.#tables.delete(table);
    else this.#tables.set(table, next);
    this.#bytes += bytes;
    this.#changed.add(table);
  }
}

/** All tables by name, with their number of rows. */
export function listTables(sql: SqlStorage): { name: string; rows: number }[] {
  const cursor = sql.exec("SELECT name, row_count FROM tables ORDER BY name");
  return [...cursor.raw<[string, number]>()].map(([name, rows]) => ({ name, rows }));
}

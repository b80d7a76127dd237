/** One read of the customer's database; parameters are bound, never pasted. */
export type ReadRows = (sql: string, params: readonly unknown[]) => Promise<CatalogRow[]>;
export type CatalogRow = Record<string, unknown>;

/** A cell of a catalog's own columns, which are text in both engines. */
export function textOf(row: CatalogRow, name: string): string {
  const value = row[name];
  return value === null || value === undefined ? "" : String(value);
}

/** The same; null for an empty text, which is how both engines say that there is none. */
export function textOrNull(row: CatalogRow, name: string): string | null {
  const text = textOf(row, name);
  return text === "" ? null : text;
}

/** A number from 0; 0 where there is none, or the engine says -1 for not known. */
export function numberOf(row: CatalogRow, name: string): number {
  const value = Number(row[name]);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** Drivers differ in what they make of a truth value: `true`, `1`, `"t"`, `"YES"`. */
export function isTrue(row: CatalogRow, name: string): boolean {
  return /^(true|t|1|yes)$/i.test(textOf(row, name));
}

// One statement asks which of a question's words are values: a branch a text column, the words bound
// as parameters, each branch cut short. Comparison ignores case in both engines.

import type { Catalog } from "../catalog/catalog.ts";
import { quoteName, quoteTable } from "../catalog/names.ts";
import { type CatalogRow, type ReadRows, textOf } from "../catalog/port.ts";
import { type Place, textColumnsUnknown } from "../catalog/value-index.ts";
import type { Dialect, Probe, ValueHit } from "../translator.ts";

const termsMax = 60;
const columnsMax = 120;
const hitsPerColumnMax = 8;

/** A probe that asks through `read`; terms and columns beyond the bounds are left out, the last ones first. */
export function makeProbe(catalog: Catalog, dialect: Dialect, read: ReadRows): Probe {
  return async (terms) => {
    const statement = probeStatement(catalog, dialect, terms);
    if (statement === null) return [];
    const rows = await read(statement.sql, statement.params);
    return rows.flatMap((row) => hitOf(row, statement.places));
  };
}

/** The statement and its parameters; null when there is nothing to ask or nowhere to look. */
function probeStatement(
  catalog: Catalog,
  dialect: Dialect,
  terms: readonly string[],
): { sql: string; params: string[]; places: Place[] } | null {
  const asked = [...new Set(terms.map((term) => term.toLowerCase()))].slice(0, termsMax);
  const places = textColumnsUnknown(catalog).slice(0, columnsMax);
  if (asked.length === 0 || places.length === 0) return null;
  const params: string[] = dialect === "postgres" ? asked : places.flatMap(() => asked);
  const branches = places.map(({ table, column }, index) => {
    const name = quoteName(column.name, dialect);
    const text = dialect === "postgres" ? `${name}::text` : name;
    const list = asked.map((_term, at) => (dialect === "postgres" ? `$${at + 1}` : "?")).join(", ");
    return `(SELECT DISTINCT ${index} AS place, ${text} AS v FROM ${quoteTable(table, dialect)} WHERE lower(${text}) IN (${list}) LIMIT ${hitsPerColumnMax})`;
  });
  return { sql: `${branches.join(" UNION ALL ")} ORDER BY 1, 2`, params, places };
}

function hitOf(row: CatalogRow, places: readonly Place[]): ValueHit[] {
  const place = places[Number(row.place)];
  if (place === undefined) return [];
  const { table, column } = place;
  const value = textOf(row, "v");
  return [{ schema: table.schema, table: table.name, column: column.name, value }];
}

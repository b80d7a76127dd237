// Values that stand in the database, and rows that are named by one: "customer Ada", "order 5".

import { writeName } from "../../catalog/names.ts";
import type { Dialect } from "../../translator.ts";
import { textLiteral } from "../compile/dialect.ts";
import { labelColumns } from "../link/labels.ts";
import type { Reader } from "./reader.ts";

export type Setting = { reader: Reader; dialect: Dialect; now: Date };

export type Known = { table: number; column: string; sql: string };

/** The condition on a table's own column; null when the value stands in none or in several of them. */
export function conditionOf(known: Known[], table: number): string | null {
  const own = known.filter((each) => each.table === table);
  const [one, ...others] = own;
  return one && others.length === 0 ? one.sql : null;
}

/** A value that is known to stand somewhere, with all its places; the longest that fits. */
export function readKnown({ reader, dialect }: Setting): Known[] | null {
  for (let length = 5; length > 0; length -= 1) {
    const to = reader.at + length;
    if (to > reader.tokens.length) continue;
    const isQuoted = reader.peek()?.kind === "quoted";
    if (isQuoted && length > 1) continue;
    const said = isQuoted ? (reader.peek()?.raw ?? "") : reader.textBetween(reader.at, to);
    const places = placesOf(reader, said);
    if (places.length === 0) continue;
    reader.at = to;
    return places.map(({ table, column, value }) => {
      const name = writeName(column, dialect);
      return { table, column, sql: `${name} = ${textLiteral(value, dialect)}` };
    });
  }
  return null;
}

type Place = { table: number; column: string; value: string };

/** Where a value stands, in the catalog's known values and in what the probe found. */
export function placesOf(reader: Reader, said: string): Place[] {
  const key = said.toLowerCase().trim();
  const probed = reader.hits
    .filter((hit) => hit.value.toLowerCase().trim() === key)
    .flatMap((hit): Place[] => {
      const table = reader.catalog.tables.findIndex(
        (each) => each.name === hit.table && each.schema === hit.schema,
      );
      return table < 0 ? [] : [{ table, column: hit.column, value: hit.value }];
    });
  const known = reader.lexicon.values.get(key) ?? [];
  const all = [...known, ...probed];
  return all.filter(
    (one, at) => all.findIndex((each) => JSON.stringify(each) === JSON.stringify(one)) === at,
  );
}

/** A key or label right behind the table: "order 5", "order number 5", "customer Ada". */
export function readKey(setting: Setting, table: number): string | null {
  const { reader, dialect } = setting;
  const { primaryKey } = reader.tableAt(table);
  const [key] = primaryKey;
  return reader.attempt(() => {
    reader.take("number", "no", "id", "with id", "with the id", "number :", "id :", "id =");
    const token = reader.peek();
    if (token?.kind === "number" && key !== undefined && primaryKey.length === 1) {
      if (!/^\d+$/.test(token.text)) return null;
      reader.at += 1;
      return `${writeName(key, dialect)} = ${token.text}`;
    }
    if (token?.kind === "quoted") {
      reader.at += 1;
      return labelled(setting, table, token.raw);
    }
    const known = readKnown(setting)?.filter((each) => each.table === table) ?? [];
    const [one, ...others] = known;
    return one && others.length === 0 ? one.sql : null;
  });
}

/** The row that people call so. */
export function labelled({ reader, dialect }: Setting, table: number, said: string): string | null {
  const labels = labelColumns(reader.lexicon, table);
  const [label] = labels;
  const known = placesOf(reader, said).filter((place) => place.table === table);
  const [only, ...others] = known;
  if (only && others.length === 0) {
    return `${writeName(only.column, dialect)} = ${textLiteral(only.value, dialect)}`;
  }
  if (labels.length !== 1 || label?.table !== table) return null;
  const column = reader.tableAt(table).columns.find(({ name }) => name === label.column);
  if (column?.kind !== "text") return null;
  return `${writeName(label.column, dialect)} = ${textLiteral(said, dialect)}`;
}

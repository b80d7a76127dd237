// Which rows a change is about: "the customer named Ada", "all products in category toys".

import { writeName } from "../../catalog/names.ts";
import { readConditions } from "./conditions.ts";
import { conditionOf, type Known, readKey, readKnown, type Setting } from "./known.ts";

export type Target = {
  table: number;
  /** Conditions that all have to hold. */
  conditions: string[];
  /** Every row was asked for, in so many words. */
  isEvery: boolean;
};

const every = ["all", "every", "each", "all of", "any"];

/** Reads the rows up to where `isEnd` says that the sentence goes on with something else. */
export function readRows(setting: Setting, isEnd: () => boolean): Target {
  const { reader } = setting;
  reader.skipArticles();
  const isEvery = reader.take(...every);
  reader.skipArticles();
  const before = adjectives(setting);
  const table = reader.table() ?? reader.fail();
  const conditions = before.map((each) => conditionOf(each, table) ?? reader.fail());
  const isPlural = reader.peek(-1)?.stem !== reader.peek(-1)?.text;
  const key = readKey(setting, table);
  if (key !== null) conditions.push(key);
  conditions.push(...readConditions(setting, table, isEnd));
  const isAll = isEvery || (isPlural && conditions.length === 0);
  if (conditions.length === 0 && !isAll) reader.fail();
  return { table, conditions, isEvery: conditions.length === 0 };
}

/** Values before the table: "cancelled orders"; each with every place where it stands. */
function adjectives(setting: Setting): Known[][] {
  const { reader } = setting;
  const found: Known[][] = [];
  for (;;) {
    const here = reader.at;
    const isTable = reader.attempt(() => reader.table()) !== null;
    reader.at = here;
    if (isTable) return found;
    const known = readKnown(setting) ?? readFlag(setting);
    if (known === null) return found;
    found.push(known);
  }
}

/** "discontinued products": a truth value of the table that follows. */
function readFlag({ reader, dialect }: Setting): Known[] | null {
  const isNegated = reader.take("not", "non");
  for (const table of reader.catalog.tables.keys()) {
    const flag = reader.attempt(() => {
      const column = reader.column(table);
      const after = reader.at;
      if (column?.kind !== "boolean" || reader.table() !== table) return null;
      reader.at = after;
      return column;
    });
    if (flag === null) continue;
    const sql = `${writeName(flag.name, dialect)} = ${isNegated ? "FALSE" : "TRUE"}`;
    return [{ table, column: flag.name, sql }];
  }
  if (isNegated) reader.fail();
  return null;
}

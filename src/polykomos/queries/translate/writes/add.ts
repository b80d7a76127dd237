// New rows: "add a customer named Ada with email ada@example.com", "insert into products name Tea,
// price 5", "add an order for customer Ada with total 12".

import type { Column } from "../../catalog/catalog.ts";
import { writeName, writeTable } from "../../catalog/names.ts";
import { labelColumns } from "../link/labels.ts";
import { labelled, type Setting } from "./known.ts";
import { readSaid, type Said, sqlValue } from "./literal.ts";

type Pair = { column: string; value: string };

/** The INSERT of what is said behind the verb. */
export function readAdd(setting: Setting): string {
  const { reader, dialect } = setting;
  reader.take("into", "to");
  reader.skipArticles();
  reader.take("new", "another");
  const table = reader.table() ?? reader.fail();
  reader.take("table");
  const pairs: Pair[] = [];
  while (!reader.isAtEnd) {
    if (pairs.length > 0) reader.take("and", ",", ", and");
    pairs.push(readPair(setting, table, pairs.length === 0));
  }
  const columns = new Set(pairs.map(({ column }) => column));
  if (pairs.length === 0 || columns.size < pairs.length) reader.fail();
  const names = pairs.map(({ column }) => writeName(column, dialect)).join(", ");
  const values = pairs.map(({ value }) => value).join(", ");
  return `INSERT INTO ${writeTable(reader.tableAt(table), dialect)} (${names}) VALUES (${values})`;
}

function readPair(setting: Setting, table: number, isFirst: boolean): Pair {
  const { reader } = setting;
  const isEnd = () => isNextPair(setting, table);
  const isNamed =
    reader.take("named", "called", "titled") || (isFirst && reader.peek()?.kind === "quoted");
  if (isNamed) {
    const [label, ...others] = labelColumns(reader.lexicon, table);
    if (label?.table !== table || others.length > 0) reader.fail();
    return pairOf(setting, columnNamed(setting, table, label?.column), isEnd);
  }
  reader.take("with", "whose", "where", "having", "that has", "who has");
  const column = reader.attempt(() => {
    const found = reader.column(table);
    // "for customer Ada" names the table that the key points to, not the key.
    return found !== null && isKeyOfText(setting, table, found) ? null : found;
  });
  if (column !== null) {
    reader.take("is", "=", ":", "of", "set to", "to");
    return pairOf(setting, column, isEnd);
  }
  return readParentPair(setting, table, isEnd);
}

function columnNamed({ reader }: Setting, table: number, name: string | undefined): Column {
  return reader.tableAt(table).columns.find((each) => each.name === name) ?? reader.fail();
}

function isKeyOfText({ reader }: Setting, table: number, column: Column): boolean {
  const isKey = reader.tableAt(table).foreignKeys.some((key) => key.columns.includes(column.name));
  const isOfNumbers = column.kind === "number";
  reader.take("is", "=", ":", "of");
  return isKey && isOfNumbers && reader.peek()?.kind !== "number";
}

function pairOf(setting: Setting, column: Column, isEnd: () => boolean): Pair {
  const { reader, dialect, now } = setting;
  const said: Said = readSaid(reader, isEnd) ?? reader.fail();
  const value = sqlValue(said, column, dialect, now) ?? reader.fail();
  return { column: column.name, value };
}

/** The row that a key points to, by its label or its own key. */
function readParentPair(setting: Setting, table: number, isEnd: () => boolean): Pair {
  const { reader, dialect } = setting;
  reader.take("for", "of", "by", "from", "in", "to", "belonging to");
  const parent = reader.table() ?? reader.fail();
  reader.take("named", "called", "is", "=", ":");
  const { schema, name } = reader.tableAt(parent);
  const keys = reader
    .tableAt(table)
    .foreignKeys.filter((key) => key.table === name && key.schema === schema);
  const [key, ...others] = keys;
  const [column, referenced] = [key?.columns[0], key?.references[0]];
  const isOne = others.length === 0 && key?.columns.length === 1;
  if (!isOne || column === undefined || referenced === undefined) return reader.fail();
  const said = readSaid(reader, isEnd) ?? reader.fail();
  if (/^\d+$/.test(said.text) && !said.isQuoted) return { column, value: said.text };
  const condition = labelled(setting, parent, said.text) ?? reader.fail();
  const from = writeTable(reader.tableAt(parent), dialect);
  return {
    column,
    value: `(SELECT ${writeName(referenced, dialect)} FROM ${from} WHERE ${condition})`,
  };
}

function isNextPair(setting: Setting, table: number): boolean {
  const { reader } = setting;
  const here = reader.at;
  const isLinked = reader.take("and", ",", ", and");
  const isOpened = reader.take("with", "whose", "for", "named", "called", "having");
  const isNamed =
    isLinked && (reader.column(table) !== null || reader.attempt(() => reader.table()) !== null);
  reader.at = here;
  return isOpened || isNamed;
}

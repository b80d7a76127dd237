// Changes of rows that are there: "set the price of product Tea to 5", "increase the salary of all
// nurses by 3%", "mark order 5 as shipped", "rename customer Ada to Grace", "delete orders before 2023".

import type { Column } from "../../catalog/catalog.ts";
import { writeName, writeTable } from "../../catalog/names.ts";
import { textLiteral } from "../compile/dialect.ts";
import { labelColumns } from "../link/labels.ts";
import { readConditions } from "./conditions.ts";
import { placesOf, type Setting } from "./known.ts";
import { readSaid, sqlValue } from "./literal.ts";
import { readRows, type Target } from "./rows.ts";

const ofRows = ["of", "for", "in", "on", "from"];
const then = ["and", ",", ", and"];
const becomes = ["to", "="];

/** "the price of product Tea to 5", in any of the orders in which people say it. */
export function readSet(setting: Setting): string {
  const { reader } = setting;
  for (const form of [columnOfRows, columnsThenRows, rowsThenColumns, ownersColumn]) {
    const sql = reader.forSomeTable((table) => form(setting, table));
    if (sql !== null) return sql;
  }
  return reader.fail();
}

/** "the price of product Tea to 5". */
function columnOfRows(setting: Setting, table: number): string | null {
  const { reader } = setting;
  const column = reader.column(table);
  if (column === null || !reader.take(...ofRows)) return null;
  const target = readRowsOrOne(setting, table, () => reader.isNext(...becomes));
  if (target.table !== table || !reader.take(...becomes)) return null;
  return update(setting, target, [assignment(setting, column, () => false)]);
}

/** Rows, or the one row that is called so: "the price of Teapot". */
function readRowsOrOne(setting: Setting, table: number, isEnd: () => boolean): Target {
  const { reader } = setting;
  const rows = reader.attempt(() => {
    const target = readRows(setting, isEnd);
    return isEnd() ? target : null;
  });
  if (rows !== null) return rows;
  const said = readSaid(reader, isEnd) ?? reader.fail();
  return rowCalled(setting, table, said.text) ?? reader.fail();
}

/** The row of a table whose label is known to be this text. */
function rowCalled({ reader, dialect }: Setting, table: number, said: string): Target | null {
  const [label, ...more] = labelColumns(reader.lexicon, table);
  const [place, ...others] = placesOf(reader, said).filter(
    (each) => each.table === table && each.column === label?.column,
  );
  if (place === undefined || others.length > 0 || more.length > 0) return null;
  const named = `${writeName(place.column, dialect)} = ${textLiteral(place.value, dialect)}`;
  return { table, conditions: [named], isEvery: false };
}

/** "price to 5 and stock to 0 for products in category toys". */
function columnsThenRows(setting: Setting, table: number): string | null {
  const { reader } = setting;
  const isEnd = () => reader.isNext(...ofRows);
  const assignments = readAssignments(setting, table, isEnd);
  if (assignments === null || !reader.take(...ofRows)) return null;
  const target = readRows(setting, () => false);
  return target.table === table ? update(setting, target, assignments) : null;
}

/** "products in category toys: price to 5", "product 3 with price 5", "products set price to 5 where …". */
function rowsThenColumns(setting: Setting, table: number): string | null {
  const { reader } = setting;
  const begins = ["set", ": set", ", set", "to have", "so that", ":", "with", "to", "'s"];
  const target = readRows(setting, () => reader.isNext(...begins));
  if (target.table !== table || !reader.take(...begins)) return null;
  const assignments = readAssignments(setting, table, () => reader.isNext("where", "whose"));
  if (assignments === null) return null;
  const conditions = [...target.conditions, ...readConditions(setting, table, () => false)];
  return update(setting, { table, conditions, isEvery: conditions.length === 0 }, assignments);
}

/** "Ada's email to ada@example.com", of the table that has an Ada. */
function ownersColumn(setting: Setting, table: number): string | null {
  const { reader } = setting;
  const owner = readSaid(reader, () => reader.isNext("'s"));
  if (owner === null || !reader.take("'s")) return null;
  const target = rowCalled(setting, table, owner.text);
  if (target === null) return null;
  const column = reader.column(table);
  if (column === null || !reader.take(...becomes)) return null;
  return update(setting, target, [assignment(setting, column, () => false)]);
}

function readAssignments(setting: Setting, table: number, isEnd: () => boolean): string[] | null {
  const { reader } = setting;
  const assignments: string[] = [];
  do {
    const column = reader.column(table);
    if (column === null) return null;
    reader.take(...becomes, "is", ":");
    assignments.push(assignment(setting, column, () => isEnd() || isNextColumn(setting, table)));
  } while (reader.take(...then));
  return assignments;
}

function isNextColumn({ reader }: Setting, table: number): boolean {
  const here = reader.at;
  const isNext = reader.take(...then) && reader.column(table) !== null;
  reader.at = here;
  return isNext;
}

function assignment(setting: Setting, column: Column, isEnd: () => boolean): string {
  const { reader, dialect, now } = setting;
  const said = readSaid(reader, isEnd) ?? reader.fail();
  const value = sqlValue(said, column, dialect, now) ?? reader.fail();
  return `${writeName(column.name, dialect)} = ${value}`;
}

/** "the price of all products by 10%", "stock of product Tea by 5". */
export function readAmount(setting: Setting, sign: "+" | "-"): string {
  const { reader, dialect } = setting;
  const sql = reader.forSomeTable((table) => {
    const column = reader.column(table);
    if (column?.kind !== "number" || !reader.take(...ofRows)) return null;
    const target = readRowsOrOne(setting, table, () => reader.isNext("by"));
    if (target.table !== table || !reader.take("by")) return null;
    const said = readSaid(reader, () => false);
    if (said === null || !/^\d+(\.\d+)?$/.test(said.text)) return null;
    const name = writeName(column.name, dialect);
    const next = said.isPercent
      ? `${name} * ${factor(said.text, sign)}`
      : `${name} ${sign} ${said.text}`;
    return update(setting, target, [`${name} = ${next}`]);
  });
  return sql ?? reader.fail();
}

/** "10 to the stock of product Tea". */
export function readSum(setting: Setting, sign: "+" | "-"): string {
  const { reader, dialect } = setting;
  const amount = reader.peek();
  if (amount?.kind !== "number" || !/^\d+(\.\d+)?$/.test(amount.text)) return reader.fail();
  reader.at += 1;
  reader.need("to", "from");
  const sql = reader.forSomeTable((table) => {
    const column = reader.column(table);
    if (column?.kind !== "number" || !reader.take(...ofRows)) return null;
    const target = readRowsOrOne(setting, table, () => reader.isAtEnd);
    const name = writeName(column.name, dialect);
    return target.table === table
      ? update(setting, target, [`${name} = ${name} ${sign} ${amount.text}`])
      : null;
  });
  return sql ?? reader.fail();
}

/** 10 % more is 1.1, exactly. */
function factor(percent: string, sign: "+" | "-"): string {
  const [whole = "", decimals = ""] = percent.split(".");
  const scale = 10n ** BigInt(decimals.length + 2);
  const part = BigInt(whole + decimals);
  const all = sign === "+" ? scale + part : scale - part;
  const digits = (all < 0n ? -all : all).toString().padStart(decimals.length + 3, "0");
  const place = digits.length - decimals.length - 2;
  return `${all < 0n ? "-" : ""}${digits.slice(0, place)}.${digits.slice(place)}`.replace(
    /\.?0+$/,
    "",
  );
}

/** "order 5 as shipped": the column of the row's table that knows the word, or is called by it. */
export function readMark(setting: Setting): string {
  const { reader, dialect } = setting;
  const target = readRows(setting, () => reader.isNext("as", "to"));
  reader.need("as", "to");
  const isNot = reader.take("not");
  const { columns } = reader.tableAt(target.table);
  const flag = reader.column(target.table);
  if (flag?.kind === "boolean" && reader.isAtEnd) {
    return update(setting, target, [
      `${writeName(flag.name, dialect)} = ${isNot ? "FALSE" : "TRUE"}`,
    ]);
  }
  const said = readSaid(reader, () => false);
  const word = said?.text.toLowerCase();
  const knowing = columns.filter((each) =>
    each.values.some((value) => value.toLowerCase() === word),
  );
  const [column, ...others] = knowing;
  if (isNot || said === null || column === undefined || others.length > 0) return reader.fail();
  const value = column.values.find((each) => each.toLowerCase() === word) ?? said.text;
  return update(setting, target, [
    `${writeName(column.name, dialect)} = ${textLiteral(value, dialect)}`,
  ]);
}

/** "customer Ada to Grace": its label. */
export function readRenameRow(setting: Setting): string {
  const { reader } = setting;
  const target = readRows(setting, () => reader.isNext("to"));
  reader.need("to");
  const [label, ...others] = labelColumns(reader.lexicon, target.table);
  const column = reader.tableAt(target.table).columns.find(({ name }) => name === label?.column);
  const isOne = label?.table === target.table && others.length === 0 && !target.isEvery;
  if (!column || !isOne) return reader.fail();
  return update(setting, target, [assignment(setting, column, () => false)]);
}

/** "the customers from Bonn", "everything from the log", "all orders". */
export function readDelete(setting: Setting): string {
  const { reader, dialect } = setting;
  const isEverything = reader.take(
    "everything from",
    "everything in",
    "all rows from",
    "all rows of",
  );
  const target = isEverything ? wholeTable(setting) : readRows(setting, () => false);
  return `DELETE FROM ${writeTable(reader.tableAt(target.table), dialect)}${whereOf(target)}`;
}

function wholeTable({ reader }: Setting): Target {
  const table = reader.table() ?? reader.fail();
  return { table, conditions: [], isEvery: true };
}

function update({ reader, dialect }: Setting, target: Target, assignments: string[]): string {
  const table = writeTable(reader.tableAt(target.table), dialect);
  return `UPDATE ${table} SET ${assignments.join(", ")}${whereOf(target)}`;
}

function whereOf({ conditions }: Target): string {
  return conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
}

// Conditions on rows: "from Berlin", "placed before 2024", "whose price is over 5", "of customer Ada".
// Each word has to be understood, for a condition that is passed over would change rows that nobody named.

import type { Column } from "../../catalog/catalog.ts";
import { writeName, writeTable } from "../../catalog/names.ts";
import type { Dialect } from "../../translator.ts";
import { likeOperator, textLiteral } from "../compile/dialect.ts";
import { type Span, spanOf, yearSpan } from "../grammar/dates.ts";
import type { Comparison } from "../logical/query.ts";
import { conditionOf, labelled, placesOf, readKey, readKnown, type Setting } from "./known.ts";
import { readSaid, type Said, sqlValue } from "./literal.ts";
import type { Reader } from "./reader.ts";
import { signOf } from "./signs.ts";

/** What a condition may begin with, in front of its column. */
const openings = [
  ...["where", "whose", "with", "that have", "that has", "who have", "which have", "having"],
  ...["if", "when", "in which", "who live in", "living in", "located in", "based in"],
  ...["for which", "that are", "that were", "which were", "who were", "who are", "which are"],
  ...["that is", "who is", "which is", "that", "who", "which", "of", "in", "from", "for", "by"],
  ...["at", "on"],
];

/** What leads from one condition to the next. */
const links = [
  "and",
  "and whose",
  "and where",
  "and with",
  "and that are",
  "and are",
  "and is",
  "but",
];

/** Conditions on a table's rows, up to where the sentence goes on with something else. */
export function readConditions(setting: Setting, table: number, isEnd: () => boolean): string[] {
  const { reader } = setting;
  const conditions: string[] = [];
  while (!reader.isAtEnd && !isEnd()) {
    reader.take(...links, ",");
    conditions.push(readCondition(setting, table, isEnd));
  }
  return conditions;
}

function readCondition(setting: Setting, table: number, isEnd: () => boolean): string {
  const { reader } = setting;
  const isNamed = reader.take("named", "called", "titled", "with name", "with the name");
  if (isNamed) {
    const said = readSaid(reader, () => isEnd() || isNextClause(setting, table)) ?? reader.fail();
    return labelled(setting, table, plainly(reader, said)) ?? reader.fail();
  }
  const start = reader.at;
  reader.take(...openings);
  const opened = reader.at;
  const flag = readFlagCondition(setting, table, isEnd);
  if (flag !== null) return flag;
  const column = reader.column(table);
  if (column !== null) return readComparison(setting, table, column, isEnd);
  const parent = readParent(setting, table, isEnd);
  if (parent !== null) return parent;
  const known = reader.attempt(() => readKnown(setting));
  const own = known === null ? null : conditionOf([...known], table);
  if (own !== null) return own;
  if (known !== null) return reader.fail();
  // "in 2023": the opening belongs to the moment.
  reader.at = start;
  const moment = readMoment(setting, table);
  if (moment !== null) return moment;
  reader.at = opened;
  // "that were placed in 2023" leads up to it; "that are 2023" says nothing of a moment.
  const isLedUpTo = /^(that|who|which)$/.test(reader.tokens[start]?.text ?? "");
  const later = isLedUpTo && reader.peek()?.kind !== "number" ? readMoment(setting, table) : null;
  return later ?? reader.fail();
}

/** "that are discontinued", "which are not active". */
function readFlagCondition(setting: Setting, table: number, isEnd: () => boolean): string | null {
  const { reader, dialect } = setting;
  return reader.attempt(() => {
    const isNegated = reader.take("not", "no longer");
    const column = reader.column(table);
    const isWhole = reader.isAtEnd || isEnd() || isNextClause(setting, table);
    if (column?.kind !== "boolean" || !isWhole) return null;
    return `${writeName(column.name, dialect)} = ${isNegated ? "FALSE" : "TRUE"}`;
  });
}

/** "before 2024-01-01", of a table with one date. */
function readMoment(setting: Setting, table: number): string | null {
  const { reader, dialect, now } = setting;
  const dates = reader
    .tableAt(table)
    .columns.filter(({ kind }) => kind === "date" || kind === "timestamp");
  const [date, ...others] = dates;
  if (date === undefined || others.length > 0) return null;
  return reader.attempt(() => {
    reader.take("made", "placed", "created", "dated", "sent", "from", "joined");
    const year = reader.attempt(() => readYear(setting, date));
    if (year !== null) return year;
    const sign = signOf(reader, date.kind);
    const token = reader.peek();
    if ((sign !== "<" && sign !== ">") || token === undefined) return null;
    if (isYearNext(reader)) return comparedWithYear(setting, date, sign);
    reader.at += 1;
    const said = { text: token.raw, isQuoted: false, isPercent: false };
    const value = sqlValue(said, date, dialect, now);
    return value === null ? null : comparison(date, sign, value, dialect);
  });
}

/** "in 2023" */
function readYear(setting: Setting, column: Column): string | null {
  setting.reader.take("in", "during", "from");
  return isYearNext(setting.reader) ? comparedWithYear(setting, column, "=") : null;
}

function isYearNext(reader: Reader): boolean {
  return /^\d{4}$/.test(reader.peek()?.raw ?? "");
}

/** The days of the year that comes next. */
function comparedWithYear({ reader, dialect }: Setting, column: Column, sign: Comparison): string {
  const year = Number(reader.peek()?.raw);
  reader.at += 1;
  return comparedWithSpan(column, sign, yearSpan(year), dialect);
}

/** A column compared with a value as SQL; a moment with all of a day: "after 2024-01-01" begins with the next. */
function comparison(column: Column, sign: Comparison, value: string, dialect: Dialect): string {
  const [, day = ""] = /^'(\d{4}-\d\d-\d\d)'$/.exec(value) ?? [];
  const span = column.kind === "timestamp" ? spanOf(day) : null;
  if (span !== null) return comparedWithSpan(column, sign, span, dialect);
  return `${writeName(column.name, dialect)} ${sign} ${value}`;
}

function comparedWithSpan(
  column: Column,
  sign: Comparison,
  { start, end }: Span,
  dialect: Dialect,
): string {
  const name = writeName(column.name, dialect);
  const [from, to] = [start, end].map((day) => textLiteral(day, dialect));
  switch (sign) {
    case "=":
      return `${name} >= ${from} AND ${name} < ${to}`;
    case "<>":
      return `(${name} < ${from} OR ${name} >= ${to})`;
    case ">":
      return `${name} >= ${to}`;
    case "<=":
      return `${name} < ${to}`;
    case "<":
    case ">=":
      return `${name} ${sign} ${from}`;
    default:
      return sign satisfies never;
  }
}

function readComparison(
  setting: Setting,
  table: number,
  column: Column,
  isEnd: () => boolean,
): string {
  const { reader, dialect } = setting;
  const name = writeName(column.name, dialect);
  const isClauseEnd = () => isEnd() || isNextClause(setting, table);
  if (reader.take("is null", "is missing", "is empty", "is not set", "are missing", "is unknown")) {
    return `${name} IS NULL`;
  }
  if (reader.take("is not null", "is set", "is not missing", "is known"))
    return `${name} IS NOT NULL`;
  const pattern = readPattern(setting, column, isClauseEnd);
  if (pattern !== null) return `${name} ${pattern}`;
  if (reader.take("between", "is between")) {
    const low = valueFor(setting, column, () => reader.isNext("and"));
    reader.need("and");
    const high = valueFor(setting, column, isClauseEnd);
    return column.kind === "timestamp"
      ? `${comparison(column, ">=", low, dialect)} AND ${comparison(column, "<=", high, dialect)}`
      : `${name} BETWEEN ${low} AND ${high}`;
  }
  const isTime = column.kind === "date" || column.kind === "timestamp";
  const year = isTime ? reader.attempt(() => readYear(setting, column)) : null;
  if (year !== null) return year;
  const isList = reader.take("in", "one of", "is in", "is one of");
  const sign = isList ? "=" : (signOf(reader, column.kind) ?? "=");
  if (isTime && isYearNext(reader)) return comparedWithYear(setting, column, sign);
  reader.take("either", "(");
  const values = [valueFor(setting, column, () => isClauseEnd() || reader.isNext("or", ",", ")"))];
  while (sign === "=" && reader.attempt(() => reader.take("or", ", or", ",") || null) !== null) {
    values.push(valueFor(setting, column, () => isClauseEnd() || reader.isNext("or", ",", ")")));
  }
  reader.take(")");
  if (values.includes("NULL")) {
    if (values.length > 1 || (sign !== "=" && sign !== "<>")) reader.fail();
    return `${name} IS ${sign === "<>" ? "NOT " : ""}NULL`;
  }
  const [value = "", ...others] = values;
  if (others.length === 0) return comparison(column, sign, value, dialect);
  if (column.kind !== "timestamp") return `${name} IN (${values.join(", ")})`;
  return `(${values.map((each) => comparison(column, "=", each, dialect)).join(" OR ")})`;
}

function readPattern(setting: Setting, column: Column, isEnd: () => boolean): string | null {
  const { reader, dialect } = setting;
  if (column.kind !== "text") return null;
  const forms: [string[], string, string][] = [
    [["contains", "containing", "contain", "includes", "including"], "%", "%"],
    [["starts with", "starting with", "start with", "begins with", "beginning with"], "", "%"],
    [["ends with", "ending with", "end with", "ends in", "ending in"], "%", ""],
  ];
  for (const [phrases, before, after] of forms) {
    if (!reader.take(...phrases)) continue;
    const said = readSaid(reader, isEnd) ?? reader.fail();
    const text = said.text.replace(/[\\%_]/g, "\\$&");
    return `${likeOperator(dialect)} ${textLiteral(before + text + after, dialect)}`;
  }
  return null;
}

/** The text of a value. Words that could go on with another condition have to be quoted or known. */
function plainly(reader: Reader, said: Said): string {
  const isOpen = !said.isQuoted && /,|\b(and|or|but|not|where|with|whose)\b/i.test(said.text);
  return isOpen && placesOf(reader, said.text).length === 0 ? reader.fail() : said.text;
}

function valueFor({ reader, dialect, now }: Setting, column: Column, isEnd: () => boolean): string {
  const said: Said = readSaid(reader, isEnd) ?? reader.fail();
  plainly(reader, said);
  const known = placesIn(reader, said, column);
  const value = sqlValue(known === null ? said : { ...said, text: known }, column, dialect, now);
  return value ?? reader.fail();
}

/** The value as the column is known to have it, when the probe found it there. */
function placesIn(reader: Reader, said: Said, column: Column): string | null {
  const places = placesOf(reader, said.text).filter((place) =>
    reader.tableAt(place.table).columns.includes(column),
  );
  const exact = places.find(({ value }) => value === said.text);
  return exact?.value ?? (places.length === 1 ? (places[0]?.value ?? null) : null);
}

/** "orders of customer Ada": the row of another table that a key of this one points to. */
function readParent(setting: Setting, table: number, isEnd: () => boolean): string | null {
  const { reader, dialect } = setting;
  return reader.attempt(() => {
    const parent = reader.table();
    if (parent === null) return null;
    const keys = reader
      .tableAt(table)
      .foreignKeys.filter(
        (key) =>
          key.columns.length === 1 &&
          key.table === reader.tableAt(parent).name &&
          key.schema === reader.tableAt(parent).schema,
      );
    const [key, ...others] = keys;
    if (key === undefined || others.length > 0) return null;
    const conditions: string[] = [];
    const first = readKey(setting, parent);
    if (first !== null) conditions.push(first);
    if (conditions.length === 0) conditions.push(readCondition(setting, parent, isEnd));
    const [column = "", referenced = ""] = [key.columns[0], key.references[0]];
    const inner = `SELECT ${writeName(referenced, dialect)} FROM ${writeTable(reader.tableAt(parent), dialect)}`;
    return `${writeName(column, dialect)} IN (${inner} WHERE ${conditions.join(" AND ")})`;
  });
}

/** Whether another condition begins here: a link, and then a column or an opening. */
function isNextClause({ reader }: Setting, table: number): boolean {
  const here = reader.at;
  const isLinked = reader.take(...links, ",");
  const begins =
    isLinked && (reader.isNext(...openings, "named", "called") || reader.column(table) !== null);
  reader.at = here;
  return begins;
}

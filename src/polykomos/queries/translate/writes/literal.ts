// Values as they are said in a change, and as a column of a kind takes them.

import type { Column } from "../../catalog/catalog.ts";
import type { Dialect } from "../../translator.ts";
import { textLiteral } from "../compile/dialect.ts";
import { tokenize } from "../words/tokens.ts";
import type { Reader } from "./reader.ts";

/** What was said, and whether it was said in quotes: then it is text, whatever it looks like. */
export type Said = { text: string; isQuoted: boolean; isPercent: boolean };

const dayMs = 86_400_000;

/** A said value as SQL for a column; null when the column cannot hold it. */
export function sqlValue(said: Said, column: Column, dialect: Dialect, now: Date): string | null {
  const plain = said.text.trim();
  if (!said.isQuoted && /^(null|nothing|empty)$/i.test(plain))
    return column.isNullable ? "NULL" : null;
  switch (column.kind) {
    case "number":
      return /^-?\d+(\.\d+)?$/.test(plain) && !said.isPercent ? plain : null;
    case "boolean":
      return booleanOf(plain);
    case "date":
    case "timestamp": {
      const day = dayOf(plain, now);
      return day === null ? null : textLiteral(day, dialect);
    }
    case "text":
      return textLiteral(spelled(said.text, column), dialect);
    default:
      return said.isQuoted ? textLiteral(said.text, dialect) : null;
  }
}

/** A value that the column is known to have is written as it stands there. */
function spelled(text: string, column: Column): string {
  const known = column.values.find((value) => value.toLowerCase() === text.toLowerCase());
  return column.values.includes(text) ? text : (known ?? text);
}

function booleanOf(text: string): string | null {
  if (/^(true|yes|on|1)$/i.test(text)) return "TRUE";
  return /^(false|no|off|0)$/i.test(text) ? "FALSE" : null;
}

/** A day or moment in ISO's order. */
function dayOf(text: string, now: Date): string | null {
  const lower = text.toLowerCase();
  const away = { yesterday: -1, today: 0, tomorrow: 1 }[lower];
  if (away !== undefined) return new Date(now.getTime() + away * dayMs).toISOString().slice(0, 10);
  if (lower === "now") return now.toISOString().slice(0, 19).replace("T", " ");
  // "5 March 2024" is one token, in ISO's order.
  const [said, ...more] = tokenize(text);
  if (said === undefined || more.length > 0) return null;
  const iso = /^(\d{4}-\d\d-\d\d)(?:[ T]\d\d:\d\d(?::\d\d)?)?$/.exec(said.text);
  return iso && isDay(iso[1] ?? "") ? said.text.replace("T", " ") : null;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * Reads the value that comes next: quoted text, or words up to where `isEnd` says that something else
 * begins. Null when there is none.
 */
export function readSaid(reader: Reader, isEnd: () => boolean): Said | null {
  const first = reader.peek();
  if (first === undefined) return null;
  if (first.kind === "quoted") {
    reader.at += 1;
    return { text: first.raw, isQuoted: true, isPercent: false };
  }
  const from = reader.at;
  while (!reader.isAtEnd && reader.peek()?.kind !== "quoted" && !isEnd()) reader.at += 1;
  if (reader.at === from) return null;
  const end = reader.peek(-1);
  const isWord = reader.at - from > 1 && end?.text === "percent";
  const isPercent =
    isWord || (end !== undefined && reader.text.slice(end.from, end.to).endsWith("%"));
  const last = isWord ? reader.at - 1 : reader.at;
  const text = reader.textBetween(from, last).replace(/^\$/, "");
  const isNumber = last - from === 1 && first.kind === "number";
  return { text: isNumber ? first.text : text.replace(/%$/, ""), isQuoted: false, isPercent };
}

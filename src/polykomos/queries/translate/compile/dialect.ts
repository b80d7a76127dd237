import type { Dialect } from "../../translator.ts";
import type { TimeUnit } from "../logical/query.ts";

const mysqlBuckets: Record<TimeUnit, (of: string) => string> = {
  year: (of) => `DATE_FORMAT(${of}, '%Y-01-01')`,
  quarter: (of) => `MAKEDATE(YEAR(${of}), 1) + INTERVAL QUARTER(${of}) - 1 QUARTER`,
  month: (of) => `DATE_FORMAT(${of}, '%Y-%m-01')`,
  week: (of) => `DATE(${of}) - INTERVAL WEEKDAY(${of}) DAY`,
  day: (of) => `DATE(${of})`,
};

/** A text as a literal that the engine reads back as exactly this text. */
export function textLiteral(value: string, dialect: Dialect): string {
  const clean = value.replaceAll("\u0000", "");
  const quoted = clean.replaceAll("'", "''");
  // MySQL reads a backslash as an escape; PostgreSQL does not, as standard strings have it.
  return `'${dialect === "mysql" ? quoted.replaceAll("\\", "\\\\") : quoted}'`;
}

/** The start of the unit that a moment lies in. */
export function bucket(unit: TimeUnit, of: string, dialect: Dialect): string {
  return dialect === "postgres" ? `date_trunc('${unit}', ${of})` : mysqlBuckets[unit](of);
}

/** The number of a moment's year, month or other unit. */
export function part(unit: TimeUnit, of: string, dialect: Dialect): string {
  return dialect === "postgres"
    ? `EXTRACT(${unit.toUpperCase()} FROM ${of})`
    : `${unit.toUpperCase()}(${of})`;
}

/** Text compared without regard to case; MySQL's usual collations do so by themselves. */
export function likeOperator(dialect: Dialect): string {
  return dialect === "postgres" ? "ILIKE" : "LIKE";
}

/** A text column's digits as a number. */
export function asNumber(of: string, dialect: Dialect): string {
  return dialect === "postgres"
    ? `CAST(NULLIF(${of}, '') AS numeric)`
    : `CAST(NULLIF(${of}, '') AS DECIMAL(30, 6))`;
}

import type { Dialect } from "../translator.ts";
import { reservedWords } from "./reserved-words.ts";

const plainName = /^[a-z_][a-z0-9_]*$/;

/** A name between the engine's quotes. */
export function quoteName(name: string, dialect: Dialect): string {
  if (dialect === "postgres") return `"${name.replaceAll('"', '""')}"`;
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A name as a person would write it: quoted only where the engine would read it otherwise. */
export function writeName(name: string, dialect: Dialect): string {
  const plain = dialect === "postgres" ? plainName.test(name) : plainName.test(name.toLowerCase());
  return plain && !reservedWords.has(name.toLowerCase()) ? name : quoteName(name, dialect);
}

/** A table with its schema where one has to be said: not for MySQL, not for `public`. */
export function quoteTable(table: { schema: string; name: string }, dialect: Dialect): string {
  const name = quoteName(table.name, dialect);
  return dialect === "mysql" ? name : `${quoteName(table.schema, dialect)}.${name}`;
}

/** The same as a person would write it. */
export function writeTable(table: { schema: string; name: string }, dialect: Dialect): string {
  const name = writeName(table.name, dialect);
  const isPlain = dialect === "mysql" || table.schema === "public";
  return isPlain ? name : `${writeName(table.schema, dialect)}.${name}`;
}

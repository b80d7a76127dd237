/** The only place that puts names and literals into SQL text. DDL takes no parameters. */

/** A PostgreSQL identifier, always quoted. Throws on NUL and on what the server would cut off. */
export function postgresIdentifier(name: string): string {
  if (name === "" || name.includes("\0") || new TextEncoder().encode(name).length > 63) {
    throw new Error("Not a PostgreSQL identifier: empty, with NUL or over 63 bytes");
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A PostgreSQL string literal, whatever standard_conforming_strings says. Throws on NUL. */
export function postgresLiteral(text: string): string {
  if (text.includes("\0")) throw new Error("PostgreSQL text cannot hold NUL");
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A DO statement around a PL/pgSQL body. What stands in the body must be quoted for SQL already. */
export function postgresBlock(body: string): string {
  return `DO ${postgresLiteral(body)}`;
}

/** A MySQL identifier, always quoted. Throws on what the server would refuse or change. */
export function mysqlIdentifier(name: string): string {
  if (name === "" || name.length > 64 || /[\0\u{10000}-\u{10ffff}]| $/u.test(name)) {
    throw new Error("Not a MySQL identifier: empty, over 64 characters or with a forbidden one");
  }
  return `\`${name.replaceAll("`", "``")}\``;
}

/**
 * A database in a GRANT, where `_` and `%` are wildcards and a backslash takes that from them: a
 * right on `my_db` would be one on `myXdb` too.
 */
export function mysqlGrantedDatabase(name: string): string {
  return mysqlIdentifier(name.replaceAll(/[\\_%]/g, "\\$&"));
}

/** A MySQL string literal under any sql_mode, hence without backslashes: they throw, like NUL. */
export function mysqlLiteral(text: string): string {
  if (/[\0\\]/.test(text)) throw new Error("Not for a MySQL literal: NUL or a backslash");
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A MySQL string literal of any text, for sessions whose sql_mode lets backslashes escape. Without
 * that mode the text would come out with more backslashes, and still end where it ends.
 */
export function mysqlText(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\0", "\\0");
  return `'${escaped}'`;
}

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

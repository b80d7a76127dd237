/** Numbers, sizes and names in words, as the pages say them. Pure. */

/** A count and what is counted: `1 row`, `2,000 rows`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/** A size in words: 8.4 MB. In steps of 1,024, as the quotas' gigabytes are. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/** The beginning of a text that is too long for its place, with an ellipsis for the rest. */
export function shortened(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax).toWellFormed()}…`;
}

/** What people call an engine of the API. */
export function engineName(engine: string): string {
  return engine === "mysql" ? "MySQL" : "PostgreSQL";
}

/** Table names, as a regular expression and in words. */
export const tableNamePattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$";
export const tableNameText = "a letter, then up to 63 letters, digits, _ and -";

const shape = new RegExp(tableNamePattern);

export function isTableName(text: string): boolean {
  return shape.test(text);
}

import { attachmentResponse } from "../http/attachment.ts";
import type { JsonText } from "../puma/rules/json-text.ts";

/** A file that the browser keeps and never shows: what people stored is in it. */
export function download(
  content: JsonText,
  name: string,
  mediaType: "application/json" | "text/csv; charset=utf-8",
): Response {
  // Names of tables and databases are of this alphabet already; of anything else a line is left.
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 100);
  return attachmentResponse(content, mediaType, `attachment; filename="${safe}"`);
}

/**
 * Rows as CSV (RFC 4180), with a byte order mark, by which spreadsheets know UTF-8. A text that one of
 * them would run as a formula gets an apostrophe in front; numbers stay what they are.
 */
export function csvOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [columns, ...rows].map((row) => row.map(csvCell).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

/** What OWASP lists as the beginning of a formula, in its wide forms too, after any blanks. */
const formula = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/;
/** A number that came as text, for no double could hold it. */
const number = /^-?\d+(\.\d+)?$/;

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const tame = formula.test(text) && !number.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) || tame !== tame.trim() ? `"${tame.replaceAll('"', '""')}"` : tame;
}

import type { Row } from "./rows.ts";

const heads = ["", "", "range", "floor", "ratio", "range", "bar", ""];

/** Three digits that count, and no more than two decimals. */
function figure(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function span(range: readonly [number, number] | undefined, write: (n: number) => string): string {
  return range ? `${write(range[0])}–${write(range[1])}` : "";
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function cells(row: Row): string[] {
  const verdict = row.ok === undefined ? "" : row.ok ? "ok" : "MISSED";
  return [
    row.name,
    `${figure(row.value)} ${row.unit}`.trim(),
    span(row.range, figure),
    row.floor === undefined ? "" : figure(row.floor),
    row.ratio === undefined ? "" : ratio(row.ratio),
    span(row.ratioRange, ratio),
    row.bar ?? "",
    verdict,
  ];
}

function block(rows: readonly Row[]): string {
  const body = rows.map(cells);
  const shown = heads.map((_, column) => column).filter((c) => body.some((row) => row[c] !== ""));
  const lines = [heads, ...body].map((line) => shown.map((column) => line[column] ?? ""));
  const widths = shown.map((_, column) => Math.max(...lines.map((line) => cell(line, column))));
  const padded = lines.map((line) =>
    line
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  return padded.map((line) => `  ${line}`).join("\n");
}

function cell(line: readonly string[], column: number): number {
  return line[column]?.length ?? 0;
}

/** The rows of one suite under its name. */
export function suiteTable(suite: string, rows: readonly Row[]): string {
  return `${suite}\n${block(rows)}\n`;
}

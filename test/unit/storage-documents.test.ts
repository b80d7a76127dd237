import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/build.ts";

/** docs/storage.md and docs/storage-puma.md know every table, and every column of an object's. */
const ofStore = readFileSync(join(root, "docs", "storage.md"), "utf8");
const documents = ofStore + readFileSync(join(root, "docs", "storage-puma.md"), "utf8");

/** The rows of the documents' tables, by what their first cell names. */
function rowsOf(name: string): string[] {
  return documents.split("\n").filter((line) => line.split("|")[1]?.includes(`\`${name}\``));
}

/** All source text below a folder. */
function sourceBelow(...path: string[]): string {
  const folder = join(root, ...path);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = names.filter((name) => name.endsWith(".ts"));
  return sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

/** Tables of the objects with their columns, as the migrations write them. */
function objectTables(): [table: string, columns: string[]][] {
  const text = sourceBelow("durable-objects", "storage");
  const made = [...text.matchAll(/CREATE TABLE (\w+) \(([^`"]*?)\)(?: WITHOUT ROWID)?\s*[;`"]/g)];
  const added = [...text.matchAll(/ALTER TABLE (\w+) ADD COLUMN (\w+)/g)];
  return made.map(([, table = "", body = ""]) => [
    table,
    [
      ...[...body.matchAll(/(\w+) (?:TEXT|INTEGER)\b/g)].map(([, column = ""]) => column),
      ...added.flatMap(([, of, column = ""]) => (of === table ? [column] : [])),
    ],
  ]);
}

test("every table of the store is there", () => {
  const schema = sourceBelow("src", "db");
  const tables = [...schema.matchAll(/pgTable\(\s*"(\w+)"/g)].map(([, name = ""]) => name);
  expect(tables.length).toBeGreaterThan(25);
  const cells = ofStore.split("\n").map((line) => line.split("|")[1] ?? "");
  expect(tables.filter((name) => !cells.some((cell) => cell.includes(`\`${name}\``)))).toEqual([]);
});

test("every table of an object is there with its columns", () => {
  const tables = objectTables();
  expect(tables.length).toBeGreaterThan(12);
  const missing = tables.flatMap(([table, columns]) =>
    columns
      .filter((column) => !rowsOf(table).some((row) => new RegExp(`\\b${column}\\b`).test(row)))
      .map((column) => `${table}.${column}`),
  );
  expect(missing).toEqual([]);
});

import type { Catalog, Column, Table } from "../catalog/catalog.ts";

/**
 * A catalog as a model is told of it: compact definitions, as many as it can use. Names and comments
 * are a customer's words, so what could pass for instructions or break the form is left out.
 */
const tablesWholeMax = 40;
const columnsWholeMax = 400;
/** About six thousand tokens. */
const charsMax = 24_000;
const commentCharsMax = 120;
const samplesMax = 5;
const sampleShape = /^[\w .:/-]{1,32}$/;
const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** The definitions that a question is likely to need, as text. */
export function schemaText(catalog: Catalog, question: string): string {
  const readable = catalog.tables.filter(({ schema, name }) => !control.test(schema + name));
  const columns = readable.reduce((sum, table) => sum + table.columns.length, 0);
  const isSmall = readable.length <= tablesWholeMax && columns <= columnsWholeMax;
  const lines: string[] = [];
  let chars = 0;
  for (const table of isSmall ? readable : byUse(readable, question)) {
    const line = tableText(table);
    if (chars + line.length > charsMax) break;
    chars += line.length;
    lines.push(line);
  }
  return lines.join("\n");
}

function tableText(table: Table): string {
  const columns = table.columns.filter(({ name }) => !control.test(name)).map(columnText);
  const keys = [
    ...(table.primaryKey.length > 0 ? [`PRIMARY KEY (${table.primaryKey.join(", ")})`] : []),
    ...table.foreignKeys.map(
      (key) =>
        `FOREIGN KEY (${key.columns.join(", ")}) REFERENCES ${key.schema}.${key.table} (${key.references.join(", ")})`,
    ),
  ].filter((key) => !control.test(key));
  const kind = table.isView ? "VIEW" : "TABLE";
  const note = commentText(table.comment);
  return `${kind} ${table.schema}.${table.name} (${[...columns, ...keys].join(", ")})${note}`;
}

function columnText({ name, type, comment, values }: Column): string {
  const samples = values.filter((value) => sampleShape.test(value)).slice(0, samplesMax);
  const among = samples.length > 0 ? ` among ${JSON.stringify(samples)}` : "";
  return `${name} ${type.replaceAll(/[^\w (),]/g, "")}${among}${commentText(comment)}`;
}

function commentText(comment: string | null): string {
  if (comment === null) return "";
  const plain = comment.replaceAll(new RegExp(control.source, "gu"), " ").replaceAll("*/", " ");
  return ` /* ${plain.slice(0, commentCharsMax)} */`;
}

/** Tables that the question's words name, then those that their keys lead to, then the others. */
function byUse(tables: readonly Table[], question: string): Table[] {
  const asked = new Set(wordsOf(question));
  const scores = new Map<Table, number>();
  for (const table of tables) {
    const names = wordsOf(table.name).filter((word) => asked.has(word)).length;
    const columns = table.columns.filter(({ name }) => wordsOf(name).some((w) => asked.has(w)));
    scores.set(table, 3 * names + columns.length);
  }
  const isNamed = (table: Table) => (scores.get(table) ?? 0) > 0;
  const named = new Set(tables.filter(isNamed).map(({ schema, name }) => `${schema}.${name}`));
  for (const table of tables) {
    const leads = table.foreignKeys.filter((key) => named.has(`${key.schema}.${key.table}`)).length;
    scores.set(table, (scores.get(table) ?? 0) + leads / 2);
    if (!isNamed(table)) continue;
    for (const key of table.foreignKeys) {
      const target = tables.find((each) => each.schema === key.schema && each.name === key.table);
      if (target) scores.set(target, (scores.get(target) ?? 0) + 1);
    }
  }
  return [...tables].sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
}

/** Lower-case words without their plural, of a text or a name. */
export function wordsOf(text: string): string[] {
  const words = text
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.filter((word) => word.length > 2).map((word) => word.replace(/(?<=..)s$/, ""));
}

// What people call a row by: its name, its title, or whatever of it comes nearest to one.

import type { ColumnRef } from "../logical/query.ts";
import type { ColumnEntry, Lexicon } from "./lexicon.ts";

/** The columns that tell one row of a table from another to a person; they may be those of a parent table. */
export function labelColumns(lexicon: Lexicon, table: number): ColumnRef[] {
  const columns = lexicon.tables[table]?.columns ?? [];
  const named = (test: (words: string[]) => boolean) =>
    columns.filter(
      ({ forms, ownForms, isForeign }) => !isForeign && [...ownForms, ...forms].some(test),
    );
  const first = named((words) => words.includes("first") && words.includes("name"));
  const last = named(
    (words) => (words.includes("last") || words.includes("family")) && words.includes("name"),
  );
  const person =
    first.length > 0 && last.length > 0 ? [...first.slice(0, 1), ...last.slice(0, 1)] : [];
  const names = [
    named((words) => words.length === 1 && words[0] === "name"),
    person,
    named((words) => words.length === 1 && words[0] === "title"),
    named((words) => words.at(-1) === "name" && !words.includes("file")),
    named((words) => words.at(-1) === "title"),
    namedLikeTable(lexicon, table),
    named((words) => words.includes("detail") || words.includes("description")),
  ];
  const others = [
    columns.filter(({ isPrimary }) => isPrimary),
    columns.filter(({ column }) => column.kind === "text"),
    columns,
  ];
  const isFound = (found: readonly ColumnEntry[]) => found.length > 0;
  const name = names.find(isFound);
  const parent = name ? null : namedParent(lexicon, table);
  if (parent !== null) return labelColumns(lexicon, parent);
  const label = name ?? others.find(isFound) ?? [];
  const kept = label === person ? label : label.slice(0, 1);
  return kept.map(({ column }) => ({ table, column: column.name }));
}

/** A table that is another one's part ("entrepreneur" of "people") is called by that one's name. */
function namedParent(lexicon: Lexicon, table: number): number | null {
  for (const key of lexicon.tables[table]?.table.foreignKeys ?? []) {
    const parent = lexicon.tables.find(
      ({ table: other }) => other.name === key.table && other.schema === key.schema,
    );
    if (!parent || parent.index === table) continue;
    const hasName = parent.columns.some(({ ownForms }) =>
      ownForms.some((form) => form.at(-1) === "name"),
    );
    if (hasName && parent.table.foreignKeys.length === 0) return parent.index;
  }
  return null;
}

/** A column named like its table: `party.party`. */
function namedLikeTable(lexicon: Lexicon, table: number): ColumnEntry[] {
  const entry = lexicon.tables[table];
  const name = (entry?.forms[0] ?? []).join(" ");
  return (entry?.columns ?? []).filter(
    ({ forms, column }) => column.kind === "text" && forms.some((form) => form.join(" ") === name),
  );
}

import type { Catalog } from "../../catalog/catalog.ts";
import { labelColumns } from "../link/labels.ts";
import { lexiconOf, type TableEntry } from "../link/lexicon.ts";

const suggestionsMax = 3;

/** Questions about these tables, or about the first ones, that the translator understands. */
export function rephrasings(catalog: Catalog, tables: readonly number[]): string[] {
  const lexicon = lexiconOf(catalog);
  const [first, second] = [...new Set([...tables, ...lexicon.tables.map(({ index }) => index)])];
  const one = first === undefined ? undefined : lexicon.tables[first];
  const other = second === undefined ? undefined : lexicon.tables[second];
  if (one === undefined) return [];
  const questions = [`How many ${plural(one)} are there?`, listing(one), ...measuring(one)];
  if (other) questions.push(`How many ${plural(other)} are there?`);
  return questions.slice(0, suggestionsMax);

  function listing(entry: TableEntry): string {
    const [label] = labelColumns(lexicon, entry.index);
    const column = entry.columns.find((each) => each.column.name === label?.column);
    const words = (column?.forms[0] ?? ["name"]).join(" ");
    return `List the ${words} of all ${plural(entry)}.`;
  }

  function measuring(entry: TableEntry): string[] {
    const column = entry.columns.find(
      (each) => each.column.kind === "number" && !each.isPrimary && !each.isForeign,
    );
    return column
      ? [`What is the average ${(column.forms[0] ?? []).join(" ")} of ${plural(entry)}?`]
      : [];
  }
}

function plural(entry: TableEntry): string {
  const words = entry.forms[0] ?? [entry.table.name];
  const last = words.at(-1) ?? "";
  const many = /[^aeiou]y$/.test(last)
    ? `${last.slice(0, -1)}ies`
    : /(s|x|ch|sh)$/.test(last)
      ? `${last}es`
      : `${last}s`;
  return [...words.slice(0, -1), many].join(" ");
}

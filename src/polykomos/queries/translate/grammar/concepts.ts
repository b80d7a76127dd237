// Words that mean a column without naming it: "oldest" is the age, or the birth date backwards.

import type { ColumnEntry, Lexicon } from "../link/lexicon.ts";
import type { ColumnRef } from "../logical/query.ts";

export type Concept =
  | "age"
  | "time"
  | "length"
  | "weight"
  | "price"
  | "speed"
  | "size"
  | "height"
  | "place"
  | "money";
type Meaning = { words: string[]; reversed: boolean };

const meanings: Record<Concept, Meaning[]> = {
  age: [
    { words: ["age"], reversed: false },
    { words: ["birth", "born", "birthday", "dob"], reversed: true },
    { words: ["year", "founded", "established", "opening", "built", "date"], reversed: true },
  ],
  time: [
    { words: ["date", "day", "datetime"], reversed: false },
    { words: ["year"], reversed: false },
    {
      words: ["time", "month", "season", "start", "from", "created", "founded", "when"],
      reversed: false,
    },
  ],
  length: [
    { words: ["length", "duration"], reversed: false },
    {
      words: ["height", "distance", "time", "hour", "minute", "long", "size", "mileage"],
      reversed: false,
    },
  ],
  weight: [{ words: ["weight"], reversed: false }],
  height: [{ words: ["height", "elevation", "altitude"], reversed: false }],
  price: [
    { words: ["price", "cost"], reversed: false },
    { words: ["fee", "fare", "rate", "charge", "amount", "premium", "value"], reversed: false },
  ],
  speed: [
    { words: ["speed", "horsepower", "velocity"], reversed: false },
    { words: ["time", "lap", "fastest"], reversed: true },
  ],
  size: [
    { words: ["size", "area", "capacity", "population", "seating"], reversed: false },
    {
      words: ["number", "count", "square", "acreage", "amount", "total", "sale", "student"],
      reversed: false,
    },
  ],
  place: [
    {
      words: ["location", "place", "city", "address", "venue", "country", "state"],
      reversed: false,
    },
  ],
  money: [{ words: ["salary", "income", "worth", "balance", "money", "budget"], reversed: false }],
};

const superlatives: [RegExp, Concept][] = [
  [/expensive|cheap/, "price"],
  [/longest|shortest/, "length"],
  [/tallest/, "height"],
  [/heav|light/, "weight"],
  [/fast|slow/, "speed"],
  [/large|big|small/, "size"],
  [/rich|poor/, "money"],
  [/deep|wide|broad/, "length"],
];

/** What an adjective in the superlative measures; null for "most" and "highest", which say nothing. */
export function conceptOf(text: string): Concept | null {
  return superlatives.find(([pattern]) => pattern.test(text.toLowerCase()))?.[1] ?? null;
}

/** The column of these tables that stands for a concept, the first table first. */
export function findConcept(
  lexicon: Lexicon,
  concept: Concept,
  tables: readonly number[],
): { ref: ColumnRef; reversed: boolean } | null {
  for (const table of tables) {
    for (const { words, reversed } of meanings[concept]) {
      const found = columnsNamed(lexicon.tables[table]?.columns ?? [], words, concept)[0];
      if (found) return { ref: { table, column: found.column.name }, reversed };
    }
  }
  return null;
}

function columnsNamed(
  columns: readonly ColumnEntry[],
  words: readonly string[],
  concept: Concept,
): ColumnEntry[] {
  const matching = columns.filter((entry) => {
    if (entry.isForeign || entry.isPrimary) return false;
    if (concept === "age" && entry.column.kind === "text" && !isDigits(entry)) return false;
    if (concept !== "place" && concept !== "time" && entry.column.kind === "boolean") return false;
    return entry.forms.some((form) => form.some((word) => words.includes(word)));
  });
  // The shorter a name, the more the word says about it; dates before their neighbours.
  const isTime = (entry: ColumnEntry) => Number(/date|time/.test(entry.column.kind));
  return matching.sort((a, b) =>
    concept === "time" && isTime(a) !== isTime(b)
      ? isTime(b) - isTime(a)
      : (a.forms[0]?.length ?? 0) - (b.forms[0]?.length ?? 0),
  );
}

function isDigits({ column }: ColumnEntry): boolean {
  return (
    column.values.length > 0 && column.values.every((value) => /^-?\d+(\.\d+)?$/.test(value.trim()))
  );
}

/** The columns that tell one row of a table from another to a person. */
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
  const groups = [
    named((words) => words.length === 1 && words[0] === "name"),
    first.length > 0 && last.length > 0 ? [...first.slice(0, 1), ...last.slice(0, 1)] : [],
    named((words) => words.length === 1 && words[0] === "title"),
    named((words) => words.at(-1) === "name" && !words.includes("file")).slice(0, 1),
    named((words) => words.at(-1) === "title").slice(0, 1),
    lastWordsOfTable(lexicon, table),
    named((words) => words.includes("detail") || words.includes("description")).slice(0, 1),
    columns.filter(({ isPrimary }) => isPrimary),
    columns.filter(({ column }) => column.kind === "text").slice(0, 1),
    columns.slice(0, 1),
  ];
  const chosen = groups.find((group) => group.length > 0) ?? [];
  const kept = chosen === groups[1] ? chosen : chosen.slice(0, 1);
  const parent = isNamed(groups.slice(0, 7)) ? null : namedParent(lexicon, table);
  if (parent !== null) return labelColumns(lexicon, parent);
  return kept.map(({ column }) => ({ table, column: column.name }));
}

function isNamed(groups: readonly ColumnEntry[][]): boolean {
  return groups.some((group) => group.length > 0);
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
function lastWordsOfTable(lexicon: Lexicon, table: number): ColumnEntry[] {
  const entry = lexicon.tables[table];
  const name = (entry?.forms[0] ?? []).join(" ");
  return (entry?.columns ?? []).filter(
    ({ forms, column }) => column.kind === "text" && forms.some((form) => form.join(" ") === name),
  );
}

// Words that mean a column without naming it: "oldest" is the age, or the birth date backwards.

import type { ColumnEntry, Lexicon } from "../link/lexicon.ts";
import type { ColumnRef } from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";
import { holdsNumbers } from "./draft.ts";

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
type Meaning = { words: string[]; isReversed: boolean };

/** What a comparing word measures; "more than" says nothing of it. */
export const conceptOfOperator: Partial<Record<Operator, Concept>> = {
  longer: "length",
  heavier: "weight",
  older: "age",
  later: "time",
  faster: "speed",
};

const meanings: Record<Concept, Meaning[]> = {
  age: [
    { words: ["age"], isReversed: false },
    { words: ["birth", "born", "birthday", "dob"], isReversed: true },
    { words: ["year", "founded", "established", "opening", "built", "date"], isReversed: true },
  ],
  time: [
    { words: ["date", "day", "datetime"], isReversed: false },
    { words: ["year"], isReversed: false },
    {
      words: ["time", "month", "season", "start", "from", "created", "founded", "when"],
      isReversed: false,
    },
  ],
  length: [
    { words: ["length", "duration"], isReversed: false },
    {
      words: ["height", "distance", "time", "hour", "minute", "long", "size", "mileage"],
      isReversed: false,
    },
  ],
  weight: [{ words: ["weight"], isReversed: false }],
  height: [{ words: ["height", "elevation", "altitude"], isReversed: false }],
  price: [
    { words: ["price", "cost"], isReversed: false },
    { words: ["fee", "fare", "rate", "charge", "amount", "premium", "value"], isReversed: false },
  ],
  speed: [
    { words: ["speed", "horsepower", "velocity"], isReversed: false },
    { words: ["time", "lap", "fastest"], isReversed: true },
  ],
  size: [
    { words: ["size", "area", "capacity", "population", "seating"], isReversed: false },
    {
      words: ["number", "count", "square", "acreage", "amount", "total", "sale", "student"],
      isReversed: false,
    },
  ],
  place: [
    {
      words: ["location", "place", "city", "address", "venue", "country", "state"],
      isReversed: false,
    },
  ],
  money: [
    { words: ["salary", "income", "worth", "balance", "money", "budget"], isReversed: false },
  ],
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

/** The column of these tables that stands for a concept, the first table first; `isReversed` where more of it is less. */
export function findConcept(
  lexicon: Lexicon,
  concept: Concept,
  tables: readonly number[],
): { ref: ColumnRef; isReversed: boolean } | null {
  // "in 2023" is when something happened; a day of birth only where there is no other date.
  const passes = concept === "time" ? [isNoBirth, isAny] : [isAny];
  for (const isMeant of passes) {
    for (const table of tables) {
      const columns = (lexicon.tables[table]?.columns ?? []).filter(isMeant);
      for (const { words, isReversed } of meanings[concept]) {
        const [found] = columnsNamed(columns, words, concept);
        if (found) return { ref: { table, column: found.column.name }, isReversed };
      }
    }
  }
  return null;
}

function isAny(): boolean {
  return true;
}

function isNoBirth(entry: ColumnEntry): boolean {
  return !isBirth(entry);
}

/** Whether a column is a day of birth, which is no time at which something happened. */
export function isBirth({ forms }: ColumnEntry): boolean {
  return forms.flat().includes("birth");
}

function columnsNamed(
  columns: readonly ColumnEntry[],
  words: readonly string[],
  concept: Concept,
): ColumnEntry[] {
  const matching = columns.filter((entry) => {
    if (entry.isForeign || entry.isPrimary) return false;
    if (concept === "age" && entry.column.kind === "text" && !holdsNumbers(entry.column))
      return false;
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

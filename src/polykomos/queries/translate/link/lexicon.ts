// The catalog's names as words, made once for a catalog: what a table and each of its columns is called,
// in every way that a person might say it.

import type { Catalog, Column, Table } from "../../catalog/catalog.ts";
import { commonWords } from "../words/common-words.ts";
import { expandPieces, splitName } from "../words/identifier-words.ts";
import { roots, singular } from "../words/stem.ts";
import { synonymWords } from "../words/synonyms.ts";
import { type FlagAnswers, flagAnswersOf } from "./flag-answers.ts";

export type TableEntry = { index: number; table: Table; forms: string[][]; columns: ColumnEntry[] };
export type ColumnEntry = {
  table: number;
  column: Column;
  /** Readings of the name, singular words in order; the first is the likeliest. */
  forms: string[][];
  /** The same without the table's own words; equal to `forms` when nothing is left. */
  ownForms: string[][];
  isPrimary: boolean;
  isForeign: boolean;
  /** How it says yes and no, where that is all it says. */
  answers: FlagAnswers | null;
};
export type Lexicon = {
  catalog: Catalog;
  tables: TableEntry[];
  /** Lower-case values that are known beforehand, and where each stands. */
  values: Map<string, { table: number; column: string; value: string }[]>;
  /** Every word that a name of this catalog holds. */
  words: Set<string>;
  /** Those of columns that say yes or no. */
  flagWords: Set<string>;
  /** Forms that each of these words may come from. */
  roots: Map<string, string[]>;
  /** Where each word is part of a table's name, or of a column's or its table's. */
  postings: Map<string, { tables: TableEntry[]; columns: ColumnEntry[] }>;
};

const known = new WeakMap<Catalog, Lexicon>();
const commentWordsMax = 4;

/** The lexicon of a catalog; made once for the same object. */
export function lexiconOf(catalog: Catalog): Lexicon {
  const found = known.get(catalog);
  if (found) return found;
  const made = makeLexicon(catalog);
  known.set(catalog, made);
  return made;
}

function makeLexicon(catalog: Catalog): Lexicon {
  const vocabulary = vocabularyOf(catalog);
  const names = catalog.tables.map((table) => splitName(table.name, vocabulary));
  // A prefix of tables is dropped where every table has it.
  const shared = sharedPrefix(names);
  const prefix = names.every((name) => shared.every((piece, at) => name[at] === piece))
    ? shared
    : [];
  const tables = catalog.tables.map((table, index): TableEntry => {
    const pieces = splitName(table.name, vocabulary);
    const named = withComment(expandPieces(pieces.slice(prefix.length)), table.comment);
    const forms = withWhole(named, table.name, pieces);
    const columnPieces = table.columns.map((column) => splitName(column.name, vocabulary));
    const columnPrefix = columnPieces.length > 2 ? sharedPrefix(columnPieces) : [];
    const columns = table.columns.map((column, at) =>
      columnEntry(table, index, column, forms, columnPieces[at] ?? [], columnPrefix),
    );
    return { index, table, forms, columns };
  });
  const words = new Set(
    tables.flatMap((entry) => [
      ...entry.forms.flat(),
      ...entry.columns.flatMap((column) => column.forms.flat()),
    ]),
  );
  const flags = tables.flatMap(({ columns }) => columns.filter(({ answers }) => answers !== null));
  return {
    catalog,
    tables,
    values: valuesOf(catalog),
    words,
    flagWords: new Set(flags.flatMap(({ forms }) => forms.flat())),
    roots: rootsOf(words),
    postings: postingsOf(tables),
  };
}

function rootsOf(words: ReadonlySet<string>): Lexicon["roots"] {
  return new Map([...words].map((word) => [word, roots(word)]));
}

function postingsOf(tables: readonly TableEntry[]): Lexicon["postings"] {
  const postings: Lexicon["postings"] = new Map();
  const at = (word: string) => {
    const found = postings.get(word) ?? { tables: [], columns: [] };
    postings.set(word, found);
    return found;
  };
  for (const entry of tables) {
    const tableWords = new Set(entry.forms.flat());
    for (const word of tableWords) at(word).tables.push(entry);
    for (const column of entry.columns) {
      const words = new Set([...tableWords, ...column.forms.flat(), ...column.ownForms.flat()]);
      for (const word of words) at(word).columns.push(column);
    }
  }
  return postings;
}

function columnEntry(
  table: Table,
  index: number,
  column: Column,
  tableForms: string[][],
  pieces: string[],
  shared: readonly string[],
): ColumnEntry {
  const forms = withWhole(withComment(expandPieces(pieces), column.comment), column.name, pieces);
  const tableWords = new Set(tableForms.flat());
  const isShared = shared.length > 0 && shared.every((piece, at) => pieces[at] === piece);
  const short =
    isShared && pieces.length > shared.length ? expandPieces(pieces.slice(shared.length)) : [];
  const ownForms = [...short, ...forms].map((form) => {
    const own = form.filter((word) => !tableWords.has(word));
    return own.length > 0 ? own : form;
  });
  const isForeign = table.foreignKeys.some((key) => key.columns.includes(column.name));
  const isPrimary = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
  const answers = isPrimary || isForeign ? null : flagAnswersOf(column);
  return { table: index, column, forms, ownForms, isPrimary, isForeign, answers };
}

/** A name that was cut may be one word all the same: "hometown". */
function withWhole(forms: string[][], name: string, pieces: readonly string[]): string[][] {
  const isCut = pieces.length > 1 && /^[a-z]+$/i.test(name);
  return isCut ? [...forms, [singular(name.toLowerCase())]] : forms;
}

function withComment(forms: string[][], comment: string | null): string[][] {
  const words = (comment ?? "").toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  if (words.length === 0 || words.length > commentWordsMax) return forms;
  return [...forms, words.map(singular)];
}

function vocabularyOf(catalog: Catalog): Set<string> {
  const words = new Set<string>([...commonWords, ...synonymWords()]);
  const names = catalog.tables.flatMap((table) => [
    table.name,
    ...table.columns.map((column) => column.name),
  ]);
  // A piece that stands alone in one name is a word in the others.
  for (const name of names) {
    for (const part of name.split(/[^\p{L}]+|(?<=[a-z])(?=[A-Z])/u)) {
      if (part.length > 2 && part.length < 11 && name !== part)
        words.add(singular(part.toLowerCase()));
    }
  }
  for (const { name } of catalog.tables) {
    const isWhole = splitName(name, words).length === 1;
    if (isWhole && name.length > 2 && name.length < 13) words.add(singular(name.toLowerCase()));
  }
  return words;
}

const sharedShareMin = 0.8;

/** The leading pieces that almost all names share: `tbl_`, `app_`, `sb`. */
function sharedPrefix(names: readonly string[][]): string[] {
  const prefix: string[] = [];
  if (names.length < 2) return prefix;
  for (;;) {
    const [first] = names.filter((name) => prefix.every((piece, at) => name[at] === piece));
    const next = first?.[prefix.length];
    const longer = next === undefined ? [] : [...prefix, next];
    const having = names.filter(
      (name) => name.length > longer.length && longer.every((piece, at) => name[at] === piece),
    );
    if (next === undefined || having.length < names.length * sharedShareMin) return prefix;
    prefix.push(next);
  }
}

function valuesOf(catalog: Catalog): Lexicon["values"] {
  const values: Lexicon["values"] = new Map();
  for (const [index, table] of catalog.tables.entries()) {
    for (const column of table.columns) {
      for (const value of column.values) {
        const key = value.toLowerCase().trim();
        const place = { table: index, column: column.name, value };
        const places = values.get(key);
        if (places) places.push(place);
        else values.set(key, [place]);
      }
    }
  }
  return values;
}

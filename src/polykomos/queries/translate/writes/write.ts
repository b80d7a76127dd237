// Sentences that change something. The first word tells; what follows is read by the one form that
// takes all of it. What no form takes whole is refused: a change is never guessed.

import type { Catalog, Table } from "../../catalog/catalog.ts";
import type { Question, Translation, ValueHit } from "../../translator.ts";
import { labelColumns } from "../link/labels.ts";
import { lexiconOf } from "../link/lexicon.ts";
import { readAdd } from "./add.ts";
import { readAmount, readDelete, readMark, readRenameRow, readSet, readSum } from "./change.ts";
import {
  readAddColumn,
  readCreateIndex,
  readCreateTable,
  readDropColumn,
  readDropTable,
  readRenameColumn,
  readRenameTable,
  readTruncate,
} from "./define.ts";
import type { Setting } from "./known.ts";
import { NotUnderstood, Reader } from "./reader.ts";

type Form = (setting: Setting) => string;

const more: Form = (setting) => readSum(setting, "+");
const less: Form = (setting) => readSum(setting, "-");
const removal: Form[] = [readDropTable, readDropColumn, readDelete];
const forms: [verbs: string[], forms: Form[]][] = [
  [
    ["add", "insert", "register"],
    [readAddColumn, more, readAdd],
  ],
  [
    ["create", "make"],
    [readCreateTable, readCreateIndex, readAdd],
  ],
  [
    ["set", "change", "update", "modify"],
    [readSet, readMark],
  ],
  [["increase", "raise", "increment"], [(setting) => readAmount(setting, "+")]],
  [["decrease", "reduce", "lower", "decrement"], [(setting) => readAmount(setting, "-")]],
  [["subtract", "deduct", "take"], [less]],
  [["mark", "flag"], [readMark]],
  [["rename"], [readRenameColumn, readRenameTable, readRenameRow]],
  [["delete", "remove", "erase"], removal],
  [["drop"], removal],
  [["truncate", "empty", "clear"], [readTruncate]],
];
const polite = ["please", "can you", "could you", "i want to", "i would like to", "let's", "now"];

/** Whether a text asks for a change, by its first words. */
export function asksForChange(text: string, catalog: Catalog): boolean {
  const reader = new Reader(text, catalog, []);
  reader.take(...polite);
  return forms.some(([verbs]) => reader.isNext(...verbs));
}

/** The change that a text asks for, or why it cannot be told. */
export function translateChange(question: Question, hits: readonly ValueHit[]): Translation {
  const { text, catalog, dialect, now } = question;
  let words: string[] = [];
  for (const [verbs, readings] of forms) {
    for (const form of readings) {
      const reader = new Reader(text, catalog, hits);
      reader.take(...polite);
      if (!reader.take(...verbs)) break;
      try {
        const sql = form({ reader, dialect, now });
        if (reader.isAtEnd) return { kind: "sql", sql, confidence: 1 };
        words = reader.tokens.slice(reader.at).map((token) => token.raw);
      } catch (error) {
        if (!(error instanceof NotUnderstood)) throw error;
        if (words.length === 0) words = error.words;
      }
    }
  }
  const suggestions = suggestionsFor(catalog);
  return { kind: "refused", code: "query_not_understood", unknown: words.slice(0, 5), suggestions };
}

/** Sentences that are understood, about a table of this database. */
function suggestionsFor(catalog: Catalog): string[] {
  const named = catalog.tables.map((table, at) => suggestionsOf(catalog, table, at));
  return (named.find((each) => each.length > 0) ?? []).slice(0, 3);
}

function suggestionsOf(catalog: Catalog, table: Table, at: number): string[] {
  const labels = labelColumns(lexiconOf(catalog), at);
  const label = labels.length === 1 && labels[0]?.table === at ? labels[0].column : null;
  const column = table.columns.find(({ name, kind }) => name === label && kind === "text");
  if (column === undefined || table.isView) return [];
  const [name, what] = [table.name, column.name].map((each) => each.replaceAll("_", " "));
  return [
    `add to ${name} with ${what} 'something'`,
    `set the ${what} of ${name} where ${what} is 'something' to 'another'`,
    `delete ${name} where ${what} is 'something'`,
  ];
}

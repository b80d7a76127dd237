// A data folder holds one folder a set: `pg/<database>.sql` files, and its questions either as
// `questions.jsonl` or as a `*_postgres.csv` whose gold may name alternatives.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseCsv } from "./csv.ts";

export type EvalQuestion = {
  id: string;
  database: string;
  question: string;
  level: string;
  /** Any of these results is right. */
  gold: string[];
  /** Kept out of sight while the grammar grows: only its totals are looked at. */
  sealed: boolean;
};
export type QuestionSet = {
  name: string;
  /** Whether the gold's columns need only be contained in the answer. */
  metric: "strict" | "superset";
  databases: { name: string; file: string }[];
  questions: EvalQuestion[];
};
/** A question's own words, or the same with synonyms. */
export const wordingFields = ["question", "question_syn"] as const;
type WordingField = (typeof wordingFields)[number];

const SEALED_EVERY = 4;
const MAX_ALTERNATIVES = 64;

/** The sets of a data folder, by name; all of them when none is asked for. */
export function readSets(folder: string, names: string[], field: WordingField): QuestionSet[] {
  const found = readdirSync(folder).filter((name) => existsSync(join(folder, name, "pg")));
  const missing = names.filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`No set ${missing.join(", ")} in ${folder}`);
  const wanted = names.length > 0 ? names : found.sort();
  return wanted.map((name) => readSet(join(folder, name), field));
}

function readSet(folder: string, field: WordingField): QuestionSet {
  const databases = readdirSync(join(folder, "pg"))
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({ name: file.slice(0, -".sql".length), file: join(folder, "pg", file) }));
  const lines = join(folder, "questions.jsonl");
  const name = basename(folder);
  if (existsSync(lines)) {
    const questions = readLines(readFileSync(lines, "utf8"), field);
    return { name, metric: "strict", databases, questions };
  }
  const csvs = readdirSync(folder).filter((file) => file.endsWith("_postgres.csv"));
  const questions = csvs.sort().flatMap((file) => {
    const records = parseCsv(readFileSync(join(folder, file), "utf8"));
    return records.map((record, index) => fromRecord(record, `${file.slice(0, -13)}-${index + 1}`));
  });
  return { name, metric: "superset", databases, questions };
}

function readLines(text: string, field: WordingField): EvalQuestion[] {
  const records = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): Record<string, string> => JSON.parse(line));
  return records.map((record, index) => ({
    id: record.id ?? String(index),
    database: record.db ?? "",
    question: record[field] ?? record.question ?? "",
    level: record.level ?? "all",
    gold: [record.sql_pg ?? ""],
    sealed: index % SEALED_EVERY === SEALED_EVERY - 1,
  }));
}

function fromRecord(record: Record<string, string>, id: string): EvalQuestion {
  const instructions = record.instructions ? ` ${record.instructions}` : "";
  return {
    id,
    database: record.db_name ?? "",
    question: (record.question ?? "") + instructions,
    level: record.query_category ?? "all",
    gold: alternatives(record.query ?? ""),
    sealed: false,
  };
}

/** `a; b` names two right queries, `{x, y}` any non-empty subset of columns; `{}` repeats the subset. */
function alternatives(gold: string): string[] {
  const queries = gold
    .split(";")
    .map((query) => query.trim())
    .filter((query) => query !== "");
  return queries.flatMap(expandSubsets).slice(0, MAX_ALTERNATIVES);
}

function expandSubsets(query: string): string[] {
  const match = /\{([^{}]+)\}/.exec(query);
  if (match === null) return [query];
  const columns = splitColumns(match[1] ?? "");
  const subsets = Array.from({ length: 2 ** columns.length - 1 }, (_, index) =>
    columns.filter((_column, bit) => ((index + 1) >> bit) & 1).join(", "),
  );
  return subsets.map((subset) => query.replace(match[0], subset).replaceAll("{}", subset));
}

function splitColumns(text: string): string[] {
  const columns: string[] = [];
  let depth = 0;
  let current = "";
  for (const char of text) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (char === "," && depth === 0) {
      columns.push(current.trim());
      current = "";
    } else current += char;
  }
  return [...columns, current.trim()].filter((column) => column !== "");
}

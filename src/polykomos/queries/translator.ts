import type { Catalog } from "./catalog/catalog.ts";

/**
 * The port behind which questions become SQL. What a translator answers is never trusted: every
 * statement passes the guard and runs inside the database's own fence.
 */
export type Dialect = "postgres" | "mysql";

export type Question = {
  text: string;
  dialect: Dialect;
  catalog: Catalog;
  /** The moment that "today" means; an argument, so that a translation can be repeated. */
  now: Date;
  /** Looks words up among the database's values. */
  probe: Probe;
  /** What is wrong with a statement, for a translator that can mend it; null: nothing. */
  check?(sql: string): Promise<{ message: string; isHopeless: boolean } | null>;
  /** Earlier questions to this database with what answered them, for one that learns by example. */
  examples?(): Promise<readonly { question: string; sql: string }[]>;
};

/** A word group of the question that stands as a value in a column. */
export type ValueHit = { schema: string; table: string; column: string; value: string };

/** Which of the terms are values, by one read of the database; a translator calls it at most once. */
export type Probe = (terms: readonly string[]) => Promise<ValueHit[]>;

export type Translation =
  | { kind: "sql"; sql: string /** From 0 to 1. */; confidence: number }
  | {
      kind: "refused";
      code: "query_not_understood" | "ambiguous_query";
      /** Words of the question that mean nothing in this database. */
      unknown: string[];
      /** One to three rephrasings that this translator does understand. */
      suggestions: string[];
    };

export const translatorNames = ["embedded", "workers-ai", "openai"] as const;
export type TranslatorName = (typeof translatorNames)[number];

export type Translator = {
  name: TranslatorName;
  translate(question: Question): Promise<Translation>;
};

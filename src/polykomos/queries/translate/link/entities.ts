// What the words of a text name in a catalog, for whoever reads a grammar of their own: the tokens, the
// pieces with their chosen meaning, and the same by kind. The clauses of questions are built on this too.

import type { Catalog } from "../../catalog/catalog.ts";
import type { ValueHit } from "../../translator.ts";
import { joinGraphOf } from "../joins/graph.ts";
import { type Token, tokenize } from "../words/tokens.ts";
import { type Assignment, assign, type Piece } from "./assign.ts";
import type { Item } from "./item.ts";
import { lexiconOf } from "./lexicon.ts";
import { makeMatcher } from "./matcher.ts";
import { prepareTokens } from "./prepare.ts";
import { segment } from "./segment.ts";
import { probeTerms, valueSpans } from "./values.ts";

/**
 * The linked text. `pieces` follow the text in order and `from`/`to` of a piece count `tokens`, whose
 * own `from`/`to` count characters. Table numbers are positions in `catalog.tables`; `score` of a table
 * or column is about 3 for each word that is exactly its name and less for synonyms and parts.
 */
export type Entities = {
  tokens: Token[];
  /** The likeliest meaning of all pieces together. */
  pieces: Piece[];
  /** Up to four joint choices, likeliest first; the first one is `pieces`. */
  assignments: Assignment[];
  /** All meanings of each piece, before they were weighed against each other. */
  items: Item[];
  tables: Extract<Piece, { kind: "table" }>[];
  columns: Extract<Piece, { kind: "column" }>[];
  /** Values that stand in the database, written as they stand there. */
  values: Extract<Piece, { kind: "value" }>[];
  /** Quoted text that is nowhere in the database. */
  texts: Piece[];
  numbers: Extract<Piece, { kind: "number" }>[];
  /** Words that mean nothing here. */
  unknown: string[];
};

/** The terms worth one probe of the database's values before a text is linked. */
export function termsToProbe(text: string, catalog: Catalog): string[] {
  const lexicon = lexiconOf(catalog);
  return probeTerms(text, prepareTokens(tokenize(text), lexicon, []), lexicon);
}

/** Links a text with a catalog; `hits` are what the probe found for `termsToProbe`. Pure. */
export function linkEntities(
  text: string,
  catalog: Catalog,
  hits: readonly ValueHit[] = [],
): Entities {
  const lexicon = lexiconOf(catalog);
  const tokens = prepareTokens(tokenize(text), lexicon, hits);
  const values = valueSpans(text, tokens, lexicon, hits);
  const items = segment(tokens, lexicon, values, makeMatcher(lexicon));
  const assignments = assign(items, lexicon, joinGraphOf(lexicon));
  const pieces = assignments[0]?.pieces ?? [];
  return {
    tokens,
    pieces,
    assignments,
    items,
    tables: pieces.filter((piece) => piece.kind === "table"),
    columns: pieces.filter((piece) => piece.kind === "column"),
    values: pieces.filter((piece) => piece.kind === "value"),
    texts: pieces.filter((piece) => piece.kind === "text"),
    numbers: pieces.filter((piece) => piece.kind === "number"),
    unknown: pieces.filter((piece) => piece.kind === "unknown").map((piece) => piece.text),
  };
}

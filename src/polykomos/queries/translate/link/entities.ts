// What the words of a text name in a catalog: the way from a text to pieces with a meaning.

import type { Catalog } from "../../catalog/catalog.ts";
import type { ValueHit } from "../../translator.ts";
import { joinGraphOf } from "../joins/graph.ts";
import { type Token, tokenize } from "../words/tokens.ts";
import { type Assignment, assign } from "./assign.ts";
import { lexiconOf } from "./lexicon.ts";
import { makeMatcher } from "./matcher.ts";
import { prepareTokens } from "./prepare.ts";
import { segment } from "./segment.ts";
import { probeTerms, valueSpans } from "./values.ts";

/**
 * The linked text. The pieces of an assignment follow the text in order; their `from` and `to` count
 * `tokens`, whose own count characters. Table numbers are positions in `catalog.tables`; the `score` of
 * a table or column is about 3 for each word that is exactly its name and less for synonyms and parts.
 */
type Entities = {
  tokens: Token[];
  /** Up to four joint choices of meanings, likeliest first; at least one. */
  assignments: Assignment[];
};

/** The terms worth one probe of the database's values before a text is linked. */
export function termsToProbe(text: string, catalog: Catalog): string[] {
  const lexicon = lexiconOf(catalog);
  return probeTerms(text, prepareTokens(tokenize(text), lexicon, []), lexicon);
}

/** Links a text with a catalog; `hits` are what the probe found for `termsToProbe`. */
export function linkEntities(text: string, catalog: Catalog, hits: readonly ValueHit[]): Entities {
  const lexicon = lexiconOf(catalog);
  const tokens = prepareTokens(tokenize(text), lexicon, hits);
  const values = valueSpans(text, tokens, lexicon, hits);
  const items = segment(tokens, lexicon, values, makeMatcher(lexicon));
  return { tokens, assignments: assign(items, lexicon, joinGraphOf(lexicon)) };
}

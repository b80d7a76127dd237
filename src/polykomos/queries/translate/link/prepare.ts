// Small rewritings of a question that depend on the catalog: "full name" where first and last names are
// kept apart, and a quoted "Ada Lovelace" where the two stand in two columns.

import type { ValueHit } from "../../translator.ts";
import { singular } from "../words/stem.ts";
import type { Token } from "../words/tokens.ts";
import type { Lexicon } from "./lexicon.ts";

/** The tokens with such phrases spelled out; places in the text stay those of the phrase. */
export function prepareTokens(
  tokens: readonly Token[],
  lexicon: Lexicon,
  hits: readonly ValueHit[],
): Token[] {
  const isSplit =
    !lexicon.words.has("full") && lexicon.words.has("first") && lexicon.words.has("last");
  return withoutRemarks(tokens).flatMap((token, at, kept) => {
    const next = kept[at + 1];
    if (token.kind === "word" && token.text.includes("_")) return splitUnderscores(token, lexicon);
    if (token.kind === "quoted") return splitPerson(token, lexicon, hits);
    const longer =
      isSplit && !lexicon.words.has(token.stem) ? longNames.get(token.stem) : undefined;
    if (longer) return [{ ...token, text: longer, raw: longer, stem: longer }, nameOf(token)];
    if (!isSplit || token.text !== "full" || next?.stem !== "name") return [token];
    const word = (text: string) => ({ ...token, text, raw: text, stem: text });
    return [word("first"), { ...next }, word("and"), word("last")];
  });
}

const longNames = new Map([
  ["forename", "first"],
  ["surname", "last"],
]);

function nameOf(token: Token): Token {
  return { ...token, text: "name", raw: "name", stem: "name" };
}

/** "inclusive of today", "by doing a left join from …": how, not what. */
function withoutRemarks(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  let skipping = false;
  let noting = false;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "mark" && (noting ? /[.?!]/ : /[.,?!)]/).test(token.text)) {
      skipping = false;
      noting = false;
    }
    if (token.text === "note" && tokens[at + 1]?.text === "that") noting = true;
    if (noting) skipping = true;
    const two = `${token.text} ${tokens[at + 1]?.text ?? ""}`;
    if (token.text === "inclusive" || /^(by doing|by joining|on joining)$/.test(two))
      skipping = true;
    if (!skipping) kept.push(token);
  }
  return kept;
}

/** `manager_name` in a question is two words, unless it is a value. */
function splitUnderscores(token: Token, lexicon: Lexicon): Token[] {
  if (lexicon.values.has(token.text)) return [token];
  const words = token.text.split("_").filter((word) => word !== "");
  return words.map((text) => ({ ...token, text, raw: text, stem: singular(text) }));
}

function splitPerson(token: Token, lexicon: Lexicon, hits: readonly ValueHit[]): Token[] {
  const words = token.raw.split(" ");
  const [first = "", last = ""] = words;
  const isKnown = (text: string) =>
    lexicon.values.has(text) || hits.some((hit) => hit.value.toLowerCase() === text);
  if (words.length !== 2 || isKnown(token.text)) return [token];
  if (!isKnown(first.toLowerCase()) || !isKnown(last.toLowerCase())) return [token];
  // The quotes belong to neither word, so both keep the whole place.
  return [first, last].map((raw) => ({
    ...token,
    raw,
    text: raw.toLowerCase(),
    stem: raw.toLowerCase(),
  }));
}

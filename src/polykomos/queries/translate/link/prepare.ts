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
    const denied = deniedWord(token, lexicon);
    if (denied !== null) return [spoken(token, "not"), spoken(token, denied)];
    const longer =
      isSplit && !lexicon.words.has(token.stem) ? longNames.get(token.stem) : undefined;
    if (longer) return [spoken(token, longer), spoken(token, "name")];
    if (!isSplit || token.text !== "full" || next?.stem !== "name") return [token];
    return [spoken(token, "first"), { ...next }, spoken(token, "and"), spoken(token, "last")];
  });
}

const longNames = new Map([
  ["forename", "first"],
  ["surname", "last"],
]);

/** Another word at a token's place. */
function spoken(token: Token, text: string): Token {
  return { ...token, text, raw: text, stem: text };
}

const opposites = new Map([
  ["closed", "open"],
  ["disabled", "enabled"],
  ["hidden", "visible"],
  ["offline", "online"],
  ["private", "public"],
]);

/** "unpaid" of a column that says whether it is paid: the word that it denies. */
function deniedWord(token: Token, lexicon: Lexicon): string | null {
  const isKnown = lexicon.words.has(token.stem) || lexicon.values.has(token.text);
  if (token.kind !== "word" || token.isName || isKnown) return null;
  const [, rest = ""] = /^(?:un|in|im|non|dis)(\w{3,})$/.exec(token.text) ?? [];
  const denied = opposites.get(token.text) ?? rest;
  return lexicon.flagWords.has(denied) || lexicon.flagWords.has(singular(denied)) ? denied : null;
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

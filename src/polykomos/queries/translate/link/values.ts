// Which words of a question are values. Those known beforehand come from the lexicon, the others from
// one probe of the database.

import type { ValueHit } from "../../translator.ts";
import { phrases } from "../operators/phrases.ts";
import { standsFor } from "../words/demonyms.ts";
import type { Token } from "../words/tokens.ts";
import type { ValueCandidate } from "./item.ts";
import type { Lexicon } from "./lexicon.ts";

export type ValueSpan = { from: number; to: number; score: number; candidates: ValueCandidate[] };
type Place = { table: number; column: string; value: string };

const valueTokensMax = 8;
const termCharsMin = 2;
const quotedScore = 12;
const nameWordScore = 3.2;
const lowerWordScore = 2.35;
const standInScore = 2.9;
const scorePerWord = 3.3;

/** Word groups worth asking the database about: quoted, capitalised, with digits, or unknown. */
export function probeTerms(text: string, tokens: readonly Token[], lexicon: Lexicon): string[] {
  const terms: string[] = [];
  for (const [from, to] of windows(tokens)) {
    const span = tokens.slice(from, to);
    const isPlain = span.every(
      (token) => token.kind === "word" && !token.isName && isFamiliar(token, lexicon),
    );
    if (isPlain) continue;
    const edges = [span[0], span.at(-1)];
    if (span.length > 1 && edges.some((token) => token?.kind === "mark")) continue;
    const term = textOf(text, span);
    if (term.length >= termCharsMin) terms.push(term);
    const parts = span[0]?.kind === "quoted" ? term.split(" ") : [];
    if (parts.length === 2) terms.push(...parts);
  }
  return [...new Set(terms)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** Spans of tokens that are values, with every place where each stands. */
export function valueSpans(
  text: string,
  tokens: readonly Token[],
  lexicon: Lexicon,
  hits: readonly ValueHit[],
): ValueSpan[] {
  const probed = indexHits(hits, lexicon);
  const spans: ValueSpan[] = [];
  for (const [from, to] of windows(tokens)) {
    const span = tokens.slice(from, to);
    const term = textOf(text, span);
    const places = [...(lexicon.values.get(term) ?? []), ...(probed.get(term) ?? [])];
    const standIns = places.length > 0 ? [] : standInPlaces(span, term, lexicon, probed);
    if (places.length + standIns.length === 0) continue;
    const score = spanScore(span, standIns.length > 0, tokens[from - 1]);
    if (score <= 0) continue;
    const candidates = [...places, ...standIns].map((place) => ({ ...place, score }));
    spans.push({ from, to, score, candidates });
  }
  return spans;
}

function spanScore(span: readonly Token[], isStandIn: boolean, before: Token | undefined): number {
  const [first] = span;
  if (first?.kind === "quoted") return quotedScore;
  if (span.length > 1) return scorePerWord * span.filter((token) => token.kind !== "mark").length;
  if (first === undefined || first.kind === "mark" || first.text.length < termCharsMin) return 0;
  if (isStandIn) return standInScore;
  if (first.kind === "number") return 0;
  const isOperator = phrases.get(first.text)?.some((phrase) => phrase.words.length === 1) ?? false;
  if (first.isName || /\d/.test(first.text)) return isOperator ? 1 : nameWordScore;
  const isNamed = /^(code|type|status|category|level|method|state|kind|is)$/.test(
    before?.text ?? "",
  );
  return isOperator && !isNamed ? 0 : lowerWordScore;
}

function standInPlaces(
  span: readonly Token[],
  term: string,
  lexicon: Lexicon,
  probed: ReadonlyMap<string, Place[]>,
): Place[] {
  const [first] = span;
  const others = [...(standsFor.get(term) ?? [])];
  if (span.length === 1 && first?.kind === "word" && first.stem !== first.text)
    others.push(first.stem);
  const short = (other: string) => other.length === 1;
  const places = others.flatMap((other) =>
    [...(lexicon.values.get(other) ?? []), ...(probed.get(other) ?? [])].filter(
      (place) => !short(other) || /sex|gender/i.test(place.column),
    ),
  );
  return places;
}

function* windows(tokens: readonly Token[]): Generator<[number, number]> {
  for (let from = 0; from < tokens.length; from += 1) {
    if (tokens[from]?.kind === "quoted") {
      yield [from, from + 1];
      continue;
    }
    for (let to = from + 1; to <= Math.min(tokens.length, from + valueTokensMax); to += 1) {
      const last = tokens[to - 1];
      if (last?.kind === "quoted" || (last?.kind === "mark" && /[?!;]/.test(last.text))) break;
      yield [from, to];
    }
  }
}

function textOf(text: string, span: readonly Token[]): string {
  const [first] = span;
  const last = span.at(-1);
  if (first === undefined || last === undefined) return "";
  if (first.kind === "quoted") return first.text;
  return text.slice(first.from, last.to).toLowerCase();
}

function isFamiliar(token: Token, lexicon: Lexicon): boolean {
  return phrases.has(token.text) || lexicon.words.has(token.stem);
}

function indexHits(hits: readonly ValueHit[], lexicon: Lexicon): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const hit of hits) {
    const entry = lexicon.tables.find(
      ({ table }) => table.name === hit.table && table.schema === hit.schema,
    );
    if (entry === undefined) continue;
    const key = hit.value.toLowerCase().trim();
    const place = { table: entry.index, column: hit.column, value: hit.value };
    const places = found.get(key);
    if (places) places.push(place);
    else found.set(key, [place]);
  }
  return found;
}

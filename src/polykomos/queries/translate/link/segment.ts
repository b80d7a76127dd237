// The one cut of a question into operators, names, values and numbers whose pieces together score best.

import { type OperatorSpan, operatorsAt } from "../operators/match.ts";
import { phrases } from "../operators/phrases.ts";
import type { Token } from "../words/tokens.ts";
import { candidatesOf } from "./candidates.ts";
import type { Item } from "./item.ts";
import type { Lexicon } from "./lexicon.ts";
import type { Matcher } from "./matcher.ts";
import type { ValueSpan } from "./values.ts";

const nameTokensMax = 5;
const phraseWordScore = 2.1;
const operatorScoreAlone = 1.5;
const leadingCommandScore = 3;
const weakCommandScore = 0.3;
const glueScore = 0.5;
const numberScore = 1;
const longerNameBonus = 0.2;
const looseNameCost = 1.6;
const exactWordScore = 2.95;

type Choice = { score: number; start: number; item: Item | null };

/** Cuts the question; the items cover all its tokens but marks without meaning. */
export function segment(
  tokens: readonly Token[],
  lexicon: Lexicon,
  values: readonly ValueSpan[],
  matcher: Matcher,
): Item[] {
  const best: Choice[] = [{ score: 0, start: 0, item: null }];
  for (let index = 0; index < tokens.length; index += 1) {
    const before = best[index]?.score ?? Number.NEGATIVE_INFINITY;
    for (const [score, item] of piecesAt(tokens, index, lexicon, values, matcher)) {
      const known = best[item.to];
      if (known === undefined || before + score > known.score) {
        best[item.to] = { score: before + score, start: index, item };
      }
    }
  }
  const items: Item[] = [];
  for (let at = tokens.length; at > 0; ) {
    const choice = best[at];
    if (choice?.item) items.unshift(choice.item);
    at = choice ? choice.start : at - 1;
  }
  return items;
}

function piecesAt(
  tokens: readonly Token[],
  from: number,
  lexicon: Lexicon,
  values: readonly ValueSpan[],
  matcher: Matcher,
): [number, Item][] {
  const token = tokens[from];
  if (token === undefined) return [];
  const pieces: [number, Item][] = [[0, { kind: "unknown", from, to: from + 1, text: token.text }]];
  const operators = operatorsAt(tokens, from);
  for (const span of operators) {
    const text = textOf(tokens, span.from, span.to);
    pieces.push([operatorScore(tokens, span), { kind: "operator", text, ...span }]);
  }
  for (const value of values) {
    if (value.from !== from) continue;
    const { to, candidates, score } = value;
    const [only] = to === from + 1 ? [token] : [];
    if (only?.kind === "number") continue;
    const text = token.kind === "quoted" ? token.raw : textOf(tokens, from, to);
    pieces.push([score, { kind: "value", from, to, text, candidates }]);
  }
  if (token.kind === "number") {
    const same = values.find((value) => value.from === from && value.to === from + 1);
    const candidates = same?.candidates ?? [];
    const place = { from, to: from + 1, text: token.raw };
    const value = Number(token.text);
    pieces.push([
      numberScore,
      Number.isNaN(value)
        ? { ...place, kind: "date", value: token.raw }
        : { ...place, kind: "number", value, decimal: plainDecimal(token.text), candidates },
    ]);
  }
  if (token.kind === "quoted" && !values.some((value) => value.from === from)) {
    pieces.push([1, { kind: "value", from, to: from + 1, text: token.raw, candidates: [] }]);
  }
  for (let to = from + 1; to <= Math.min(tokens.length, from + nameTokensMax); to += 1) {
    const candidates = candidatesOf(tokens, from, to, lexicon, matcher);
    const [first] = candidates;
    if (first === undefined) continue;
    const count = to - from;
    const isLoose =
      count === 1 &&
      first.score < exactWordScore &&
      operators.some(({ operator }) => operator !== "glue");
    const score = first.score + (count - 1) * longerNameBonus - (isLoose ? looseNameCost : 0);
    pieces.push([score, { kind: "ref", from, to, text: textOf(tokens, from, to), candidates }]);
  }
  return pieces;
}

/** A number as SQL and people write it: no zeros in front or at the end, no exponent, no digit lost. */
function plainDecimal(text: string): string {
  const [, sign = "", whole = "", decimals = ""] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  return `${sign}${whole}${decimals === "" ? "" : `.${decimals}`}`;
}

function operatorScore(tokens: readonly Token[], span: OperatorSpan): number {
  const length = span.to - span.from;
  if (span.operator === "glue") return glueScore * length;
  if (span.operator === "order" && length === 1 && !leadsOrder(tokens[span.to])) return 0;
  if (span.operator === "count" && isCompound(tokens, span.from)) return weakCommandScore;
  const isLoneBucket = span.operator === "bucket" && span.to - span.from === 1;
  if (isLoneBucket && tokens[span.to]?.kind === "word") return 0;
  if (span.operator === "past" && !isSpanOfTime(tokens[span.to])) return 0;
  const before = tokens[span.from - 1];
  const starts = before === undefined || (before.kind === "mark" && /[.?!,]/.test(before.text));
  const follows = tokens[span.to]?.text;
  if (span.operator === "command" && starts && follows !== "of")
    return leadingCommandScore + length;
  if (
    span.operator === "command" &&
    /^(name|state|list|show|report|find|display|describe)$/.test(tokens[span.from]?.text ?? "")
  ) {
    return length > 1 ? phraseWordScore : weakCommandScore;
  }
  if (span.operator === "prep" || span.operator === "rel" || span.operator === "and")
    return 0.9 * length;
  return length > 1 ? phraseWordScore * length : operatorScoreAlone;
}

/** "sorted descending" orders, "products that were ordered" does not. */
function leadsOrder(token: Token | undefined): boolean {
  return /^(by|in|from|ascending|descending|alphabetically|according|the|them|it|descendingly|ascendingly|first|names|results|list|based|all)$/.test(
    token?.text ?? "",
  );
}

/** "the phone number of": the number belongs to the word before it. */
function isCompound(tokens: readonly Token[], from: number): boolean {
  const before = tokens[from - 1];
  const isNumber = /^numbers?$/.test(tokens[from]?.text ?? "");
  return isNumber && before?.kind === "word" && !phrases.has(before.text);
}

/** "the last 30 days" is a span of time, "the last name" is none. */
function isSpanOfTime(token: Token | undefined): boolean {
  return (
    token?.kind === "number" ||
    /^(day|week|month|quarter|year|hour|decade|calendar)$/.test(token?.stem ?? "")
  );
}

function textOf(tokens: readonly Token[], from: number, to: number): string {
  return tokens
    .slice(from, to)
    .map((token) => token.raw)
    .join(" ");
}

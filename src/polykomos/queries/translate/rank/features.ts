import { isOperator } from "../grammar/draft.ts";
import type { Reading } from "../grammar/parse.ts";
import { queryTables } from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";
import { singular } from "../words/stem.ts";

/** What speaks for and against a reading. */
export type Features = {
  /** Words that mean nothing here, weighed: a name more than a verb. */
  unknown: number;
  /** Operators whose object was not found: "the average" of nothing. */
  dangling: number;
  /** Values, numbers and texts that no clause used. */
  unusedValues: number;
  /** Words that turn, choose or divide, and had nothing to do so with. */
  passedOver: number;
  unusedColumns: number;
  tables: number;
  /** Names that are known only by a synonym or in part. */
  loose: number;
  /** Names and values that are known at all. */
  linked: number;
};

/** Without these it is another question. */
const deciding: Operator[] = ["not", "except", "pct", "time", "age", "common"];
/** These need something to work on. */
const computing: Operator[] = ["agg", "super", "cmp", "like", "not", "except", "between", "count"];
/** A name that scores less is known only by a synonym or in part. */
const sureScoreMin = 2.3;
/** How much an unknown verb, and an unknown name, weigh beside any other unknown word. */
const verbWeight = 0.35;
const nameWeight = 1.2;

/** Measures a reading. */
export function featuresOf(reading: Reading): Features {
  const { draft, query } = reading;
  const features: Features = {
    unknown: 0,
    dangling: 0,
    unusedValues: 0,
    passedOver: 0,
    unusedColumns: 0,
    tables: queryTables(query).length,
    loose: 0,
    linked: 0,
  };
  for (const [at, piece] of draft.pieces.entries()) {
    const isUsed = draft.used[at] ?? false;
    if (piece.kind === "unknown") {
      // "the snatch score": a word behind a column's name belongs to it.
      const isTail = draft.pieces[at - 1]?.kind === "column";
      features.unknown += unknownWeight(piece.text, at) * (isTail ? verbWeight : 1);
    }
    if (piece.kind === "column" || piece.kind === "table") {
      features.linked += 1;
      if (piece.score < sureScoreMin) features.loose += 1;
      if (!isUsed && piece.kind === "column") features.unusedColumns += 1;
    }
    if (piece.kind === "value") features.linked += 1;
    if (!isUsed && /^(value|number|text|date)$/.test(piece.kind)) features.unusedValues += 1;
    if (isUsed) continue;
    if (isOperator(piece, ...deciding) && !/^(no|not|best|last|first)$/i.test(piece.text)) {
      features.passedOver += 1;
    }
    const isFiller = /^(only|over|under|above|below|no|not|best|top|total)$/i.test(piece.text);
    if (isOperator(piece, ...computing) && !isFiller) features.dangling += 1;
  }
  return features;
}

const harmless =
  /^(day|month|year|dollar|time|kind|record|person|database|system|entry|piece|lot|way|case|thing|row|item|result|list|table|column|data|entrie|network|entry|instance|example|different|each|complete)s?$/i;

/** Verbs that say no more than the tables do: students "attend" courses. */
const verbs = new Set(
  `accommodate act add advise affect appear attend begin buy call choose come complete consist contain cost
cover create cut deliver direct earn enroll exist follow gain give go grow handle happen help hire host involve
join keep know last leave like live look lose love make manage meet move need occur offer open operate order
participate pay perform place play prefer prescribe produce provide publish purchase rate reach receive
register release remain rent report require review run see sell send serve ship show sign sit speak spend stay
study supply take teach travel treat up use visit vote wear win work write effect charge`.split(
    /\s+/,
  ),
);

function unknownWeight(word: string, at: number): number {
  if (!/^[\p{L}]{2,}/u.test(word) || harmless.test(word)) return 0;
  if (/^\p{Lu}/u.test(word) && at > 0) return nameWeight;
  return /(ed|ing|ly)$/.test(word) || verbs.has(singular(word)) ? verbWeight : 1;
}

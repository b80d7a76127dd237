// How people say comparisons, and read the one that comes next.

import type { ColumnKind } from "../../catalog/catalog.ts";
import type { Comparison } from "../logical/query.ts";
import type { Reader } from "./reader.ts";

const signs: [Comparison, string[]][] = [
  ["<>", ["is not", "are not", "isn't", "not", "is not equal to", "other than", "!="]],
  [">=", ["at least", "is at least", "no less than", ">=", "is greater than or equal to"]],
  ["<=", ["at most", "is at most", "no more than", "<=", "is less than or equal to"]],
  [
    ">",
    [
      ...over("more than"),
      ...over("greater than"),
      ...over("over"),
      ...over("above"),
      ...over("higher than"),
      ">",
    ],
  ],
  [
    "<",
    [
      ...over("less than"),
      ...over("fewer than"),
      ...over("under"),
      ...over("below"),
      ...over("lower than"),
      "<",
    ],
  ],
  ["=", ["is", "are", "=", "equals", "equal to", "is equal to", "of", "was", ":", "as"]],
];

/** Of what happened: who is "older than 30" has more years and not fewer. */
const timeSigns: typeof signs = [
  [">", [...over("after"), ...over("later than"), ...over("newer than")]],
  ["<", [...over("before"), ...over("earlier than"), ...over("older than")]],
];

function over(phrase: string): string[] {
  return [phrase, `is ${phrase}`, `are ${phrase}`, `was ${phrase}`, `of ${phrase}`];
}

/** The sign that comes next for a column of a kind; null when there is none. */
export function signOf(reader: Reader, kind: ColumnKind): Comparison | null {
  const isCounted = kind === "number" || kind === "boolean";
  let best: { sign: Comparison; to: number } | null = null;
  const start = reader.at;
  // The longest phrase over all signs decides: "is not" before "is".
  for (const [sign, phrases] of isCounted ? signs : [...signs, ...timeSigns]) {
    if (reader.take(...phrases) && reader.at > (best?.to ?? start)) best = { sign, to: reader.at };
    reader.at = start;
  }
  if (best === null) return null;
  reader.at = best.to;
  return best.sign;
}

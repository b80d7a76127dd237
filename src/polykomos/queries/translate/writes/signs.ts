// How people say comparisons, and read the one that comes next.

import type { Reader } from "./reader.ts";

const signs: [string, string[]][] = [
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
      ...over("after"),
      ...over("later than"),
      ...over("newer than"),
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
      ...over("before"),
      ...over("earlier than"),
      ...over("older than"),
      ...over("lower than"),
      "<",
    ],
  ],
  ["=", ["is", "are", "=", "equals", "equal to", "is equal to", "of", "was", ":", "as"]],
];

function over(phrase: string): string[] {
  return [phrase, `is ${phrase}`, `are ${phrase}`, `was ${phrase}`, `of ${phrase}`];
}

export function signOf(reader: Reader): string | null {
  for (const [sign, phrases] of signs) {
    // The longest phrase over all signs decides: "is not" before "is".
    const length = signs.map(([, others]) => lengthOf(reader, others));
    const own = lengthOf(reader, phrases);
    if (own > 0 && own === Math.max(...length)) {
      reader.take(...phrases);
      return sign;
    }
  }
  return null;
}

function lengthOf(reader: Reader, phrases: readonly string[]): number {
  const here = reader.at;
  reader.take(...phrases);
  const length = reader.at - here;
  reader.at = here;
  return length;
}

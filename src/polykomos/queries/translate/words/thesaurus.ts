import { singular } from "./stem.ts";

/** A table of related words, asked where the built-in synonyms do not know a pair. */
export type Thesaurus = {
  /** From 0, unrelated, to 1. */
  nearness(one: string, other: string): number;
};

export const emptyThesaurus: Thesaurus = { nearness: () => 0 };

let loaded: Promise<Thesaurus> | null = null;

/** WordNet's synonyms; loaded at the first question that has a word which nothing else explains. */
export function loadThesaurus(): Promise<Thesaurus> {
  loaded ??= import("./wordnet.ts").then(({ synonymGroups }) => makeThesaurus(synonymGroups));
  return loaded;
}

/** A thesaurus of groups of synonyms; a bar or a line's end ends a group. */
export function makeThesaurus(groups: string): Thesaurus {
  const groupsOf = new Map<string, number[]>();
  for (const [index, line] of groups.split(/[|\n]/).entries()) {
    for (const word of line.split(" ")) {
      const known = groupsOf.get(word);
      if (known) known.push(index);
      else groupsOf.set(word, [index]);
    }
  }
  const ofWord = (word: string) => groupsOf.get(word) ?? groupsOf.get(singular(word)) ?? [];
  function nearness(one: string, other: string): number {
    const shared = ofWord(other);
    return ofWord(one).some((group) => shared.includes(group)) ? 1 : 0;
  }
  return { nearness };
}

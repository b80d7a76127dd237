import type { ColumnEntry, Lexicon, TableEntry } from "./lexicon.ts";
import { wordQuality } from "./score-words.ts";

/** What the words of one question match in one catalog; each word is compared with the catalog once. */
export type Matcher = {
  /** The words of the catalog that a said word may stand for, with how well. */
  matches(said: string): ReadonlyMap<string, number>;
  /** Names that hold a word which the said word may stand for; a column's table counts. */
  namesLike(said: string): { tables: TableEntry[]; columns: ColumnEntry[] };
};

export function makeMatcher(lexicon: Lexicon): Matcher {
  const known = new Map<string, Map<string, number>>();
  function matches(said: string): Map<string, number> {
    const found = known.get(said);
    if (found) return found;
    const made = new Map<string, number>();
    for (const named of lexicon.words) {
      const quality = wordQuality(said, named, lexicon.roots.get(named) ?? [named]);
      if (quality > 0) made.set(named, quality);
    }
    known.set(said, made);
    return made;
  }
  function namesLike(said: string): { tables: TableEntry[]; columns: ColumnEntry[] } {
    const tables = new Set<TableEntry>();
    const columns = new Set<ColumnEntry>();
    for (const named of matches(said).keys()) {
      for (const table of lexicon.postings.get(named)?.tables ?? []) tables.add(table);
      for (const column of lexicon.postings.get(named)?.columns ?? []) columns.add(column);
    }
    return { tables: [...tables], columns: [...columns] };
  }
  return { matches, namesLike };
}

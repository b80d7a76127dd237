import { phrases } from "../operators/phrases.ts";
import { abbreviations } from "../words/abbreviations.ts";
import { roots } from "../words/stem.ts";
import { areSynonyms } from "../words/synonyms.ts";
import type { ColumnEntry, TableEntry } from "./lexicon.ts";
import type { Matcher } from "./matcher.ts";

const exactScore = 3;
const tableWordScore = 2.95;
const wholeNameBonus = 0.15;
const ownNameBonus = 0.1;
const genericLeftCost = 0.3;
const otherLeftCost = 0.75;
const tableNameCost = 0.9;
const nameSaidBonus = 1.6;
const leftCostMax = 1.4;
const qualities = {
  exact: 1,
  abbreviation: 0.97,
  root: 0.82,
  synonym: 0.62,
  prefix: 0.45,
} as const;
const prefixCharsMin = 4;

/** Words that say little about a column: "country name" is the country. */
const generic = new Set(
  "name id code number of in price type date value text the detail description total amount time year full us dollar".split(
    " ",
  ),
);

/** How well a word of the question names a word of the schema, from 0 to 1. */
export function wordQuality(said: string, named: string, namedRoots: readonly string[]): number {
  if (said === named) return qualities.exact;
  if (abbreviations.get(said)?.includes(named)) return qualities.abbreviation;
  if (said.length < 3 || named.length < 2 || isOperatorWord(said)) return 0;
  const saidRoots = roots(said);
  if (saidRoots.some((root) => root.length > 2 && namedRoots.includes(root))) return qualities.root;
  if (areSynonyms(said, named)) return qualities.synonym;
  const shorter = said.length < named.length ? said : named;
  const longer = said.length < named.length ? named : said;
  const isPrefix = shorter.length >= prefixCharsMin && longer.startsWith(shorter);
  return isPrefix && shorter.length * 2 >= longer.length ? qualities.prefix : 0;
}

/** "ordered" and "most" say what to do; they name something only where they are its very name. */
function isOperatorWord(word: string): boolean {
  return (
    phrases.get(word)?.some((phrase) => phrase.words.length === 1 && phrase.operator !== "glue") ??
    false
  );
}

/** The score of words as a table's name; 0 when one of them does not belong. */
export function scoreTable(words: readonly string[], entry: TableEntry, matcher: Matcher): number {
  return Math.max(0, ...entry.forms.map((form) => scoreForm(words, form, matcher)));
}

/** The score of words as a column's name; words of its table may stand among them. */
export function scoreColumn(
  words: readonly string[],
  entry: ColumnEntry,
  table: TableEntry,
  matcher: Matcher,
): number {
  const whole = entry.forms.map((form) => scoreForm(words, form, matcher));
  const own = entry.ownForms.map(
    (form) => scoreForm(words, form, matcher) - (wholeNameBonus - ownNameBonus),
  );
  const tableWords = new Set(table.forms.flat());
  // "sales" names the table "sales" and not its "sale_date".
  const isTableName =
    words.every((word) => tableWords.has(word)) &&
    !entry.forms.some((form) => form.length === words.length);
  const best = Math.max(0, ...whole, ...own) - (isTableName ? tableNameCost : 0);
  if (words.length < 2) return Math.max(0, best);
  if (best === 0 && words.at(-1) === "name" && entry.column.kind === "text") {
    // People say "country name" of a column that is called "country".
    const without = scoreColumn(words.slice(0, -1), entry, table, matcher);
    return without > 0 ? without + nameSaidBonus : 0;
  }
  // "active customers" narrows the customers; "the customer's activity" names the column.
  if (entry.answers !== null && tableWords.has(words.at(-1) ?? "")) return best;
  const rest = words.filter((word) => !tableWords.has(word));
  if (rest.length === 0 || rest.length === words.length) return best;
  const named = Math.max(0, ...entry.ownForms.map((form) => scoreForm(rest, form, matcher)));
  return named > 0 ? Math.max(best, named + (words.length - rest.length) * tableWordScore) : best;
}

function scoreForm(words: readonly string[], form: readonly string[], matcher: Matcher): number {
  const left = [...form];
  let score = 0;
  for (const word of words) {
    const matched = matcher.matches(word);
    let best = 0;
    let place = -1;
    for (const [index, named] of left.entries()) {
      const quality = matched.get(named) ?? 0;
      if (quality > best) {
        best = quality;
        place = index;
      }
    }
    if (place < 0) return 0;
    left.splice(place, 1);
    score += exactScore * best;
  }
  const counted = left.filter((word) => !/^(of|the|in|and|for|on|by|to|is)$/.test(word));
  if (counted.length === 0) return score + wholeNameBonus;
  const missing = counted.map((word) => (generic.has(word) ? genericLeftCost : otherLeftCost));
  return (
    score -
    Math.min(
      leftCostMax,
      missing.reduce((sum, cost) => sum + cost, 0),
    )
  );
}

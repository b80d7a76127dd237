import { phrases } from "../operators/phrases.ts";
import { abbreviations } from "../words/abbreviations.ts";
import { roots } from "../words/stem.ts";
import { areSynonyms } from "../words/synonyms.ts";
import type { ColumnEntry, TableEntry } from "./lexicon.ts";
import type { Matcher } from "./matcher.ts";

const EXACT = 3;
const TABLE_WORD = 2.95;
const WHOLE_NAME = 0.15;
const OWN_NAME = 0.1;
const GENERIC_LEFT = 0.3;
const OTHER_LEFT = 0.75;
const TABLE_NAME = 0.9;
const NAME_SAID = 1.6;
const LEFT_MAX = 1.4;
const QUALITY = {
  exact: 1,
  abbreviation: 0.97,
  root: 0.82,
  synonym: 0.62,
  prefix: 0.45,
} as const;
const PREFIX_MIN = 4;

/** Words that say little about a column: "country name" is the country. */
const generic = new Set(
  "name id code number of in price type date value text the detail description total amount time year full us dollar".split(
    " ",
  ),
);

/** How well a word of the question names a word of the schema, from 0 to 1. */
export function wordQuality(said: string, named: string, namedRoots: readonly string[]): number {
  if (said === named) return QUALITY.exact;
  if (abbreviations.get(said)?.includes(named)) return QUALITY.abbreviation;
  if (said.length < 3 || named.length < 2 || isOperatorWord(said)) return 0;
  const saidRoots = roots(said);
  if (saidRoots.some((root) => root.length > 2 && namedRoots.includes(root))) return QUALITY.root;
  if (areSynonyms(said, named)) return QUALITY.synonym;
  const shorter = said.length < named.length ? said : named;
  const longer = said.length < named.length ? named : said;
  const isPrefix = shorter.length >= PREFIX_MIN && longer.startsWith(shorter);
  return isPrefix && shorter.length * 2 >= longer.length ? QUALITY.prefix : 0;
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
    (form) => scoreForm(words, form, matcher) - (WHOLE_NAME - OWN_NAME),
  );
  const tableWords = new Set(table.forms.flat());
  // "sales" names the table "sales" and not its "sale_date".
  const isTableName =
    words.every((word) => tableWords.has(word)) &&
    !entry.forms.some((form) => form.length === words.length);
  const best = Math.max(0, ...whole, ...own) - (isTableName ? TABLE_NAME : 0);
  if (words.length < 2) return Math.max(0, best);
  if (best === 0 && words.at(-1) === "name" && entry.column.kind === "text") {
    // People say "country name" of a column that is called "country".
    const without = scoreColumn(words.slice(0, -1), entry, table, matcher);
    return without > 0 ? without + NAME_SAID : 0;
  }
  // "active customers" narrows the customers; "the customer's activity" names the column.
  if (entry.answers !== null && tableWords.has(words.at(-1) ?? "")) return best;
  const rest = words.filter((word) => !tableWords.has(word));
  if (rest.length === 0 || rest.length === words.length) return best;
  const named = Math.max(0, ...entry.ownForms.map((form) => scoreForm(rest, form, matcher)));
  return named > 0 ? Math.max(best, named + (words.length - rest.length) * TABLE_WORD) : best;
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
    score += EXACT * best;
  }
  const counted = left.filter((word) => !/^(of|the|in|and|for|on|by|to|is)$/.test(word));
  if (counted.length === 0) return score + WHOLE_NAME;
  const missing = counted.map((word) => (generic.has(word) ? GENERIC_LEFT : OTHER_LEFT));
  return (
    score -
    Math.min(
      LEFT_MAX,
      missing.reduce((sum, cost) => sum + cost, 0),
    )
  );
}

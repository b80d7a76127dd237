import type { Token } from "../words/tokens.ts";
import type { Candidate } from "./item.ts";
import { labelColumns } from "./labels.ts";
import type { ColumnEntry, Lexicon } from "./lexicon.ts";
import type { Matcher } from "./matcher.ts";
import { scoreColumn, scoreTable } from "./score-words.ts";

const keptMax = 40;
const unsaidKeyCost = 1;
const primaryBonus = 0.15;
const nameByLabelScore = 2.2;
const idByKeyScore = 2.5;
const shareOfBestMin = 0.55;
const scorePerWordMin = 1.15;
const inner = new Set(["of", "the", "'s", "for", "in", "a", "-", "/"]);

/** What the tokens from `from` to `to` may name, best first. */
export function candidatesOf(
  tokens: readonly Token[],
  from: number,
  to: number,
  lexicon: Lexicon,
  matcher: Matcher,
): Candidate[] {
  const span = tokens.slice(from, to);
  if (span.some((token) => token.kind === "quoted")) return [];
  const isInner = (token: Token) => inner.has(token.text);
  const [first] = span;
  const last = span.at(-1);
  if (!first || !last || isInner(first) || isInner(last)) return [];
  const content = span.filter((token) => !isInner(token));
  if (content.some((token) => token.kind === "mark")) return [];
  const words = content.map((token) => token.stem);
  const hasGap =
    content.length < span.length &&
    !span.every((token) => token.text !== "of" && token.text !== "for" && token.text !== "in");
  const found: Candidate[] = [];
  const [head = ""] = words;
  const names = matcher.namesLike(head);
  for (const entry of hasGap ? [] : names.tables) {
    const score = scoreTable(words, entry, matcher);
    if (score > 0) found.push({ table: entry.index, column: null, score });
  }
  for (const column of names.columns) {
    const entry = lexicon.tables[column.table];
    if (entry === undefined) continue;
    const score = scoreColumn(words, column, entry, matcher) - keyCost(column, words);
    // Words around "of" are one name only when they are exactly that name.
    if (score <= 0 || (hasGap && !isExactly(words, column.forms))) continue;
    found.push({ table: entry.index, column: column.column.name, score });
  }
  if (words.length === 1 && head === "name") found.push(...namesByLabel(lexicon));
  if (words.length === 1 && head === "id") found.push(...idsByKey(lexicon));
  const kept = found.filter(({ score }) => score >= scorePerWordMin * words.length);
  kept.sort((a, b) => b.score - a.score || a.table - b.table || compare(a.column, b.column));
  const best = kept[0]?.score ?? 0;
  return kept.filter(({ score }) => score >= best * shareOfBestMin).slice(0, keptMax);
}

/** A key is meant where it is called one; "the student" is not the student's number. */
function keyCost(entry: ColumnEntry, words: readonly string[]): number {
  const isId =
    entry.forms[0]?.at(-1) === "id" ||
    ((entry.isForeign || entry.isPrimary) && entry.column.kind === "number");
  if (words.some((word) => /^(id|identifier|code|number|no|key)$/.test(word)))
    return entry.isPrimary && words.length === 1 ? -primaryBonus : 0;
  return isId ? unsaidKeyCost : 0;
}

/** Where no column is called a name, the label is what people call so. */
function namesByLabel(lexicon: Lexicon): Candidate[] {
  return lexicon.tables.flatMap((entry) => {
    const hasName = entry.columns.some(({ forms, ownForms }) =>
      [...forms, ...ownForms].some((form) => form.includes("name")),
    );
    const [label] = hasName ? [] : labelColumns(lexicon, entry.index);
    return label ? [{ table: label.table, column: label.column, score: nameByLabelScore }] : [];
  });
}

/** Where no column is called an id, the key is what people call so. */
function idsByKey(lexicon: Lexicon): Candidate[] {
  return lexicon.tables.flatMap((entry) => {
    const hasId = entry.columns.some(({ forms }) => forms.some((form) => form.includes("id")));
    const [key] = entry.table.primaryKey;
    const isOne = entry.table.primaryKey.length === 1 && key !== undefined && !hasId;
    return isOne ? [{ table: entry.index, column: key, score: idByKeyScore }] : [];
  });
}

function isExactly(words: readonly string[], forms: readonly string[][]): boolean {
  const wanted = [...words].sort().join(" ");
  return forms.some(
    (form) =>
      form
        .filter((word) => word !== "of")
        .sort()
        .join(" ") === wanted,
  );
}

function compare(one: string | null, other: string | null): number {
  const left = one ?? "";
  const right = other ?? "";
  return left < right ? -1 : Number(left > right);
}

import { numberWord } from "./numbers.ts";
import { singular } from "./stem.ts";
import { joinWrittenDates } from "./written-dates.ts";

/** A word, number or quoted text of a question, with its place in the text. */
export type Token = {
  kind: "word" | "number" | "quoted" | "mark";
  /** Lower case; without its quotes. */
  text: string;
  /** As written, without its quotes. */
  raw: string;
  /** The singular of a word. */
  stem: string;
  from: number;
  to: number;
  /** Written with a capital, though not for the start of a sentence. */
  isName: boolean;
};

const openings = `"'\`\u2018\u201c`;
const pattern =
  /(?<quoted>"[^"]*"|\u201c[^\u201d]*\u201d|`[^`']*[`']|(?<![A-Za-z0-9])['\u2018](?:[^'\u2019]|['\u2019](?=[A-Za-z]))*['\u2019](?![A-Za-z]))|(?<day>\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}\/\d{1,2}\/\d{2,4})|(?<code>[\w.+-]+@[\w-]+\.[\w.]+|https?:\/\/\S+\w)|(?<number>\$?-?\d+(?:,\d{3})+(?:\.\d+)?%?|(?<![\w])-?\d+(?:\.\d+)?%?(?![\w])|\$\d+(?:\.\d+)?)|(?<possessive>['\u2019]s?(?![A-Za-z]))|(?<word>[\p{L}\d_]+(?:['\u2019](?:t|re|ve|ll)\b)?)|(?<mark>[<>]=|[,.;:?!()<>=&/-])/gu;

/** Cuts a question into tokens; white space and marks of no meaning are left out. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let starts = true;
  for (const match of text.matchAll(pattern)) {
    const from = match.index;
    const to = from + match[0].length;
    const token = withNumber(tokenOf(match, from, to, starts), tokens.at(-1)?.text ?? "");
    tokens.push(token);
    starts = token.kind === "mark" && /[.?!]/.test(token.text);
  }
  const dated = joinWrittenDates(tokens);
  return dated.flatMap((token, at) => shareNoun(dated, token, at));
}

const paired = new Set(
  "first last middle start end starting ending begin home away arrival departure billing shipping minimum maximum source".split(
    " ",
  ),
);

/** "first, middle and last name" says "first name, middle name and last name". */
function shareNoun(tokens: readonly Token[], token: Token, at: number): Token[] {
  if (!paired.has(token.text)) return [token];
  let next = at + 1;
  let links = 0;
  while (links < 3 && /^(and|or|,|&)$/.test(tokens[next]?.text ?? "")) {
    while (/^(and|or|,|&)$/.test(tokens[next]?.text ?? "")) next += 1;
    if (!paired.has(tokens[next]?.text ?? "")) return [token];
    next += 1;
    links += 1;
  }
  const noun = tokens[next];
  if (links === 0 || noun?.kind !== "word" || /^(of|and|by|in|the|for)$/.test(noun.text))
    return [token];
  return [token, noun];
}

function tokenOf(match: RegExpMatchArray, from: number, to: number, starts: boolean): Token {
  const groups = match.groups ?? {};
  const all = match[0];
  if (groups.quoted !== undefined) {
    const raw = openings.includes(all[0] ?? "") ? all.slice(1, -1).trim() : all;
    if (/^\d{4}-\d{1,2}-\d{1,2}([ T]\d|$)/.test(raw)) {
      return { kind: "number", text: raw, raw, stem: raw, from, to, isName: false };
    }
    return {
      kind: "quoted",
      text: raw.toLowerCase(),
      raw,
      stem: raw.toLowerCase(),
      from,
      to,
      isName: true,
    };
  }
  if (groups.number !== undefined || groups.day !== undefined) {
    const raw = all.replace(/[$,%]/g, "");
    return { kind: "number", text: raw, raw, stem: raw, from, to, isName: false };
  }
  if (groups.mark !== undefined || groups.possessive !== undefined) {
    const text = groups.possessive === undefined ? all : "'s";
    return { kind: "mark", text, raw: text, stem: text, from, to, isName: false };
  }
  const text = all.toLowerCase().replace("\u2019", "'");
  const isName = /^\p{Lu}/u.test(all) && (!starts || /^\p{Lu}{2,}/u.test(all));
  return { kind: "word", text, raw: all, stem: singular(text), from, to, isName };
}

function withNumber(token: Token, before: string): Token {
  const value = token.kind === "word" ? numberWord(token.text, before) : null;
  return value === null ? token : { ...token, kind: "number", text: String(value) };
}

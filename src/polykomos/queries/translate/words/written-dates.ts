import type { Token } from "./tokens.ts";

const months =
  "january february march april may june july august september october november december".split(
    " ",
  );

/** "Jan 1, 2023", "1 January 2023" and "March 2023" as one token each, written `2023-01-01`, `2023-03`. */
export function joinWrittenDates(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const found = dateAt(tokens, at);
    const first = tokens[at];
    const last = found && tokens[at + found.length - 1];
    if (first === undefined) break;
    if (!found || !last) {
      joined.push(first);
      continue;
    }
    const { text } = found;
    joined.push({
      ...first,
      kind: "number",
      text,
      raw: text,
      stem: text,
      isName: false,
      to: last.to,
    });
    at += found.length - 1;
  }
  return joined;
}

function dateAt(tokens: readonly Token[], at: number): { text: string; length: number } | null {
  const [one, two, three, four] = tokens.slice(at, at + 4).map((token) => token.text);
  const month = monthNumber(one);
  if (month !== null) {
    const day = dayNumber(two);
    if (day !== null && three === "," && isYear(four))
      return { text: iso(four, month, day), length: 4 };
    if (day !== null && isYear(three)) return { text: iso(three, month, day), length: 3 };
    if (isYear(two)) return { text: iso(two, month, null), length: 2 };
    return null;
  }
  const day = dayNumber(one);
  const later = monthNumber(two);
  if (day === null || later === null) return null;
  return isYear(three) ? { text: iso(three, later, day), length: 3 } : null;
}

function monthNumber(word: string | undefined): number | null {
  if (word === undefined || word.length < 3) return null;
  const index = months.findIndex(
    (month) => month === word || (word.length < 5 && month.startsWith(word)),
  );
  return index < 0 ? null : index + 1;
}

function dayNumber(word: string | undefined): number | null {
  const [, digits] = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(word ?? "") ?? [];
  const day = Number(digits);
  return day >= 1 && day <= 31 ? day : null;
}

function isYear(word: string | undefined): word is string {
  return /^[12]\d{3}$/.test(word ?? "");
}

function iso(year: string, month: number, day: number | null): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return day === null ? `${year}-${two(month)}` : `${year}-${two(month)}-${two(day)}`;
}

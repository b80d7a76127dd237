/**
 * SQL in colours: one regular expression, by which the server marks what it shows and the browser
 * what is typed (assets/editor.ts). It knows words, not grammar; what it gets wrong is a colour.
 */
const keywords =
  `add all alter always and any array as asc auto_increment before begin between bigint boolean bytea by
cascade case cast check collate column comment conflict constraint create cross current_timestamp database date
default deferrable delete desc distinct do drop each else end enum except exists extension false
for foreign from function generated grant group having identity if immutable in index inner insert
instead int integer intersect into is join json jsonb key language left like limit materialized not
null numeric of offset on or order outer partition policy primary procedure recursive references
replace returning returns right row schema select sequence serial set table temporary text then
timestamp timestamptz to trigger truncate type union unique update using uuid values varchar view
when where with`.replace(/\s+/g, "|");

/** Each part begins with what cannot begin another, and none goes back: linear in the text. */
const parts = [
  String.raw`(?<comment>--[^\n]*|/\*[^]*?(?:\*/|$))`,
  String.raw`(?<variable>\{\{[#/]?[\w:]*\}\})`,
  String.raw`(?<string>'(?:[^']|'')*'?|\$(?<tag>[A-Za-z_]\w*|)\$[^]*?(?:\$\k<tag>\$|$))`,
  String.raw`(?<name>"[^"]*"?|\x60[^\x60]*\x60?)`,
  String.raw`(?<number>\b\d+(?:\.\d+)?\b)`,
  String.raw`(?<keyword>\b(?:${keywords})\b)`,
];

export const tokenKinds = ["comment", "variable", "string", "name", "number", "keyword"] as const;
type TokenKind = (typeof tokenKinds)[number];

/** To be compiled with the flags `gi`. */
export const tokenSource = parts.join("|");

/** More than this is shown in one colour. */
export const highlightCharsMax = 100_000;

export type Token = { kind: TokenKind | null; text: string };

/** The lines of a text, each in tokens; nothing of the text is lost. Pure. */
export function highlightLines(text: string): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text: whole } of tokensOf(text)) {
    for (const [at, part] of whole.split("\n").entries()) {
      if (at > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ kind, text: part });
    }
  }
  return lines;
}

function tokensOf(text: string): Token[] {
  if (text.length > highlightCharsMax) return [{ kind: null, text }];
  const tokens: Token[] = [];
  let last = 0;
  for (const match of text.matchAll(new RegExp(tokenSource, "gi"))) {
    if (match.index > last) tokens.push({ kind: null, text: text.slice(last, match.index) });
    const kind = tokenKinds.find((each) => match.groups?.[each] !== undefined) ?? null;
    tokens.push({ kind, text: match[0] });
    last = match.index + match[0].length;
  }
  if (last < text.length) tokens.push({ kind: null, text: text.slice(last) });
  return tokens;
}

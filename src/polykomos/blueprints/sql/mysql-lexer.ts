import { matchEnd, quoteEnd, type Span } from "./spans.ts";

/**
 * MySQL's lexical structure: quotes with backslashes, three kinds of comments, and comments that the
 * server executes. Offsets are UTF-16.
 */
const space = /[ \t\n\r\f\v]+/y;
const restOfLine = /[^\n]*/y;
const word = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number =
  /(?:0[xX][\dA-Fa-f]+|0b[01]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/y;

function isLineComment(text: string, start: number): boolean {
  if (text[start] === "#") return true;
  if (!text.startsWith("--", start)) return false;
  const next = text[start + 2];
  return next === undefined || next <= " ";
}

/** The token that begins at `start`, which must be the beginning of one. */
export function mysqlSpan(text: string, start: number): Span {
  const char = text[start] ?? "";
  const spaceEnd = matchEnd(space, text, start);
  if (spaceEnd > start) return { kind: "space", start, end: spaceEnd };
  if (isLineComment(text, start)) {
    return { kind: "comment", start, end: matchEnd(restOfLine, text, start) };
  }
  if (text.startsWith("/*", start)) {
    const close = text.indexOf("*/", start + 2);
    return { kind: "comment", start, end: close < 0 ? text.length : close + 2 };
  }
  if (char === "'" || char === '"' || char === "`") {
    // Backticks know no backslash.
    return { kind: "quote", start, end: quoteEnd(text, start, char !== "`") };
  }
  const numberEnd = /[\d.]/.test(char) ? matchEnd(number, text, start) : start;
  // A name may begin with digits.
  const nameEnd = numberEnd > start ? matchEnd(word, text, numberEnd) : start;
  if (numberEnd > start) return { kind: "word", start, end: Math.max(numberEnd, nameEnd) };
  const wordEnd = matchEnd(word, text, start);
  if (wordEnd > start) return { kind: "word", start, end: wordEnd };
  return { kind: "symbol", start, end: start + 1 };
}

/** A token with its text; words in upper case. Comments and spaces are left out. */
export type Token = { kind: "quote" | "word" | "symbol"; text: string; start: number; end: number };

export function mysqlTokens(text: string, from = 0, to = text.length): Token[] {
  const tokens: Token[] = [];
  for (let at = from; at < to; ) {
    const { kind, start, end: spanEnd } = mysqlSpan(text, at);
    // A delimiter may end what to the server goes on.
    const end = Math.min(spanEnd, to);
    at = end;
    if (kind === "space" || kind === "comment") continue;
    const raw = text.slice(start, end);
    tokens.push({ kind, text: kind === "word" ? raw.toUpperCase() : raw, start, end });
  }
  return tokens;
}

/** Servers from 5.7 on and all of MariaDB execute what is meant for versions up to here. */
const everywhereVersion = 50_699;

export type Unwrapped = {
  /** The text of the same length with the marks of executable comments blanked out. */
  text: string;
  /** Where comments stand that only some servers execute. */
  refused: number[];
};

/**
 * `/*!40101 SET NAMES utf8 *\/` is a statement to the server. What every server executes is read as
 * such; what only some do cannot be checked.
 */
export function unwrapExecutableComments(text: string): Unwrapped {
  if (!/\/\*M?!/.test(text)) return { text, refused: [] };
  const refused: number[] = [];
  let out = "";
  for (let at = 0; at < text.length; ) {
    const mark = /\/\*M?!(\d{5,6})?/y;
    mark.lastIndex = at;
    const found = mark.exec(text);
    if (!found) {
      const { end } = mysqlSpan(text, at);
      out += text.slice(at, end);
      at = end;
      continue;
    }
    const inside = mark.lastIndex;
    const close = commentClose(text, inside);
    const isEverywhere = found[0][2] === "!" && Number(found[1] ?? "0") <= everywhereVersion;
    if (!isEverywhere || close < 0) refused.push(at);
    const content = text.slice(inside, close < 0 ? text.length : close);
    out += " ".repeat(inside - at) + content + (close < 0 ? "" : "  ");
    at = close < 0 ? text.length : close + 2;
  }
  return { text: out, refused };
}

/** Where an executable comment ends: behind the quotes and comments that it holds. */
function commentClose(text: string, from: number): number {
  for (let at = from; at < text.length; ) {
    if (text.startsWith("*/", at)) return at;
    at = mysqlSpan(text, at).end;
  }
  return -1;
}

type Cut = { start: number; end: number };
export type Split = { cuts: Cut[]; unendedDelimiter: number | null };

const routineWord = /^(PROCEDURE|FUNCTION|TRIGGER|EVENT)$/;
/** Behind one of these such a word is a name. */
const otherObject = /^(TABLE|VIEW|INDEX|SEQUENCE)$/;
const openers = new Set(["IF", "LOOP", "WHILE", "REPEAT", "CASE", "BEGIN"]);
const beforeStatement = new Set([";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":"]);

/**
 * Statements as the `mysql` client would send them, `DELIMITER` obeyed; without it the body of a
 * routine is followed to its END. Empty statements are left out.
 */
export function mysqlSplit(text: string): Split {
  const cuts: Cut[] = [];
  let delimiter = ";";
  let start = 0;
  let words: string[] = [];
  let depth = 0;
  let before = "";
  let hasToken = false;
  let unendedDelimiter: number | null = null;

  function close(end: number, next: number): void {
    if (hasToken) cuts.push({ start, end });
    start = next;
    words = [];
    depth = 0;
    before = "";
    hasToken = false;
  }

  for (let at = 0; at < text.length; ) {
    if (delimiter !== ";" && text.startsWith(delimiter, at)) {
      close(at, at + delimiter.length);
      at += delimiter.length;
      continue;
    }
    const span = upTo(delimiter, text, mysqlSpan(text, at));
    at = span.end;
    if (span.kind === "space" || span.kind === "comment") {
      if (!hasToken) start = at;
      continue;
    }
    if (span.kind === "word" && !hasToken && /^delimiter$/i.test(text.slice(span.start, at))) {
      const line = /[ \t]+(\S+)[^\n]*/y;
      line.lastIndex = at;
      const found = line.exec(text);
      if (!found?.[1]) unendedDelimiter = span.start;
      else {
        delimiter = found[1];
        at = line.lastIndex;
      }
      start = at;
      continue;
    }
    if (!hasToken) start = span.start;
    hasToken = true;
    const token =
      span.kind === "word" ? text.slice(span.start, at).toUpperCase() : text[span.start];
    if (span.kind === "word" && words.length < 12) words.push(token ?? "");
    if (token === ";" && span.kind === "symbol" && depth === 0 && delimiter === ";") {
      hasToken = start < span.start;
      close(span.start, at);
      continue;
    }
    if (span.kind === "word" && isRoutine(words)) {
      if (token === "END") depth = Math.max(0, depth - 1);
      else if (openers.has(token ?? "") && opensBlock(token ?? "", before, depth)) depth += 1;
    }
    before = token ?? "";
  }
  close(text.length, text.length);
  return { cuts, unendedDelimiter };
}

/** `END$$` is a word to the server, but the client's delimiter ends it. */
function upTo(delimiter: string, text: string, span: Span): Span {
  if (delimiter === ";" || span.kind !== "word") return span;
  const at = text.slice(span.start, span.end).indexOf(delimiter);
  return at < 0 ? span : { ...span, end: span.start + at };
}

/** What the body of a routine may stand behind. */
const beforeBody = new Set([":", "ROW", ")", "DETERMINISTIC", "SQL", "DATA", "INVOKER", "DEFINER"]);

function isRoutine(words: readonly string[]): boolean {
  if (words[0] !== "CREATE") return false;
  const object = words.find((each) => routineWord.test(each) || otherObject.test(each)) ?? "";
  return routineWord.test(object);
}

/** IF and REPEAT are functions too; `END IF` closes and does not open. */
function opensBlock(token: string, before: string, depth: number): boolean {
  if (before === "END") return false;
  if (token === "BEGIN") return true;
  if (depth === 0) return beforeBody.has(before);
  return token === "CASE" || beforeStatement.has(before);
}

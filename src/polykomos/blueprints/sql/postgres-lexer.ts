import { matchEnd, quoteEnd, type Span } from "./spans.ts";

/**
 * Finds where tokens of PostgreSQL's lexical structure end: quotes, comments, dollar quotes. It
 * decides nothing by itself; whatever is cut along its findings is read by the real parser.
 */
const space = /[ \t\n\r\f\v]+/y;
const lineComment = /--[^\n\r]*/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /\d[\w.]*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

function blockCommentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (text.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** A string constant with the parts that continue it. */
function stringEnd(text: string, start: number, hasBackslashes: boolean): number {
  let end = quoteEnd(text, start, hasBackslashes);
  for (;;) {
    const next = continuation(text, end);
    if (next === null) return end;
    end = quoteEnd(text, next, hasBackslashes);
  }
}

/** Where a string constant goes on: at a quote with nothing but space before it, a line break in it. */
function continuation(text: string, from: number): number | null {
  let at = from;
  let hasBreak = false;
  for (;;) {
    const spaceEnd = matchEnd(space, text, at);
    if (spaceEnd > at) {
      hasBreak ||= /[\n\r]/.test(text.slice(at, spaceEnd));
      at = spaceEnd;
    } else if (text.startsWith("--", at)) {
      at = matchEnd(lineComment, text, at);
    } else {
      return hasBreak && text[at] === "'" ? at : null;
    }
  }
}

/** The token that begins at `start`, which must be the beginning of one. */
export function postgresSpan(text: string, start: number): Span {
  const char = text[start] ?? "";
  const next = text[start + 1];
  const end = matchEnd(space, text, start);
  if (end > start) return { kind: "space", start, end };
  if (char === "-" && next === "-") {
    return { kind: "comment", start, end: matchEnd(lineComment, text, start) };
  }
  if (char === "/" && next === "*") {
    return { kind: "comment", start, end: blockCommentEnd(text, start) };
  }
  if (char === "'") return { kind: "quote", start, end: stringEnd(text, start, false) };
  if (char === '"') return { kind: "quote", start, end: quoteEnd(text, start, false) };
  if (char === "$") {
    const tagEnd = matchEnd(dollarTag, text, start);
    if (tagEnd > start) {
      const tag = text.slice(start, tagEnd);
      const close = text.indexOf(tag, tagEnd);
      return { kind: "quote", start, end: close < 0 ? text.length : close + tag.length };
    }
  }
  const wordEnd = matchEnd(word, text, start);
  if (wordEnd > start) {
    const isEscape = wordEnd === start + 1 && /[eE]/.test(char) && text[wordEnd] === "'";
    if (isEscape) return { kind: "quote", start, end: stringEnd(text, wordEnd, true) };
    return { kind: "word", start, end: wordEnd };
  }
  const numberEnd = matchEnd(number, text, start);
  if (numberEnd > start) return { kind: "word", start, end: numberEnd };
  return { kind: "symbol", start, end: start + 1 };
}

/**
 * Where statements end: the offsets just behind each `;` that stands outside quotes, comments and
 * parentheses and outside the body of a function in `BEGIN ATOMIC … END`, and the end of the text.
 */
export function postgresCuts(text: string): number[] {
  const cuts: number[] = [];
  let depth = 0;
  let block = 0;
  let words: string[] = [];
  for (let at = 0; at < text.length; ) {
    const span = postgresSpan(text, at);
    at = span.end;
    if (span.kind === "word") {
      const name = text.slice(span.start, Math.min(span.end, span.start + 12)).toLowerCase();
      if (words.length < 4) words.push(name);
      if (isRoutine(words)) {
        if (name === "begin" || (name === "case" && block > 0)) block += 1;
        else if (name === "end" && block > 0) block -= 1;
      }
    } else if (span.kind === "symbol") {
      const char = text[span.start];
      if (char === "(") depth += 1;
      else if (char === ")") depth = Math.max(0, depth - 1);
      else if (char === ";" && depth === 0 && block === 0) {
        cuts.push(at);
        words = [];
      }
    }
  }
  if (cuts.at(-1) !== text.length) cuts.push(text.length);
  return cuts;
}

function isRoutine([first, second, third, fourth]: readonly string[]): boolean {
  if (first !== "create") return false;
  const what = second === "or" && third === "replace" ? fourth : second;
  return what === "function" || what === "procedure";
}

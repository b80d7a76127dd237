/** What the lexers of both engines cut a text into, and what they have in common. */
export type Span = {
  kind: "space" | "comment" | "quote" | "word" | "symbol";
  /** UTF-16 offsets in the text. */
  start: number;
  end: number;
};

/** Where a sticky pattern's match that begins at an offset ends; the offset itself: no match. */
export function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** The end of the quote that begins at `start`; twice the quote's mark stands for one inside. */
export function quoteEnd(text: string, start: number, hasBackslashes: boolean): number {
  const mark = text[start];
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && hasBackslashes) at += 1;
    else if (char === mark) {
      if (text[at + 1] !== mark) return at + 1;
      at += 1;
    }
  }
  return text.length;
}

// A text read from left to right, against a catalog. Reading a change is stricter than reading a
// question: every word must have its place in the sentence, or the sentence is not understood.

import type { Catalog, Column, Table } from "../../catalog/catalog.ts";
import type { ValueHit } from "../../translator.ts";
import { candidatesOf } from "../link/candidates.ts";
import type { Candidate } from "../link/item.ts";
import { type Lexicon, lexiconOf } from "../link/lexicon.ts";
import { type Matcher, makeMatcher } from "../link/matcher.ts";
import { type Token, tokenize } from "../words/tokens.ts";

/** What was said cannot be read as a change; `words` are those that stood in the way. */
export class NotUnderstood extends Error {
  readonly words: string[];

  constructor(words: string[]) {
    super(`Not understood: ${words.join(" ")}`);
    this.words = words;
  }
}

/** A name is taken when it scores this much a word, and this much more than the next. */
const scorePerWordMin = 1.75;
const leadMin = 0.2;
const nameTokensMax = 4;
const articles = ["the", "a", "an", "their", "its", "his", "her", "my", "our"];

export class Reader {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly catalog: Catalog;
  readonly lexicon: Lexicon;
  readonly hits: readonly ValueHit[];
  readonly #matcher: Matcher;
  at = 0;

  constructor(text: string, catalog: Catalog, hits: readonly ValueHit[]) {
    this.text = text;
    this.catalog = catalog;
    this.hits = hits;
    this.lexicon = lexiconOf(catalog);
    this.#matcher = makeMatcher(this.lexicon);
    const tokens = tokenize(text);
    const isEnd = (token: Token | undefined) =>
      token?.kind === "mark" && /^[.?!]$/.test(token.text);
    while (isEnd(tokens.at(-1))) tokens.pop();
    this.tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** Whether one of these phrases comes next; quoted text is never one. */
  isNext(...phrases: string[]): boolean {
    return this.#lengthOf(phrases) > 0;
  }

  /** Steps over the longest of these phrases that comes next. */
  take(...phrases: string[]): boolean {
    const length = this.#lengthOf(phrases);
    this.at += length;
    return length > 0;
  }

  /** The same, for a phrase that has to stand there. */
  need(...phrases: string[]): void {
    if (!this.take(...phrases)) this.fail();
  }

  skipArticles(): void {
    while (this.take(...articles)) {
      // One after the other.
    }
  }

  fail(): never {
    const left = this.tokens.slice(this.at).map((token) => token.raw);
    throw new NotUnderstood(left.length > 0 ? left.slice(0, 5) : [this.tokens.at(-1)?.raw ?? ""]);
  }

  /** Reads with `read`; what fails there leaves the place where it was. */
  attempt<Value>(read: () => Value | null): Value | null {
    const before = this.at;
    try {
      const value = read();
      if (value === null) this.at = before;
      return value;
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      this.at = before;
      return null;
    }
  }

  /** What `read` makes of the rest of the text with the first table of which it takes all of it. */
  forSomeTable<Value>(read: (table: number) => Value | null): Value | null {
    const start = this.at;
    for (const table of this.catalog.tables.keys()) {
      const value = this.attempt(() => read(table));
      if (value !== null && this.isAtEnd) return value;
      this.at = start;
    }
    return null;
  }

  /** The table that is named next, by its position in the catalog. */
  table(): number | null {
    this.skipArticles();
    const spelled = this.catalog.tables.findIndex(({ name }) => this.#isSpelled(name));
    if (spelled >= 0) {
      this.at += 1;
      return spelled;
    }
    return (
      this.#named(
        (candidate) => candidate.column === null,
        (candidate) => String(candidate.table),
      )?.table ?? null
    );
  }

  /** The column of a table that is named next. */
  column(table: number): Column | null {
    return this.attempt(() => {
      this.skipArticles();
      const spelled = this.tableAt(table).columns.find(({ name }) => this.#isSpelled(name));
      if (spelled !== undefined) {
        this.at += 1;
        return spelled;
      }
      const found = this.#named(
        (candidate) => candidate.table === table && candidate.column !== null,
        (candidate) => String(candidate.column),
      );
      if (found === null) return null;
      return this.tableAt(table).columns.find(({ name }) => name === found.column) ?? null;
    });
  }

  tableAt(index: number): Table {
    const table = this.catalog.tables[index];
    if (table === undefined) throw new Error(`There is no table ${index}`);
    return table;
  }

  /** The text between two tokens, as it was written. */
  textBetween(from: number, to: number): string {
    const [first, last] = [this.tokens[from], this.tokens[to - 1]];
    return first && last ? this.text.slice(first.from, last.to) : "";
  }

  /** Whether the next word is a name as the database spells it: `order_date`. */
  #isSpelled(name: string): boolean {
    const token = this.peek();
    return token?.kind === "word" && token.text === name.toLowerCase();
  }

  #lengthOf(phrases: readonly string[]): number {
    const lengths = phrases.map((phrase) => {
      const words = phrase.split(" ");
      const fits = words.every((word, offset) => {
        const token = this.peek(offset);
        return token !== undefined && token.kind !== "quoted" && token.text === word;
      });
      return fits ? words.length : 0;
    });
    return Math.max(0, ...lengths);
  }

  /** The longest name that fits; one that could be two things is none. */
  #named(
    isWanted: (candidate: Candidate) => boolean,
    identity: (candidate: Candidate) => string,
  ): Candidate | null {
    for (let length = nameTokensMax; length > 0; length -= 1) {
      const to = this.at + length;
      if (to > this.tokens.length) continue;
      const found = candidatesOf(this.tokens, this.at, to, this.lexicon, this.#matcher).filter(
        isWanted,
      );
      const [best] = found;
      const words = this.tokens.slice(this.at, to).filter((token) => token.kind === "word").length;
      if (best === undefined || best.score < scorePerWordMin * words) continue;
      const rival = found.find((each) => identity(each) !== identity(best));
      if (rival !== undefined && best.score - rival.score < leadMin) continue;
      this.at = to;
      return best;
    }
    return null;
  }
}

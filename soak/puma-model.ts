import { randomOf } from "./random.ts";

/**
 * What a client of pumaDB knows of its rows. Each write of a row has a number, and the number decides
 * the whole content, so that what is read back tells which write it is from and whether it is whole.
 * An attempt that nobody answered may have happened or not; the next answer settles it.
 */
export type RowState = number | "none";

export type Row = {
  table: string;
  /** A field of the row that no other row has. */
  mark: string;
  /** As it was answered. */
  id: string | null;
  /** What it may be now; one entry: what it is. */
  may: readonly RowState[];
  /** Every number that was ever sent for it. */
  sent: number[];
  /** How many earlier versions it has: at least what was answered, at most what was sent. */
  archives: { least: number; most: number };
  /** The states that were archived, oldest first; null once an attempt was not answered. */
  past: RowState[] | null;
};

type Content = { mark: string; n: number; even: boolean; text: string };

const largeEvery = 29;
const largeCharacters = 12_000;

/** The content of a row after the write of that number. */
export function contentOf(mark: string, n: number): Content {
  const random = randomOf("content", mark, n);
  const length = n % largeEvery === 0 ? largeCharacters : random.between(20, 400);
  const word = `${mark} ${n} ${random.next()} "quoted" — ünïcödé\n`;
  return { mark, n, even: n % 2 === 0, text: word.repeat(length / word.length + 1) };
}

/** The fields that a patch needs to make a row that content. */
export function patchOf(mark: string, n: number): Omit<Content, "mark"> {
  const { mark: _, ...patch } = contentOf(mark, n);
  return patch;
}

/** What is wrong with a row's content, or null. */
export function damageOf(row: Record<string, unknown>, mark: string): string | null {
  const { id: _, created_at: _created, updated_at: _updated, ...content } = row;
  const right = contentOf(mark, Number(content.n));
  const isRight = JSON.stringify(sorted(content)) === JSON.stringify(sorted(right));
  return isRight ? null : `holds ${JSON.stringify(content).slice(0, 200)}`;
}

function sorted(fields: object): [string, unknown][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

export function newRow(table: string, mark: string): Row {
  const archives = { least: 0, most: 0 };
  return { table, mark, id: null, may: ["none"], sent: [], archives, past: [] };
}

/** Whether it is certainly there. */
export function isThere(row: Row): boolean {
  return !row.may.includes("none");
}

export function maybeThere(row: Row): boolean {
  return row.may.some((state) => state !== "none");
}

/** An attempt was sent and not answered; it was sent so often. */
export function attempted(row: Row, to: RowState, tries: number): void {
  if (tries === 0) return;
  row.may = [...new Set([...row.may, to])];
  // A second run of the same attempt archives what the first has made.
  row.archives.most += tries;
  if (to !== "none") row.sent.push(to);
  row.past = null;
}

/** A write was answered, the last of so many tries. */
export function acknowledged(row: Row, to: RowState, tries = 1): void {
  if (tries > 1) row.past = null;
  const [before = "none"] = row.may;
  if (isThere(row)) {
    row.archives.least += 1;
    row.past?.push(before);
  }
  if (maybeThere(row) || tries > 1) row.archives.most += tries;
  if (!isThere(row) && maybeThere(row)) row.past = null;
  row.may = [to];
  if (to !== "none") row.sent.push(to);
}

/** The row as a client sees it, if it is known to be there. */
export function knownNumber(row: Row): number | null {
  const [state] = row.may;
  return row.may.length === 1 && typeof state === "number" ? state : null;
}

/** An account as its client knows it. */
export type Account = {
  name: string;
  key: string;
  rows: Row[];
  /** Marks of adds of one batch that nobody answered: all of them are there or none. */
  halfKnownBatches: string[][];
};

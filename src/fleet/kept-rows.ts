import type { JsonValue, QuestionLimits } from "./questions.ts";

/** Keeps rows as they come, until one of the limits is met; what is beyond is counted and dropped. */
export type KeptRows = {
  /** `nameBytes`: what the names of its columns take up beside it. */
  add(values: JsonValue[], nameBytes: number): void;
  rows: JsonValue[][];
  /** There was a row that was not kept. */
  isTruncated(): boolean;
};

export function keepRows(limits: Pick<QuestionLimits, "rowsMax" | "bytesMax">): KeptRows {
  const rows: JsonValue[][] = [];
  let bytes = 0;
  let isTruncated = false;
  return {
    rows,
    add(values, nameBytes) {
      if (isTruncated) return;
      const size = Buffer.byteLength(JSON.stringify(values)) + nameBytes;
      if (rows.length >= limits.rowsMax || bytes + size > limits.bytesMax) {
        isTruncated = true;
        return;
      }
      bytes += size;
      rows.push(values);
    },
    isTruncated: () => isTruncated,
  };
}

/** What the columns' names take up in each row as a JSON object. */
export function nameBytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Buffer.byteLength(name) + 3, 0);
}

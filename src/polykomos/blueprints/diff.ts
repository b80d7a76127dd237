import { structuredPatch } from "diff";

/** The difference of two texts by lines, as the hunks of a unified diff. */
export type LineDiff = { addedLines: number; removedLines: number; diff: string };

/** Above this the search costs more than its answer is worth. */
const editsMax = 500;

/** Texts that differ too much are told as replaced whole. */
export function diffLines(before: string, after: string): LineDiff {
  const [old, fresh] = [withLastEnd(before), withLastEnd(after)];
  const patch =
    structuredPatch("", "", old, fresh, "", "", { context: 3, maxEditLength: editsMax }) ??
    replacement(old, fresh);
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  return {
    addedLines: lines.filter((line) => line.startsWith("+")).length,
    removedLines: lines.filter((line) => line.startsWith("-")).length,
    diff: patch.hunks.flatMap((hunk) => [headOf(hunk), ...hunk.lines]).join("\n"),
  };
}

/** Whether the last line has an end is no difference worth telling. */
function withLastEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

type Hunk = {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
};

function headOf({ oldStart, oldLines, newStart, newLines }: Hunk): string {
  return `@@ -${rangeOf(oldStart, oldLines)} +${rangeOf(newStart, newLines)} @@`;
}

/** An empty range is named by the line before it. */
function rangeOf(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function replacement(before: string, after: string): { hunks: Hunk[] } {
  const [removed, added] = [linesOf(before), linesOf(after)];
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  const [oldLines, newLines] = [removed.length, added.length];
  return { hunks: [{ oldStart: 1, oldLines, newStart: 1, newLines, lines }] };
}

/** The end of the last line is no further line. */
function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

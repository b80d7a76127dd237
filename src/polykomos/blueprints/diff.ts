/** The difference of two texts by lines, as a unified diff. */
export type LineDiff = { addedLines: number; removedLines: number; diff: string };

const editsMax = 500;
const contextLines = 3;

type Edit = { kind: " " | "+" | "-"; line: string };

export function diffLines(before: string, after: string): LineDiff {
  const edits = editsOf(before.split("\n"), after.split("\n"));
  return {
    addedLines: edits.filter((edit) => edit.kind === "+").length,
    removedLines: edits.filter((edit) => edit.kind === "-").length,
    diff: writeHunks(edits),
  };
}

function editsOf(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (line: string): Edit => ({ kind: " ", line });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** Myers, "An O(ND) difference algorithm", 1986; what differs too much is replaced as a whole. */
function middle(before: readonly string[], after: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  const steps = Math.min(before.length + after.length, editsMax);
  for (let step = 0; step <= steps; step++) {
    trace.push(new Map(reach));
    const next = new Map(reach);
    for (let diagonal = -step; diagonal <= step; diagonal += 2) {
      const isDown = goesDown(next, diagonal, step);
      let x = isDown ? (next.get(diagonal + 1) ?? 0) : (next.get(diagonal - 1) ?? 0) + 1;
      while (
        x < before.length &&
        x - diagonal < after.length &&
        before[x] === after[x - diagonal]
      ) {
        x++;
      }
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
    reach = next;
  }
  return [
    ...before.map((line): Edit => ({ kind: "-", line })),
    ...after.map((line): Edit => ({ kind: "+", line })),
  ];
}

function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, step: number): boolean {
  if (diagonal === -step) return true;
  if (diagonal === step) return false;
  return (reach.get(diagonal - 1) ?? 0) < (reach.get(diagonal + 1) ?? 0);
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let step = trace.length - 1; step >= 0; step--) {
    const reach = trace[step] ?? new Map<number, number>();
    const diagonal = x - y;
    const isDown = goesDown(reach, diagonal, step);
    const from = isDown ? diagonal + 1 : diagonal - 1;
    const fromX = step === 0 ? 0 : (reach.get(from) ?? 0);
    const fromY = step === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) edits.push({ kind: " ", line: before[--x] ?? "" }) && y--;
    if (step === 0) break;
    if (isDown) edits.push({ kind: "+", line: after[--y] ?? "" });
    else edits.push({ kind: "-", line: before[--x] ?? "" });
  }
  return edits.reverse();
}

function writeHunks(edits: readonly Edit[]): string {
  const wanted = edits.map(() => false);
  for (const [at, edit] of edits.entries()) {
    if (edit.kind === " ") continue;
    const to = Math.min(edits.length - 1, at + contextLines);
    for (let near = Math.max(0, at - contextLines); near <= to; near++) wanted[near] = true;
  }
  const lines: string[] = [];
  let [old, fresh] = [1, 1];
  for (let at = 0; at < edits.length; at++) {
    if (wanted[at] && !wanted[at - 1]) {
      let end = at;
      while (wanted[end]) end++;
      const hunk = edits.slice(at, end);
      const count = (kind: string) => hunk.filter((each) => each.kind !== kind).length;
      lines.push(`@@ -${old},${count("+")} +${fresh},${count("-")} @@`);
    }
    const edit = edits[at];
    if (!edit) continue;
    if (wanted[at]) lines.push(edit.kind + edit.line);
    if (edit.kind !== "+") old += 1;
    if (edit.kind !== "-") fresh += 1;
  }
  return lines.join("\n");
}

import { after, before, type Draft, isOperator, use } from "./draft.ts";

/** Finds "for each X", "per X and Y"; the pieces stay for the selection to see. */
export function readGroups(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || !(isOperator(piece, "group") || isGroupingBy(draft, at))) continue;
    let next = after(draft, at, "prep", "distinct");
    let found = 0;
    for (;;) {
      const key = draft.pieces[next];
      if ((key?.kind !== "table" && key?.kind !== "column") || draft.used[next]) break;
      const column = key.kind === "column" ? key.column : null;
      draft.groups.push({ at: next, table: key.table, column });
      use(draft, at);
      found += 1;
      const link = after(draft, next);
      if (!isOperator(draft.pieces[link], "and")) break;
      next = after(draft, link, "group", "prep");
      if (isOperator(draft.pieces[next], "count", "agg") || found > 2) break;
    }
  }
}

/** "orders by city", of what is counted or added up; "written by" says whose. */
function isGroupingBy(draft: Draft, at: number): boolean {
  const piece = draft.pieces[at];
  if (!isOperator(piece, "prep") || !/^by( the)?$/i.test(piece?.text ?? "")) return false;
  const previous = draft.pieces[before(draft, at)];
  const isThing = previous?.kind === "table" || previous?.kind === "column";
  const next = draft.pieces[at + 1];
  const isKey = next?.kind === "table" || next?.kind === "column";
  if (!isKey || /(ed|en|id)$/i.test(previous?.text ?? "")) return false;
  const earlier = draft.pieces.slice(0, at);
  return isThing && earlier.some((each) => isOperator(each, "count", "agg"));
}

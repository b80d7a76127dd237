import { after, type Draft, isOperator, use } from "./draft.ts";

/** Finds "for each X", "per X and Y"; the pieces stay for the selection to see. */
export function readGroups(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || !isOperator(piece, "group")) continue;
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

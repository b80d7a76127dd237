// "the percentage of orders that are paid": of all that are meant, those of which more is said.

import type { Condition } from "../logical/query.ts";
import { after, type Draft, isOperator, use } from "./draft.ts";

/** Makes a share of what is asked for; without a part to take, the word stays unread. */
export function readShare(draft: Draft): void {
  const at = draft.pieces.findIndex(
    (piece, place) => isOperator(piece, "pct") && !draft.used[place],
  );
  if (at < 0) return;
  const base = after(draft, at, "prep", "distinct");
  const table = draft.pieces[base];
  // "the percentage of hispanics", of a column that holds it.
  if (table?.kind === "column") use(draft, at);
  if (table?.kind !== "table") return;
  const said = draft.pieces.findIndex(
    (piece, place) => place > base && isOperator(piece, "rel", "whose", "not"),
  );
  // "of the customers from Rome, who are active": what is said last is the part.
  const last = draft.conditions.filter((each) => said >= 0 && each.at > said);
  const part = last.length > 0 ? last : draft.conditions.filter((each) => each.at > at);
  const [only] = part;
  if (!only) return;
  const of: Condition =
    part.length === 1 ? only.condition : { kind: "all", of: part.map((each) => each.condition) };
  use(draft, at, base);
  draft.main = table.table;
  draft.labels = [];
  draft.countedTable = null;
  draft.select = [{ at, expression: { kind: "share", of } }];
  draft.conditions = draft.conditions.filter((each) => !part.includes(each));
}

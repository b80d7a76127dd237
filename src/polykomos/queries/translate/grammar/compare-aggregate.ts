// "above the average", "higher than the average price of rooms", "older than any teacher".

import {
  type Aggregate,
  aggregateOf,
  type ColumnRef,
  type Comparison,
  type Condition,
  columnOf,
  compared,
  emptyQuery,
  type Query,
} from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";
import { asComparison } from "./comparison.ts";
import { type Concept, conceptOfOperator, findConcept } from "./concepts.ts";
import { addCondition, after, before, type Draft, isMeasure, isOperator, use } from "./draft.ts";

/** Reads a comparison with an aggregate at `at`; leaves the pieces alone when it is none. */
export function compareWithAggregate(draft: Draft, at: number): void {
  const piece = draft.pieces[at];
  if (piece?.kind !== "operator") return;
  const found = aggregateAfter(draft, at);
  if (found === null) return;
  const left = leftColumn(draft, at, found.place);
  const right = rightColumn(draft, found.place);
  const isAge = piece.operator === "older" || /old|young/.test(piece.text);
  const meant =
    left?.ref ??
    right?.ref ??
    conceptRef(draft, isAge ? "age" : (conceptOfOperator[piece.operator] ?? "size"));
  if (!meant) return;
  const inner = right?.ref ?? meant;
  use(draft, at, found.place);
  if (left) use(draft, left.at);
  if (right) use(draft, right.at);
  const query: Query = {
    ...emptyQuery(inner.table),
    select: [aggregateOf(found.name, columnOf(inner))],
    where: innerConditions(draft, found.place, inner),
  };
  const condition: Condition = {
    kind: "compareQuery",
    left: columnOf(meant),
    operator: signOf(piece.operator, piece.argument),
    query,
  };
  addCondition(draft, at, condition, null);
}

/** "above average" has no sign of its own; its argument is the aggregate. */
function signOf(operator: Operator, argument: string): Comparison {
  if (operator === "above") return ">";
  if (operator === "below") return "<";
  return asComparison(argument);
}

function aggregateAfter(draft: Draft, at: number): { name: Aggregate; place: number } | null {
  const piece = draft.pieces[at];
  if (isOperator(piece, "above", "below")) return { name: "avg", place: at };
  const next = after(draft, at);
  const operator = draft.pieces[next];
  if (operator?.kind === "operator" && operator.operator === "agg") {
    const names: Aggregate[] = ["avg", "sum", "min", "max"];
    const name = names.find((each) => each === operator.argument);
    return name ? { name, place: next } : null;
  }
  if (
    operator?.kind === "operator" &&
    (operator.operator === "super" || operator.operator === "age")
  ) {
    return { name: operator.argument === "desc" ? "max" : "min", place: next };
  }
  const isGreater = piece?.kind === "operator" && piece.argument.startsWith(">");
  const all = draft.pieces[at + 1];
  if (!isOperator(all, "all")) return null;
  if (/^all$/i.test(all?.text ?? "")) return { name: isGreater ? "max" : "min", place: at + 1 };
  return { name: isGreater ? "min" : "max", place: at + 1 };
}

function leftColumn(
  draft: Draft,
  at: number,
  place: number,
): { at: number; ref: ColumnRef } | null {
  let previous = before(draft, at, "rel", "prep", "whose");
  if (draft.pieces[previous]?.kind === "unknown")
    previous = before(draft, previous, "rel", "prep", "whose");
  const piece = draft.pieces[previous];
  if (piece?.kind !== "column" || draft.used[previous] || previous === place) return null;
  return isMeasure(draft, piece) ? { at: previous, ref: piece } : null;
}

function rightColumn(draft: Draft, place: number): { at: number; ref: ColumnRef } | null {
  let next = after(draft, place, "prep", "count");
  if (draft.pieces[next]?.kind === "table") next = after(draft, next, "prep");
  const piece = draft.pieces[next];
  return piece?.kind === "column" && !draft.used[next] && isMeasure(draft, piece)
    ? { at: next, ref: piece }
    : null;
}

function conceptRef(draft: Draft, concept: Concept): ColumnRef | null {
  return findConcept(draft.lexicon, concept, [draft.main])?.ref ?? null;
}

/** A value right after the aggregate narrows what it is taken of: "the average of those in Paris". */
function innerConditions(draft: Draft, place: number, inner: ColumnRef): Condition[] {
  const conditions: Condition[] = [];
  for (let at = place + 1; at < Math.min(draft.pieces.length, place + 9); at += 1) {
    const piece = draft.pieces[at];
    if (isOperator(piece, "sentence", "and", "comma", "order")) break;
    if (piece?.kind !== "value" || draft.used[at]) continue;
    use(draft, at);
    const previous = before(draft, at, "prep", "rel");
    const attribute = draft.pieces[previous];
    if (attribute?.kind === "column" && attribute.column === piece.column) use(draft, previous);
    conditions.push(compared(piece, "=", { kind: "text", value: piece.value }));
  }
  return inner.table >= 0 ? conditions : [];
}

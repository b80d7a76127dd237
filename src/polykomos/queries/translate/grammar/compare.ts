// "age above 30", "more than two pets", "older than 30", "after 2015", "between 1 and 5".

import type { Piece } from "../link/assign.ts";
import type { Comparison, Expression } from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";
import { isAmount, isComparable } from "./comparable.ts";
import { compareWithAggregate } from "./compare-aggregate.ts";
import { readBetween } from "./compare-between.ts";
import { conceptColumn, followingRef, type Left, lastCompared, leftOf } from "./compared-side.ts";
import { addComparison, aggregateName, asComparison, flip, literalOf } from "./comparison.ts";
import type { Concept } from "./concepts.ts";
import {
  after,
  before,
  columnOf,
  type Draft,
  isMeasure,
  isOperator,
  kindOf,
  use,
} from "./draft.ts";
import { timeColumn } from "./time.ts";

const comparing: Operator[] = ["cmp", "longer", "heavier", "older", "later", "faster"];

const concepts: Partial<Record<Operator, Concept>> = {
  longer: "length",
  heavier: "weight",
  older: "age",
  later: "time",
  faster: "speed",
};

/** Finds every comparison with a number, a date or an aggregate and marks what it used. */
export function readComparisons(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at]) continue;
    if (isOperator(piece, "between")) readBetween(draft, at);
    if (isOperator(piece, "above", "below")) compareWithAggregate(draft, at);
    if (!isOperator(piece, ...comparing) || piece.kind !== "operator") continue;
    const next = after(draft, at, "prep");
    const right = draft.pieces[next];
    if (right?.kind === "number" || right?.kind === "date") {
      compare(draft, at, next, piece.operator, comparison(piece.argument, draft, next));
    } else if (
      isOperator(right, "agg", "super", "all", "below", "above", "age") ||
      isAnyOf(draft, at)
    ) {
      compareWithAggregate(draft, at);
    } else if (right?.kind === "column" && isNumberAfter(draft, next)) {
      // "above age 46"
      const number = after(draft, next, "prep", "rel");
      const value = draft.pieces[number];
      if (value?.kind !== "number" && value?.kind !== "date") continue;
      use(draft, at, next, number);
      addComparison(draft, at, right, comparison(piece.argument, draft, number), value);
    } else if (right?.kind === "column") compareColumns(draft, at, next, piece.argument);
  }
  readTrailing(draft);
}

function isNumberAfter(draft: Draft, at: number): boolean {
  const piece = draft.pieces[after(draft, at, "prep", "rel")];
  return piece?.kind === "number" || piece?.kind === "date";
}

function isAnyOf(draft: Draft, at: number): boolean {
  return isOperator(draft.pieces[at + 1], "all");
}

/** "more than 3" and "3 or more" say it on either side of the number. */
function comparison(argument: string, draft: Draft, number: number): Comparison {
  const next = after(draft, number);
  const piece = draft.pieces[next];
  if (piece?.kind === "operator" && piece.operator === "ormore") {
    use(draft, next);
    return asComparison(piece.argument);
  }
  return asComparison(argument);
}

/** "3 or more wins", without a comparison before. */
function readTrailing(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || piece.kind !== "operator" || piece.operator !== "ormore") continue;
    const number = before(draft, at);
    if (draft.pieces[number]?.kind !== "number" || draft.used[number]) continue;
    compare(draft, number, number, "cmp", asComparison(piece.argument));
    use(draft, at);
  }
}

function compare(
  draft: Draft,
  at: number,
  number: number,
  operator: Operator,
  sign: Comparison,
): void {
  const right = draft.pieces[number];
  if (right?.kind !== "number" && right?.kind !== "date") return;
  const left = leftOf(draft, at);
  const follows = draft.used[at] ? -1 : followingRef(draft, number);
  use(draft, at, number);
  const trailing = draft.pieces[after(draft, number)];
  const isAged = /older|younger/i.test(trailing?.text ?? "") && isOperator(trailing, "ormore");
  if (
    right.kind === "date" &&
    operator === "later" &&
    draft.pieces[left?.at ?? -1]?.kind !== "column"
  ) {
    const dated = timeColumn(draft, at);
    if (dated) {
      use(draft, at, number);
      addComparison(draft, at, dated, sign, right);
      return;
    }
  }
  const concept = isAged ? "age" : concepts[operator];
  const leftPiece = left === null ? null : draft.pieces[left.at];
  if (left && leftPiece && (left.counted || left.aggregate)) {
    compareComputed(draft, left, leftPiece, sign, right);
    return;
  }
  const isNear =
    left !== null && leftPiece?.kind === "column" && isComparable(draft, leftPiece, right);
  const following = draft.pieces[follows];
  if (following?.kind === "column" && isAmount(draft, following) && right.kind === "number") {
    // "a rating of more than 3 stars" says the column twice; the nearer one counts.
    use(draft, follows);
    addComparison(draft, at, following, sign, right);
    return;
  }
  const having =
    left !== null &&
    draft.pieces.slice(left.at, at).some((piece) => /^(have|has|had|with)\b/i.test(piece.text));
  const countsTable = following?.kind === "table" && having && right.kind === "number";
  if (isNear && leftPiece?.kind === "column" && !concept && !countsTable) {
    use(draft, left.at);
    addComparison(draft, at, leftPiece, sign, right);
    return;
  }
  if (right.kind === "number" && (following?.kind === "table" || following?.kind === "column")) {
    use(draft, follows);
    const column = following.kind === "column" ? following.column : null;
    draft.counts.push({
      operator: sign,
      value: String(right.value),
      counted: { table: following.table, column },
    });
    return;
  }
  if (/^(once|twice)$/i.test(right.text) && right.kind === "number") {
    draft.counts.push({ operator: sign, value: String(right.value), counted: null });
    return;
  }
  if (
    /^(times?|records?|rows?|entries)$/i.test(draft.pieces[after(draft, number)]?.text ?? "") &&
    right.kind === "number"
  ) {
    use(draft, after(draft, number));
    draft.counts.push({ operator: sign, value: String(right.value), counted: null });
    return;
  }
  const again = left === null && !concept ? lastCompared(draft, at) : null;
  if (again) {
    addComparison(draft, at, again, sign, right);
    return;
  }
  const named = isNear && leftPiece?.kind === "column" ? leftPiece : null;
  const meant = named ?? conceptColumn(draft, concept, right, operator === "older");
  if (meant && named && left) use(draft, left.at);
  if (meant) {
    const flipped = !named && "reversed" in meant && meant.reversed === true;
    addComparison(draft, at, meant, flipped ? flip(sign) : sign, right);
  } else if (/^(once|twice)$/i.test(right.text) && right.kind === "number") {
    draft.counts.push({ operator: sign, value: String(right.value), counted: null });
  } else if (
    /times?/i.test(draft.pieces[after(draft, number)]?.text ?? "") &&
    right.kind === "number"
  ) {
    draft.counts.push({ operator: sign, value: String(right.value), counted: null });
  } else draft.used[number] = false;
}

function compareComputed(
  draft: Draft,
  left: Left,
  piece: Piece,
  operator: Comparison,
  right: Extract<Piece, { kind: "number" | "date" }>,
): void {
  use(draft, left.at);
  if (piece.kind !== "table" && piece.kind !== "column") return;
  if (left.counted && piece.kind === "column" && isMeasure(draft, piece)) {
    addComparison(draft, left.at, piece, operator, right);
  } else if (left.counted) {
    const column = piece.kind === "column" ? piece.column : null;
    const value = right.kind === "number" ? String(right.value) : right.value;
    draft.counts.push({ operator, value, counted: { table: piece.table, column } });
  } else if (piece.kind === "column") {
    const name = aggregateName(left.aggregate);
    const computed: Expression = { kind: "aggregate", name, of: columnOf(piece), distinct: false };
    draft.having.push({
      kind: "compare",
      left: computed,
      operator,
      right: literalOf(draft, piece, right),
    });
  }
}

function compareColumns(draft: Draft, at: number, next: number, argument: string): void {
  const left = leftOf(draft, at);
  const one = left && draft.pieces[left.at];
  const other = draft.pieces[next];
  if (one?.kind !== "column" || other?.kind !== "column" || one.column === other.column) return;
  if (kindOf(draft, one) !== kindOf(draft, other)) return;
  use(draft, at, next, left?.at ?? at);
  const condition = {
    kind: "compare" as const,
    left: columnOf(one),
    operator: asComparison(argument),
    right: columnOf(other),
  };
  draft.conditions.push({ at, condition, ref: one, negated: false });
}

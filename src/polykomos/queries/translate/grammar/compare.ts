// "age above 30", "more than two pets", "older than 30", "after 2015", "between 1 and 5".

import type { PieceOf } from "../link/assign.ts";
import { aggregateOf, type Comparison, columnOf, compared } from "../logical/query.ts";
import type { Operator } from "../operators/operator.ts";
import { isAmount, isComparable } from "./comparable.ts";
import { compareWithAggregate } from "./compare-aggregate.ts";
import { readBetween } from "./compare-between.ts";
import { conceptColumn, followingRef, type Left, lastCompared, leftOf } from "./compared-side.ts";
import { addComparison, aggregateName, asComparison, flip, literalOf } from "./comparison.ts";
import { type Concept, conceptOfOperator } from "./concepts.ts";
import {
  addCondition,
  after,
  before,
  type Counted,
  type Draft,
  isMeasure,
  isOperator,
  kindOf,
  use,
} from "./draft.ts";
import { timeColumn } from "./time.ts";

const comparing: Operator[] = ["cmp", "longer", "heavier", "older", "later", "faster"];

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
      compare(draft, at, next, piece.operator, signOf(piece.argument, draft, next));
    } else if (
      isOperator(right, "agg", "super", "all", "below", "above", "age") ||
      isOperator(draft.pieces[at + 1], "all")
    ) {
      compareWithAggregate(draft, at);
    } else if (right?.kind === "column") {
      compareColumn(draft, at, next, right, piece.argument);
    }
  }
  readTrailing(draft);
}

/** "more than 3" and "3 or more" say it on either side of the number. */
function signOf(argument: string, draft: Draft, number: number): Comparison {
  const next = after(draft, number);
  const piece = draft.pieces[next];
  if (piece?.kind === "operator" && piece.operator === "ormore") {
    use(draft, next);
    return asComparison(piece.argument);
  }
  return asComparison(argument);
}

/** "above age 46", or "higher than the price". */
function compareColumn(
  draft: Draft,
  at: number,
  next: number,
  column: PieceOf<"column">,
  argument: string,
): void {
  const number = after(draft, next, "prep", "rel");
  const value = draft.pieces[number];
  if (value?.kind === "number" || value?.kind === "date") {
    use(draft, at, next, number);
    addComparison(draft, at, column, signOf(argument, draft, number), value);
  } else compareColumns(draft, at, next, column, argument);
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

/** A comparison with a number or a date, and what stands on both sides of it. */
type Said = {
  at: number;
  number: number;
  right: PieceOf<"number" | "date">;
  sign: Comparison;
  operator: Operator;
  /** What the words compare without naming a column: "older" an age. */
  concept: Concept | undefined;
  left: Left | null;
  /** The column before, where it can be compared with what was said. */
  column: PieceOf<"column"> | null;
  /** Where the table or column behind the number stands; -1: there is none. */
  follows: number;
};

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
  const leftPiece = left === null ? undefined : draft.pieces[left.at];
  const follows = draft.used[at] ? -1 : followingRef(draft, number);
  use(draft, at, number);
  if (right.kind === "date" && operator === "later" && leftPiece?.kind !== "column") {
    const dated = timeColumn(draft, at);
    if (dated) {
      addComparison(draft, at, dated, sign, right);
      return;
    }
  }
  if (left && (left.counted || left.aggregate)) {
    compareComputed(draft, left, sign, right);
    return;
  }
  const trailing = draft.pieces[after(draft, number)];
  const isAged = /older|younger/i.test(trailing?.text ?? "") && isOperator(trailing, "ormore");
  const concept = isAged ? "age" : conceptOfOperator[operator];
  const isNear = leftPiece?.kind === "column" && isComparable(draft, leftPiece, right);
  const column = isNear ? leftPiece : null;
  const said: Said = { at, number, right, sign, operator, concept, left, column, follows };
  const isRead =
    compareFollowing(draft, said) ||
    compareLeft(draft, said) ||
    countFollowing(draft, said) ||
    compareAgain(draft, said) ||
    compareMeant(draft, said);
  if (!isRead) draft.used[number] = false;
}

/** "a rating of more than 3 stars" says the column twice; the nearer one counts. */
function compareFollowing(draft: Draft, { at, right, sign, follows }: Said): boolean {
  const following = draft.pieces[follows];
  const isMeant = following?.kind === "column" && isAmount(draft, following);
  if (!isMeant || right.kind !== "number") return false;
  use(draft, follows);
  addComparison(draft, at, following, sign, right);
  return true;
}

function compareLeft(draft: Draft, said: Said): boolean {
  const { at, right, sign, concept, left, column, follows } = said;
  if (left === null || column === null || concept) return false;
  const between = draft.pieces.slice(left.at, at);
  const isHaving = between.some((piece) => /^(have|has|had|with)\b/i.test(piece.text));
  const countsTable = draft.pieces[follows]?.kind === "table" && isHaving;
  if (countsTable && right.kind === "number") return false;
  use(draft, left.at);
  addComparison(draft, at, column, sign, right);
  return true;
}

/** "more than two pets", "more than once", "at least 3 times". */
function countFollowing(draft: Draft, { number, right, sign, follows }: Said): boolean {
  if (right.kind !== "number") return false;
  const following = draft.pieces[follows];
  let counted: Counted | null = null;
  if (following?.kind === "table" || following?.kind === "column") {
    use(draft, follows);
    const column = following.kind === "column" ? following.column : null;
    counted = { table: following.table, column };
  } else if (!/^(once|twice)$/i.test(right.text)) {
    const next = after(draft, number);
    if (!/^(times?|records?|rows?|entries)$/i.test(draft.pieces[next]?.text ?? "")) return false;
    use(draft, next);
  }
  draft.counts.push({ operator: sign, value: right.decimal, counted });
  return true;
}

/** "above 10 or below 5": the second comparison is with the column of the first. */
function compareAgain(draft: Draft, { at, right, sign, concept, left }: Said): boolean {
  const again = left === null && !concept ? lastCompared(draft, at) : null;
  if (again === null) return false;
  addComparison(draft, at, again, sign, right);
  return true;
}

/** Without a column beside it, what is compared is known by the words alone. */
function compareMeant(draft: Draft, said: Said): boolean {
  const { at, right, sign, operator, concept, left, column } = said;
  if (column && left) {
    use(draft, left.at);
    addComparison(draft, at, column, sign, right);
    return true;
  }
  const meant = conceptColumn(draft, concept, right);
  if (meant === null) return false;
  const isReversed = meant.isReversed && operator === "older";
  addComparison(draft, at, meant.ref, isReversed ? flip(sign) : sign, right);
  return true;
}

/** "whose number of pets is more than 2", "with an average age above 30". */
function compareComputed(
  draft: Draft,
  left: Left,
  operator: Comparison,
  right: PieceOf<"number" | "date">,
): void {
  use(draft, left.at);
  const piece = draft.pieces[left.at];
  if (piece?.kind !== "table" && piece?.kind !== "column") return;
  if (left.counted && piece.kind === "column" && isMeasure(draft, piece)) {
    addComparison(draft, left.at, piece, operator, right);
  } else if (left.counted) {
    const column = piece.kind === "column" ? piece.column : null;
    const value = right.kind === "number" ? right.decimal : right.value;
    draft.counts.push({ operator, value, counted: { table: piece.table, column } });
  } else if (piece.kind === "column") {
    draft.having.push({
      kind: "compare",
      left: aggregateOf(aggregateName(left.aggregate), columnOf(piece)),
      operator,
      right: literalOf(draft, piece, right),
    });
  }
}

function compareColumns(
  draft: Draft,
  at: number,
  next: number,
  other: PieceOf<"column">,
  argument: string,
): void {
  const left = leftOf(draft, at);
  const one = left && draft.pieces[left.at];
  if (one?.kind !== "column" || one.column === other.column) return;
  if (kindOf(draft, one) !== kindOf(draft, other)) return;
  use(draft, at, next, left?.at ?? at);
  addCondition(draft, at, compared(one, asComparison(argument), columnOf(other)), one);
}

// "not from France" turns a condition round; "without any pet" leaves out those that have one.

import { type Condition, columnOf } from "../logical/query.ts";
import { type Draft, isOperator, kindOf, type Placed, use } from "./draft.ts";

/** Applies every negation to what stands in its reach. */
export function readNegations(draft: Draft): void {
  for (const [at, piece] of draft.pieces.entries()) {
    if (draft.used[at] || !isOperator(piece, "not", "except")) continue;
    negate(draft, at);
  }
}

function negate(draft: Draft, at: number): void {
  const end = reachOf(draft, at);
  const inside = draft.conditions.filter((each) => each.at > at && each.at < end);
  const tables = tablesInside(draft, at, end);
  const isOwn = inside.every((each) => each.ref === null || each.ref.table === draft.main);
  const others = tables.filter((table) => table !== draft.main);
  if (inside.length > 0 && isOwn && others.length === 0) {
    use(draft, at);
    const turned = inside.map(turn);
    draft.conditions = draft.conditions.map((each) => turned[inside.indexOf(each)] ?? each);
    return;
  }
  if (inside.length > 0 || others.length > 0) {
    use(draft, at);
    for (let place = at + 1; place < end; place += 1) {
      const piece = draft.pieces[place];
      if (piece?.kind === "table" || piece?.kind === "column") use(draft, place);
    }
    const reached = [
      ...new Set([...inside.flatMap((each) => (each.ref ? [each.ref.table] : [])), ...others]),
    ];
    const kept = reached.filter((table) => table !== draft.main);
    draft.excluded.push({ at, tables: kept.length > 0 ? kept : reached, conditions: inside });
    draft.conditions = draft.conditions.filter((each) => !inside.includes(each));
    return;
  }
  // "do not have an email": the column itself is empty.
  const place = draft.pieces.findIndex(
    (piece, index) => index > at && index < end && piece.kind === "column" && !draft.used[index],
  );
  const column = draft.pieces[place];
  if (column?.kind !== "column" || kindOf(draft, column) === "boolean") return;
  use(draft, at, place);
  const condition: Condition = { kind: "isNull", left: columnOf(column), negated: false };
  draft.conditions.push({ at: place, condition, ref: column, negated: true });
}

function reachOf(draft: Draft, at: number): number {
  let seen = false;
  for (let place = at + 1; place < draft.pieces.length; place += 1) {
    const piece = draft.pieces[place];
    if (isOperator(piece, "sentence", "order", "dir")) return place;
    if (isOperator(piece, "command") && isOperator(draft.pieces[place - 1], "and", "comma"))
      return place;
    if (seen && isOperator(piece, "comma", "and", "group", "not", "except", "whose")) return place;
    if (piece?.kind === "value" || piece?.kind === "text" || piece?.kind === "table") seen = true;
    if (piece?.kind === "column") seen = true;
  }
  return draft.pieces.length;
}

/** Below this a name is a guess from a part or a synonym. */
const namedScoreMin = 2.6;

function tablesInside(draft: Draft, at: number, end: number): number[] {
  const tables: number[] = [];
  for (let place = at + 1; place < end; place += 1) {
    const piece = draft.pieces[place];
    if (piece?.kind === "table" || piece?.kind === "value") tables.push(piece.table);
    const isNamed = piece?.kind === "column" && piece.score >= namedScoreMin;
    if (isNamed && !draft.used[place]) tables.push(piece.table);
  }
  return [...new Set(tables)];
}

/** The opposite of a condition. */
export function turn(placed: Placed): Placed {
  return { ...placed, condition: opposite(placed.condition), negated: true };
}

function opposite(condition: Condition): Condition {
  switch (condition.kind) {
    case "compare":
      return { ...condition, operator: opposites[condition.operator] };
    case "compareQuery":
      return { ...condition, operator: opposites[condition.operator] };
    case "between":
      return {
        kind: "any",
        of: [
          { kind: "compare", left: condition.left, operator: "<", right: condition.low },
          { kind: "compare", left: condition.left, operator: ">", right: condition.high },
        ],
      };
    case "like":
    case "oneOf":
    case "inQuery":
    case "isNull":
      return { ...condition, negated: !condition.negated };
    case "any":
      return { kind: "all", of: condition.of.map(opposite) };
    case "all":
      return { kind: "any", of: condition.of.map(opposite) };
    default:
      return condition satisfies never;
  }
}

const opposites = { "=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

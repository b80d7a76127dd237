// "When", "where" and "how old" ask for a column without naming it.

import { aggregateOf, type ColumnRef, columnOf, type Expression } from "../logical/query.ts";
import { type Concept, findConcept } from "./concepts.ts";
import { type Draft, isOperator, kindOf, spokenTables, use } from "./draft.ts";

const asked: [RegExp, Concept][] = [
  [/^when\b/i, "time"],
  [/^where\b/i, "place"],
  [/^how old\b/i, "age"],
];

/** Puts the column that such a word asks for in place of what was only spoken of. */
export function readAskedWord(draft: Draft): void {
  const at = draft.pieces.findIndex((piece) => !isOperator(piece, "glue", "prep", "comma", "agg"));
  const piece = draft.pieces[at];
  const concept = asked.find(([pattern]) => pattern.test(piece?.text ?? ""))?.[1];
  if (!isOperator(piece, "command") || concept === undefined) return;
  const ref = spokenColumn(draft, at, concept) ?? conceptColumn(draft, concept);
  if (ref === null || draft.select.some(({ expression }) => isAnswer(draft, expression, concept)))
    return;
  const average = draft.pieces.findIndex(
    (each) => isOperator(each, "agg") && each.text.includes("average"),
  );
  const column = columnOf(ref);
  const expression = average < 0 ? column : aggregateOf("avg", column);
  draft.labels = [];
  draft.countedTable = null;
  draft.select = [{ at, expression }];
  use(draft, at);
}

/** The first date that the question speaks of: "when did they take office". */
function spokenColumn(draft: Draft, from: number, concept: Concept): ColumnRef | null {
  if (concept !== "time") return null;
  const at = draft.pieces.findIndex(
    (piece, place) =>
      place > from &&
      piece.kind === "column" &&
      !draft.used[place] &&
      /date|timestamp|time/.test(kindOf(draft, piece)),
  );
  const piece = draft.pieces[at];
  if (piece?.kind !== "column") return null;
  use(draft, at);
  return piece;
}

function conceptColumn(draft: Draft, concept: Concept): ColumnRef | null {
  const tables = [draft.main, ...spokenTables(draft.pieces)];
  return findConcept(draft.lexicon, concept, tables)?.ref ?? null;
}

/** Whether what is shown already is what the word asks for: a column that the question names. */
function isAnswer(draft: Draft, expression: Expression, concept: Concept): boolean {
  if (expression.kind !== "column") return true;
  if (concept === "time") return /date|timestamp|number/.test(kindOf(draft, expression.ref));
  return concept === "place" && draft.labels.length === 0;
}

import type { JoinGraph } from "../joins/graph.ts";
import type { Assignment } from "../link/assign.ts";
import type { Lexicon } from "../link/lexicon.ts";
import type { Query } from "../logical/query.ts";
import { readAskedWord } from "./asked-word.ts";
import { buildQuery } from "./build.ts";
import { readComparisons } from "./compare.ts";
import type { Draft } from "./draft.ts";
import { readFilters } from "./filter.ts";
import { readFlags } from "./flags.ts";
import { readGroups } from "./group.ts";
import { mainTable } from "./main-table.ts";
import { readNegations } from "./negate.ts";
import { readOrder } from "./order.ts";
import { readSelection } from "./select.ts";
import { readShare } from "./share.ts";
import { readSuperlatives } from "./superlative.ts";
import { readTimes } from "./time.ts";

/** One way to understand the question, with the pieces that it could not use. */
export type Reading = { query: Query; draft: Draft };

/** Reads the clauses of a question whose words have their meanings; null when nothing is asked for. */
export function parse(
  assignment: Assignment,
  lexicon: Lexicon,
  graph: JoinGraph,
  now: Date,
): Reading | null {
  const { pieces } = assignment;
  const draft: Draft = {
    pieces,
    lexicon,
    graph,
    now,
    used: pieces.map(() => false),
    flags: new Set(),
    main: mainTable(pieces),
    select: [],
    distinct: false,
    labels: [],
    countedTable: null,
    conditions: [],
    counts: [],
    having: [],
    ranking: null,
    order: [],
    limit: null,
    groups: [],
    buckets: [],
    excluded: [],
    also: [],
  };
  readOrder(draft);
  readTimes(draft);
  readFlags(draft);
  readComparisons(draft);
  readSuperlatives(draft);
  readGroups(draft);
  readFilters(draft);
  readNegations(draft);
  readSelection(draft);
  readAskedWord(draft);
  readShare(draft);
  const query = buildQuery(draft);
  return query ? { query, draft } : null;
}

import type { Edge, JoinGraph } from "./graph.ts";

type Join = { table: number; edge: Edge };
export type JoinPlan = {
  /** Tables in the order in which they are joined; each but the first has an edge to one before. */
  first: number;
  joins: Join[];
  cost: number;
};

const hintWeight = 0.5;

/**
 * The cheapest tree that this greedy growth finds from the first table to all the others; null when
 * one cannot be reached. `hints` tells how much of a key's name the question says: of two keys to one
 * table it takes the one that is named.
 */
export function planJoins(
  graph: JoinGraph,
  tables: readonly number[],
  hints: (edge: Edge) => number = () => 0,
): JoinPlan | null {
  const [first] = tables;
  if (first === undefined) return null;
  const joined = new Set([first]);
  const joins: Join[] = [];
  let cost = 0;
  const missing = new Set(tables.filter((table) => table !== first));
  while (missing.size > 0) {
    const path = nearestPath(graph, joined, missing, hints);
    if (path === null) return null;
    for (const step of path) {
      joined.add(step.table);
      missing.delete(step.table);
      joins.push(step);
      cost += step.edge.cost;
    }
  }
  return { first, joins, cost };
}

/** Dijkstra from all joined tables at once to the nearest missing one. */
function nearestPath(
  graph: JoinGraph,
  joined: ReadonlySet<number>,
  missing: ReadonlySet<number>,
  hints: (edge: Edge) => number,
): Join[] | null {
  const distance = new Map<number, number>([...joined].map((table) => [table, 0]));
  const reachedBy = new Map<number, Join & { before: number }>();
  const done = new Set<number>();
  for (;;) {
    let next: number | null = null;
    for (const [table, far] of distance) {
      if (!done.has(table) && (next === null || far < (distance.get(next) ?? 0))) next = table;
    }
    if (next === null) return null;
    if (missing.has(next)) return pathTo(next, reachedBy);
    done.add(next);
    for (const edge of graph.byTable[next] ?? []) {
      const other = edge.from === next ? edge.to : edge.from;
      const far = (distance.get(next) ?? 0) + edge.cost - hints(edge) * hintWeight;
      if (joined.has(other) || far >= (distance.get(other) ?? Number.POSITIVE_INFINITY)) continue;
      distance.set(other, far);
      reachedBy.set(other, { table: other, edge, before: next });
    }
  }
}

function pathTo(table: number, reachedBy: ReadonlyMap<number, Join & { before: number }>): Join[] {
  const path: Join[] = [];
  let step = reachedBy.get(table);
  while (step) {
    path.unshift({ table: step.table, edge: step.edge });
    step = reachedBy.get(step.before);
  }
  return path;
}

// Which tables can be joined, by what columns, and how far apart they are. Declared keys come first;
// many schemas declare none, so names are read as well.

import type { Catalog, Table } from "../../catalog/catalog.ts";
import type { Lexicon, TableEntry } from "../link/lexicon.ts";

export type Edge = {
  /** The table that holds the key, and the one it points to. */
  from: number;
  to: number;
  fromColumns: string[];
  toColumns: string[];
  cost: number;
};
export type JoinGraph = { edges: Edge[]; byTable: Edge[][] };

const costs = { declared: 1, sameKey: 1.2, tableKey: 1.3, suffix: 1.55, sameName: 2.2 } as const;
const known = new WeakMap<Lexicon, JoinGraph>();

/** The join graph of a catalog; made once for the same lexicon. */
export function joinGraphOf(lexicon: Lexicon): JoinGraph {
  const found = known.get(lexicon);
  if (found) return found;
  const edges = [...declaredEdges(lexicon.catalog), ...inferredEdges(lexicon)];
  const best = new Map<string, Edge>();
  for (const edge of edges) {
    const key = [edge.from, edge.to, ...edge.fromColumns].join("\u0000");
    const other = best.get(key);
    if (other === undefined || edge.cost < other.cost) best.set(key, edge);
  }
  const kept = [...best.values()];
  const byTable = lexicon.tables.map(({ index }) =>
    kept.filter((edge) => edge.from === index || edge.to === index),
  );
  const graph = { edges: kept, byTable };
  known.set(lexicon, graph);
  return graph;
}

function declaredEdges(catalog: Catalog): Edge[] {
  return catalog.tables.flatMap((table, from) =>
    table.foreignKeys.flatMap((key) => {
      const to = catalog.tables.findIndex(
        (other) => other.name === key.table && other.schema === key.schema,
      );
      if (to < 0) return [];
      return [
        { from, to, fromColumns: key.columns, toColumns: key.references, cost: costs.declared },
      ];
    }),
  );
}

function inferredEdges(lexicon: Lexicon): Edge[] {
  const edges: Edge[] = [];
  for (const one of lexicon.tables) {
    for (const other of lexicon.tables) {
      if (one === other) continue;
      const key = keyColumn(other.table);
      for (const column of one.table.columns) {
        // A column that is declared to point somewhere points nowhere else.
        if (isDeclared(one.table, column.name)) continue;
        const cost = key === null ? null : keyCost(one, column.name, other, key);
        if (key !== null && cost !== null) {
          edges.push(edge(one.index, other.index, column.name, key, cost));
        } else if (isSharedName(column.name) && one.index < other.index) {
          const twin = other.table.columns.find((each) => sameName(each.name, column.name));
          if (twin && twin.kind === column.kind) {
            edges.push(edge(one.index, other.index, column.name, twin.name, costs.sameName));
          }
        }
      }
    }
  }
  return edges;
}

function keyCost(one: TableEntry, name: string, other: TableEntry, key: string): number | null {
  const mine = one.table.columns.find((column) => column.name === name);
  const theirs = other.table.columns.find((column) => column.name === key);
  if (!mine || !theirs || mine.kind !== theirs.kind) return null;
  const isOwnKey = one.table.primaryKey.length === 1 && one.table.primaryKey[0] === name;
  const keyWords = wordsOf(other, key);
  const isPlainId = keyWords.length === 1 && /^(id|name|code|number)$/.test(keyWords[0] ?? "");
  if (sameName(name, key)) return isPlainId ? null : costs.sameKey + (isOwnKey ? 0.3 : 0);
  const [tableWords = []] = other.forms;
  const owned = other.columns.find((column) => column.column.name === key)?.ownForms ?? [];
  const targets = [
    ...(isPlainId ? [] : [keyWords]),
    // "cust id" points to the key of a table "customer", whether or not that repeats the word.
    ...[keyWords, ...owned].map((words) => [...tableWords, ...words]),
  ];
  const pointers = one.columns.find((column) => column.column.name === name);
  for (const words of [...(pointers?.forms ?? []), ...(pointers?.ownForms ?? [])]) {
    const target = targets.find((each) => endsWith(words, each));
    if (target) return words.length === target.length ? costs.tableKey : costs.suffix;
  }
  return null;
}

function edge(from: number, to: number, column: string, key: string, cost: number): Edge {
  return { from, to, fromColumns: [column], toColumns: [key], cost };
}

function wordsOf(entry: TableEntry, name: string): string[] {
  return entry.columns.find(({ column }) => column.name === name)?.forms[0] ?? [];
}

function endsWith(words: readonly string[], tail: readonly string[]): boolean {
  if (tail.length === 0 || tail.length > words.length) return false;
  const end = words.slice(words.length - tail.length);
  return end.every((word, index) => word === tail[index]);
}

function keyColumn(table: Table): string | null {
  if (table.primaryKey.length === 1) return table.primaryKey[0] ?? null;
  if (table.primaryKey.length > 1) return null;
  return table.columns.find((column) => /^(id|.*_id|.*id)$/i.test(column.name))?.name ?? null;
}

function isDeclared(table: Table, column: string): boolean {
  return table.foreignKeys.some((key) => key.table !== table.name && key.columns.includes(column));
}

function isSharedName(name: string): boolean {
  return (
    /.(_?id|_?name|_?code|_?no|_?key|_?number)$/i.test(name) &&
    !/^(first|last|full|middle|f|l|m)_?name$/i.test(name)
  );
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

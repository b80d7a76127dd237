// Strict: the same columns in some order and the same rows, as a multiset unless the gold orders
// them. Superset: the gold's columns are among the answer's.

/** A cell as text that both engines write alike; numbers to four decimals. */
export type Cell = string | null;
export type Result = { columns: number; rows: Cell[][] };
type Likeness = { strict: boolean; superset: boolean };

const MAX_TRIES = 20_000;

export function compareResults(gold: Result, answer: Result, ordered: boolean): Likeness {
  if (gold.rows.length !== answer.rows.length) return { strict: false, superset: false };
  if (gold.rows.length === 0) {
    const superset = answer.columns >= gold.columns;
    return { strict: answer.columns === gold.columns, superset };
  }
  const superset = contains(gold, answer, ordered);
  return { strict: superset && gold.columns === answer.columns, superset };
}

/** Whether the rows are ordered by the outermost SELECT. */
export function isOrdered(sql: string): boolean {
  let depth = 0;
  for (const match of sql.matchAll(/'(?:[^']|'')*'|[()]|\border\s+by\b/gi)) {
    if (match[0] === "(") depth += 1;
    else if (match[0] === ")") depth -= 1;
    else if (depth === 0 && !match[0].startsWith("'")) return true;
  }
  return false;
}

function contains(gold: Result, answer: Result, ordered: boolean): boolean {
  if (answer.columns < gold.columns) return false;
  const fingerprints = Array.from({ length: answer.columns }, (_, column) =>
    fingerprint(answer, column, ordered),
  );
  const candidates = Array.from({ length: gold.columns }, (_, column) => {
    const wanted = fingerprint(gold, column, ordered);
    return fingerprints.flatMap((print, index) => (print === wanted ? [index] : []));
  });
  const wanted = rowKeys(
    gold,
    candidates.map((_, index) => index),
    ordered,
  );
  let tries = 0;
  function place(chosen: number[]): boolean {
    if (chosen.length === gold.columns) {
      tries += 1;
      return rowKeys(answer, chosen, ordered) === wanted;
    }
    return (candidates[chosen.length] ?? []).some(
      (index) => tries < MAX_TRIES && !chosen.includes(index) && place([...chosen, index]),
    );
  }
  return place([]);
}

function fingerprint(result: Result, column: number, ordered: boolean): string {
  const cells = result.rows.map((row) => String(row[column]));
  return (ordered ? cells : cells.sort()).join("\u0001");
}

function rowKeys(result: Result, columns: number[], ordered: boolean): string {
  const keys = result.rows.map((row) =>
    columns.map((column) => String(row[column])).join("\u0002"),
  );
  return (ordered ? keys : keys.sort()).join("\u0001");
}

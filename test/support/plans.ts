import type { Client } from "pg";

/** A statement as it was sent to the store. */
export type Sent = { text: string; params: unknown[] };

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: Plan[];
};

/**
 * Tables that PostgreSQL would read from end to end for a statement with these values. The plan is
 * the one it makes for them: through Neon's HTTP protocol nothing is prepared, so each statement is
 * planned anew. Nothing is run.
 */
export async function tablesReadWhole(client: Client, { text, params }: Sent): Promise<string[]> {
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, params);
  const found = new Set<string>();
  function walk(plan: Plan): void {
    const table = plan["Relation Name"];
    if (plan["Node Type"] === "Seq Scan" && table !== undefined) found.add(table);
    for (const each of plan.Plans ?? []) walk(each);
  }
  walk(rows[0]["QUERY PLAN"][0].Plan);
  return [...found].sort();
}

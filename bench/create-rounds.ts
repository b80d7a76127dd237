import { withPostgres } from "../dev/database-session.ts";
import { comparedRow, quantile, type Row, withBar } from "./rows.ts";
import type { Tenant } from "./tenant.ts";

/** How creates of databases are timed: ours and their floor in turns. */
/** Milliseconds of one create by each side. */
type Pair = { ours: number; floor: number };

/** Logs in to a PostgreSQL database with the official client and runs a statement. */
export async function logIn(connectionString: string): Promise<void> {
  await withPostgres(connectionString, (client) => client.query("SELECT 1"));
}

/** Creates through the API and logs in. */
export async function createAndLogIn(
  tenant: Tenant,
  name: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const { status, body } = await tenant.send("POST", "/api/v1/databases?wait=true", {
    name,
    ...fields,
  });
  if (status !== 201) throw new Error(`${name} was not ready: ${JSON.stringify(body)}`);
  await logIn(body.data.connection_string);
}

/** Milliseconds that a work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Runs both sides in turns, the first one of a pair changing each time. */
export async function pairs(
  count: number,
  ours: (index: number) => Promise<number>,
  floor: (index: number) => Promise<number>,
): Promise<Pair[]> {
  const found: Pair[] = [];
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) found.push({ ours: await ours(index), floor: await floor(index) });
    else {
      const first = await floor(index);
      found.push({ ours: await ours(index), floor: first });
    }
  }
  return found;
}

/** The median beside the floor's, and the 95th percentile with its bar. */
export function rowsOf(
  suite: string,
  name: string,
  found: readonly Pair[],
  p95AtMostMs: number,
): Row[] {
  const ours = found.map((pair) => pair.ours);
  const [p95, floorP95] = [ours, found.map((pair) => pair.floor)].map((v) => quantile(v, 0.95));
  if (p95 === undefined || floorP95 === undefined) throw new Error("Nothing was measured");
  const tail = { suite, name: `${name}, p95 of ${found.length}`, value: p95, unit: "ms" };
  return [
    comparedRow({ suite, name: `${name}, p50 of ${found.length}`, unit: "ms" }, found),
    withBar(
      { ...tail, floor: floorP95, ratio: p95 / floorP95 },
      { of: "value", atMost: p95AtMostMs },
    ),
  ];
}

import { sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import {
  listedColumns,
  type OperationRow,
  type OperationState,
} from "../polykomos/operations/store.ts";

/** Operations of all teams, as the operator sees them. */
const jobsMax = 200;

export async function listJobs(
  store: Store,
  state: OperationState | null,
): Promise<OperationRow[]> {
  return await store.rows<OperationRow>(sql`
    SELECT ${listedColumns} FROM operations o JOIN databases d ON d.id = o.database_id
    WHERE ${state === null ? sql`true` : sql`o.state = ${state}`}
    ORDER BY o.seq DESC LIMIT ${jobsMax}`);
}

/**
 * Makes an unfinished or failed operation due now, with a fresh count of attempts. `"conflict"` when
 * it has ended otherwise, or its database has meanwhile been deleted.
 */
export async function makeJobDue(
  store: Store,
  operationId: string,
  now: Date,
): Promise<"due" | "conflict" | "missing"> {
  const [row] = await store.rows<{ due: boolean; known: boolean }>(sql`
    WITH due AS (UPDATE operations o SET state = 'queued', not_before = ${now}, attempts = 0,
        finished_at = NULL FROM databases d
      WHERE o.id = ${operationId} AND d.id = o.database_id
        AND (o.state = 'queued' OR (o.state = 'failed' AND (d.status <> 'deleted'
          OR o.kind IN ('delete', 'destroy')))) RETURNING o.id)
    SELECT EXISTS (SELECT 1 FROM due) AS due,
      EXISTS (SELECT 1 FROM operations WHERE id = ${operationId}) AS known`);
  if (row?.due) return "due";
  return row?.known ? "conflict" : "missing";
}

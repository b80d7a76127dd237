import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";

/** From so many rows of a server on they are made one a plan again. */
const rowsToSum = 8;

/**
 * Sums up what was noted of servers' promises, where it has become many rows. Safe to run twice at the
 * same time: each row is summed by one run, in one statement, so placements see the same sums throughout.
 */
export async function sumUpPromises(store: Store): Promise<void> {
  await store.rows(sql`
    WITH many AS (SELECT server_id FROM server_promises GROUP BY server_id
      HAVING count(*) >= ${rowsToSum}),
    noted AS (DELETE FROM server_promises p USING many WHERE p.server_id = many.server_id
      RETURNING p.*)
    INSERT INTO server_promises (server_id, plan, databases, default_connections, connections,
      default_storage, storage_gb)
    SELECT server_id, plan, sum(databases), sum(default_connections), sum(connections),
      sum(default_storage), sum(storage_gb)
    FROM noted GROUP BY server_id, plan
    HAVING sum(databases) <> 0 OR sum(default_connections) <> 0 OR sum(connections) <> 0
      OR sum(default_storage) <> 0 OR sum(storage_gb) <> 0`);
}

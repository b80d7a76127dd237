import { storeSql } from "./sql.ts";

/** How many rows of each kind the store holds for a tenant: what a refused request must not change. */
export async function rowsOf(tenant: { userId: number; teamId: number }): Promise<unknown> {
  const [counts] = await storeSql(
    `SELECT (SELECT count(*) FROM databases WHERE team_id = $2) AS databases,
       (SELECT max(updated_at) FROM databases WHERE team_id = $2) AS databases_updated,
       (SELECT count(*) FROM operations WHERE team_id = $2) AS operations,
       (SELECT count(*) FROM events WHERE team_id = $2) AS events,
       (SELECT count(*) FROM audit_log WHERE team_id = $2) AS audit,
       (SELECT count(*) FROM api_keys WHERE user_id = $1) AS keys,
       (SELECT count(*) FROM api_keys WHERE user_id = $1 AND status = 'active') AS active_keys,
       (SELECT count(*) FROM memberships WHERE user_id = $1 OR team_id = $2) AS memberships,
       (SELECT count(*) FROM teams WHERE id = $2) AS teams`,
    [tenant.userId, tenant.teamId],
  );
  return counts;
}

import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime, teamOfUser } from "../databases/rows.ts";

/** The audit log as those it concerns read it. */
export type AuditRow = {
  id: string;
  actor: string;
  user: { id: number; name: string; email: string } | null;
  team_id: number | null;
  action: string;
  target: string;
  details: Record<string, unknown>;
  request_id: string;
  created_at: string;
};

export type AuditFilter = {
  limit: number;
  startingAfter: number | null;
  teamId: number | null;
  userId: number | null;
  /** A whole action, or the part before its dot. */
  action: string | null;
  /** Days in UTC, both included. */
  from: string | null;
  to: string | null;
};

/**
 * Entries of the reader's teams, and of no team those that are the reader's own. `null` when the
 * cursor is no entry.
 */
export async function listAudit(
  store: Store,
  readerId: number,
  filter: AuditFilter,
): Promise<{ entries: AuditRow[]; hasMore: boolean } | null> {
  const { teamId, userId, action, from, to, startingAfter, limit } = filter;
  const visible =
    teamId === null
      ? sql`(${teamOfUser(sql`a.team_id`, readerId)}
          OR (a.team_id IS NULL AND a.user_id = ${readerId}))`
      : sql`a.team_id = ${teamId} AND ${teamOfUser(sql`a.team_id`, readerId)}`;
  const cursor = sql`(SELECT c.id FROM audit_log c WHERE c.id = ${startingAfter}
    AND (${teamOfUser(sql`c.team_id`, readerId)} OR (c.team_id IS NULL AND c.user_id = ${readerId})))`;
  const conditions = [
    visible,
    ...(startingAfter === null ? [] : [sql`a.id < ${cursor}`]),
    ...(userId === null ? [] : [sql`a.user_id = ${userId}`]),
    ...(action === null
      ? []
      : [sql`(a.action = ${action} OR starts_with(a.action, ${`${action}.`}))`]),
    ...(from === null ? [] : [sql`a.created_at >= (${from}::date)::timestamp AT TIME ZONE 'UTC'`]),
    ...(to === null ? [] : [sql`a.created_at < (${to}::date + 1)::timestamp AT TIME ZONE 'UTC'`]),
  ];
  const rows = await store.rows<AuditRow>(sql`
    SELECT a.id, a.actor, a.team_id, a.action, a.target, a.details, a.request_id,
      ${isoTime(sql`a.created_at`)} AS created_at,
      CASE WHEN u.id IS NOT NULL
        THEN jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email) END AS user
    FROM audit_log a LEFT JOIN users u ON u.id = a.user_id
    WHERE ${sql.join(conditions, sql` AND `)} ORDER BY a.id DESC LIMIT ${limit + 1}`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(sql`SELECT ${cursor} AS id WHERE ${cursor} IS NOT NULL`);
    if (known.length === 0) return null;
  }
  return { entries: rows.slice(0, limit), hasMore: rows.length > limit };
}

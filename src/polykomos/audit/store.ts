import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { type Page, pageOf } from "../page.ts";
import { newestOfTeams, teamOfUser } from "../team-rows.ts";

/** The audit log as those it concerns read it. */
type AuditRow = {
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

type AuditFilter = {
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
): Promise<Page<AuditRow> | null> {
  const { teamId, userId, action, from, to, startingAfter, limit } = filter;
  const cursor = sql`(SELECT c.id FROM audit_log c WHERE c.id = ${startingAfter}
    AND (${teamOfUser(sql`c.team_id`, readerId)} OR (c.team_id IS NULL AND c.user_id = ${readerId})))`;
  const conditions = [
    sql`true`,
    ...(startingAfter === null ? [] : [sql`a.id < ${cursor}`]),
    ...(userId === null ? [] : [sql`a.user_id = ${userId}`]),
    ...(action === null
      ? []
      : [sql`(a.action = ${action} OR starts_with(a.action, ${`${action}.`}))`]),
    ...(from === null ? [] : [sql`a.created_at >= (${from}::date)::timestamp AT TIME ZONE 'UTC'`]),
    ...(to === null ? [] : [sql`a.created_at < (${to}::date + 1)::timestamp AT TIME ZONE 'UTC'`]),
  ];
  const where = sql.join(conditions, sql` AND `);
  const count = limit + 1;
  const ofTeams = newestOfTeams({
    table: sql`audit_log`,
    alias: sql`a`,
    userId: readerId,
    teamId,
    where,
    by: sql`a.id`,
    count,
  });
  const ownOfNoTeam = sql`UNION ALL (SELECT a.* FROM audit_log a WHERE a.team_id IS NULL
    AND a.user_id = ${readerId} AND ${where} ORDER BY a.id DESC NULLS LAST LIMIT ${count})`;
  const rows = await store.rows<AuditRow>(sql`
    SELECT a.id, a.actor, a.team_id, a.action, a.target, a.details, a.request_id,
      ${isoTime(sql`a.created_at`)} AS created_at,
      CASE WHEN u.id IS NOT NULL
        THEN jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email) END AS user
    FROM (SELECT a.* FROM ${ofTeams} ${teamId === null ? ownOfNoTeam : sql``}) a
    LEFT JOIN users u ON u.id = a.user_id ORDER BY a.id DESC LIMIT ${count}`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(sql`SELECT ${cursor} AS id WHERE ${cursor} IS NOT NULL`);
    if (known.length === 0) return null;
  }
  return pageOf(rows, limit);
}

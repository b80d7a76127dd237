import { type SQL, sql } from "drizzle-orm";

/**
 * Rows that belong to teams, as their members may see them: conditions and pages for all statements
 * that act for a user.
 */

/** The teams of which the user is a member, as a condition on a team column. */
export function teamOfUser(teamColumn: SQL, userId: number): SQL {
  return sql`${teamColumn} IN (SELECT team_id FROM memberships WHERE user_id = ${userId})`;
}

/**
 * The same for a row that is found by its own id. Judged of that row: as a join it would be found
 * among all rows of the teams, when the planner takes them for few.
 */
export function isOfUsersTeam(teamColumn: SQL, userId: number): SQL {
  return sql`(SELECT true FROM memberships own WHERE own.user_id = ${userId}
    AND own.team_id = ${teamColumn})`;
}

/**
 * The newest rows of the user's teams, of each team as many as a page has, to select from under the name
 * `alias`. Each team's index is read from its end, so a page costs the same however many rows there are.
 */
export function newestOfTeams(of: {
  table: SQL;
  alias: SQL;
  userId: number;
  /** That team alone; null: all of the user's. */
  teamId?: number | null;
  /** A condition on `alias`. */
  where: SQL;
  /** The column that the newest have most of. */
  by: SQL;
  count: number;
}): SQL {
  const { table, alias, userId, teamId = null, where, by, count } = of;
  // NULLS LAST, as the indexes have it: otherwise they are not read in order.
  return sql`(SELECT newest.* FROM memberships m CROSS JOIN LATERAL (SELECT ${alias}.*
      FROM ${table} ${alias} WHERE ${alias}.team_id = m.team_id AND ${where}
      ORDER BY ${by} DESC NULLS LAST LIMIT ${count}) newest
    WHERE m.user_id = ${userId} AND ${teamId === null ? sql`true` : sql`m.team_id = ${teamId}`}) ${alias}`;
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import { isOfUsersTeam, teamOfUser } from "../team-rows.ts";

/** Teams and their members in the control-plane store, as members see and change them. */
export type Role = "owner" | "member";

export type TeamRow = {
  id: number;
  name: string;
  role: Role;
  is_primary: boolean;
  members: number;
  created_at: string;
};

export type MemberRow = {
  user_id: number;
  name: string;
  email: string;
  role: Role;
  joined_at: string;
};

/** Whether the user owns the team, as a condition. */
export function ownedBy(teamColumn: SQL, userId: number): SQL {
  return sql`EXISTS (SELECT 1 FROM memberships own WHERE own.team_id = ${teamColumn}
    AND own.user_id = ${userId} AND own.role = 'owner')`;
}

const teamColumns: SQL = sql`t.id, t.name, m.role, m.is_primary,
  (SELECT count(*)::int FROM memberships c WHERE c.team_id = t.id) AS members,
  ${isoTime(sql`t.created_at`)} AS created_at`;

export async function listTeams(store: Store, userId: number): Promise<TeamRow[]> {
  return await store.rows<TeamRow>(sql`SELECT ${teamColumns} FROM memberships m
    JOIN teams t ON t.id = m.team_id WHERE m.user_id = ${userId} ORDER BY m.is_primary DESC, t.id`);
}

/** A team as its member sees it; `null` for a team that the user is not in. */
export async function findTeam(
  store: Store,
  userId: number,
  teamId: number,
): Promise<TeamRow | null> {
  const [row] = await store.rows<TeamRow>(sql`SELECT ${teamColumns} FROM memberships m
    JOIN teams t ON t.id = m.team_id WHERE m.user_id = ${userId} AND t.id = ${teamId}`);
  return row ?? null;
}

export const requestKeyIndex = "teams_request_key";

/** `requestKey` names the request, under a unique index: a second run of it fails on that index. */
export async function insertTeam(
  store: Store,
  name: string,
  requestKey: string | null,
  act: Act,
): Promise<number> {
  const [row] = await store.rows<{ id: number }>(sql`
    WITH made AS (INSERT INTO teams (name, request_key, created_at)
      VALUES (${name}, ${requestKey}, ${act.now}) RETURNING id, name),
    membership AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT made.id, ${act.userId}, 'owner', NOT EXISTS (SELECT 1 FROM memberships p
        WHERE p.user_id = ${act.userId} AND p.is_primary), ${act.now} FROM made),
    entry AS (SELECT id AS team_id, 'team:' || id AS target, jsonb_build_object('name', name)
      AS details FROM made),
    audit AS (${auditEntry(act, "team.create", sql`entry`)})
    SELECT id FROM made`);
  if (!row) throw new Error("The new team was not returned");
  return row.id;
}

/** The team of the user's that an earlier run of the same request made. */
export async function findIdByRequestKey(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<number | null> {
  const [row] = await store.rows<{ id: number }>(sql`SELECT t.id FROM teams t
    WHERE t.request_key = ${requestKey} AND ${isOfUsersTeam(sql`t.id`, userId)}`);
  return row?.id ?? null;
}

/** How many teams the user owns. */
export async function countOwned(store: Store, userId: number): Promise<number> {
  const [row] = await store.rows<{ owned: number }>(sql`SELECT count(*)::int AS owned
    FROM memberships WHERE user_id = ${userId} AND role = 'owner'`);
  return row?.owned ?? 0;
}

/** False when the user does not own the team. */
export async function renameTeam(
  store: Store,
  teamId: number,
  name: string,
  act: Act,
): Promise<boolean> {
  const rows = await store.rows(sql`
    WITH changed AS (UPDATE teams t SET name = ${name}
      WHERE t.id = ${teamId} AND ${ownedBy(sql`t.id`, act.userId)} RETURNING t.id, t.name),
    entry AS (SELECT id AS team_id, 'team:' || id AS target, jsonb_build_object('name', name)
      AS details FROM changed),
    audit AS (${auditEntry(act, "team.rename", sql`entry`)})
    SELECT id FROM changed`);
  return rows.length > 0;
}

const memberColumns: SQL = sql`u.id AS user_id, u.name, u.email, m.role,
  ${isoTime(sql`m.created_at`)} AS joined_at`;

const listedMax = 1_000;

/** Members of a team of the user's, its owners first. */
export async function listMembers(
  store: Store,
  userId: number,
  teamId: number,
): Promise<MemberRow[]> {
  return await store.rows<MemberRow>(sql`SELECT ${memberColumns} FROM memberships m
    JOIN users u ON u.id = m.user_id
    WHERE m.team_id = ${teamId} AND ${teamOfUser(sql`m.team_id`, userId)}
    ORDER BY m.role = 'member', m.created_at, u.id LIMIT ${listedMax}`);
}

/** A member of a team of the user's, by id or by address; `null` when they are not in it. */
export async function findMember(
  store: Store,
  userId: number,
  teamId: number,
  who: { userId: number } | { email: string },
): Promise<MemberRow | null> {
  const isThem = "email" in who ? sql`u.email = ${who.email}` : sql`u.id = ${who.userId}`;
  const [row] = await store.rows<MemberRow>(sql`SELECT ${memberColumns} FROM memberships m
    JOIN users u ON u.id = m.user_id
    WHERE m.team_id = ${teamId} AND ${isThem} AND ${teamOfUser(sql`m.team_id`, userId)}`);
  return row ?? null;
}

/**
 * The owners of a team, locked: of two who would take each other's role away at once the second waits
 * and then sees what the first did, because the statement is run again.
 */
function lockedOwners(teamId: number): SQL {
  return sql`SELECT user_id FROM memberships WHERE team_id = ${teamId} AND role = 'owner'
    ORDER BY user_id FOR UPDATE`;
}

/** `null` when it may not be: the target is not in the team, or no owner would be left. */
export async function changeRole(
  store: Store,
  teamId: number,
  userId: number,
  role: Role,
  act: Act,
): Promise<MemberRow | null> {
  const [row] = await store.rows<MemberRow>(sql`
    WITH owners AS MATERIALIZED (${lockedOwners(teamId)}),
    m AS (UPDATE memberships t SET role = ${role}
      WHERE t.team_id = ${teamId} AND t.user_id = ${userId}
        AND EXISTS (SELECT 1 FROM owners WHERE user_id = ${act.userId})
        AND (${role} = 'owner' OR EXISTS (SELECT 1 FROM owners WHERE user_id <> ${userId}))
      RETURNING t.*),
    entry AS (SELECT m.team_id, 'team:' || m.team_id || '/user:' || m.user_id AS target,
      jsonb_build_object('role', m.role) AS details FROM m),
    audit AS (${auditEntry(act, "team.change_role", sql`entry`)})
    SELECT ${memberColumns} FROM m JOIN users u ON u.id = m.user_id`);
  return row ?? null;
}

/** `null` when it may not be: not there, not allowed, the primary team, or no owner would be left. */
export async function removeMember(
  store: Store,
  teamId: number,
  userId: number,
  act: Act,
): Promise<MemberRow | null> {
  const [row] = await store.rows<MemberRow>(sql`
    WITH owners AS MATERIALIZED (${lockedOwners(teamId)}),
    m AS (DELETE FROM memberships t
      WHERE t.team_id = ${teamId} AND t.user_id = ${userId} AND NOT t.is_primary
        AND (${userId}::int = ${act.userId}::int
          OR EXISTS (SELECT 1 FROM owners WHERE user_id = ${act.userId}))
        AND (t.role = 'member' OR EXISTS (SELECT 1 FROM owners WHERE user_id <> ${userId}))
      RETURNING t.*),
    entry AS (SELECT m.team_id, 'team:' || m.team_id || '/user:' || m.user_id AS target,
      '{}'::jsonb AS details FROM m),
    audit AS (${auditEntry(act, "team.remove_member", sql`entry`)})
    SELECT ${memberColumns} FROM m JOIN users u ON u.id = m.user_id`);
  return row ?? null;
}

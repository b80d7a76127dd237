import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import { teamOfUser } from "../team-rows.ts";
import { ownedBy, type Role } from "./store.ts";

/** Invitations in the control-plane store. Each is answered once, by whoever has its address. */
export type InvitationRow = {
  id: string;
  team_id: number;
  team_name: string;
  email: string;
  role: Role;
  invited_by: string;
  created_at: string;
  expires_at: string;
};

const columns: SQL = sql`i.id, i.team_id, t.name AS team_name, i.email, i.role,
  by.email AS invited_by, ${isoTime(sql`i.created_at`)} AS created_at,
  ${isoTime(sql`i.expires_at`)} AS expires_at`;

const joined: SQL = sql`JOIN teams t ON t.id = i.team_id JOIN users by ON by.id = i.invited_by`;

const entry: SQL = sql`entry AS (SELECT i.team_id, 'invitation:' || i.id AS target,
  jsonb_build_object('email', i.email, 'role', i.role) AS details FROM i)`;

type NewInvitation = {
  id: string;
  teamId: number;
  email: string;
  role: Role;
  expiresAt: Date;
};

const listedMax = 100;

/** Invitations of a team that may wait at once. */
export const pendingMax = 100;

/**
 * Invites, or invites again: the one that waits is prolonged and its mail sent anew. `null` when the
 * user does not own the team, the address is of a member, or too many wait.
 */
export async function putInvitation(
  store: Store,
  made: NewInvitation,
  act: Act,
): Promise<InvitationRow | null> {
  const [row] = await store.rows<InvitationRow>(sql`
    WITH i AS (INSERT INTO invitations (id, team_id, email, role, invited_by, state, created_at,
        expires_at)
      SELECT ${made.id}, t.id, ${made.email}, ${made.role}, ${act.userId}, 'pending', ${act.now},
        ${made.expiresAt}
      FROM teams t WHERE t.id = ${made.teamId} AND ${ownedBy(sql`t.id`, act.userId)}
        AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
          WHERE m.team_id = t.id AND u.email = ${made.email})
        AND (SELECT count(*) FROM invitations w WHERE w.team_id = t.id AND w.state = 'pending'
          AND w.expires_at > ${act.now} AND w.email <> ${made.email}) < ${pendingMax}
      ON CONFLICT (team_id, email) WHERE state = 'pending' DO UPDATE SET role = excluded.role,
        invited_by = excluded.invited_by, created_at = excluded.created_at,
        expires_at = excluded.expires_at, mailed_at = NULL
      RETURNING *), ${entry},
    audit AS (${auditEntry(act, "team.invite", sql`entry`)})
    SELECT ${columns} FROM i ${joined}`);
  return row ?? null;
}

export async function markMailed(store: Store, id: string, now: Date): Promise<void> {
  await store.rows(sql`UPDATE invitations SET mailed_at = ${now} WHERE id = ${id}`);
}

/**
 * Invitations whose mail was never handed over, though a while has passed. In no order: those of somebody
 * who had too many mailed must not keep others waiting.
 */
export async function listUnmailed(
  store: Store,
  now: Date,
  before: Date,
  countMax: number,
): Promise<InvitationRow[]> {
  return await store.rows<InvitationRow>(sql`SELECT ${columns} FROM invitations i ${joined}
    WHERE i.state = 'pending' AND i.mailed_at IS NULL AND i.expires_at > ${now}
      AND i.created_at < ${before} ORDER BY random() LIMIT ${countMax}`);
}

/** Those of a team of the user's that wait for an answer. */
export async function listOfTeam(
  store: Store,
  userId: number,
  teamId: number,
  now: Date,
): Promise<InvitationRow[]> {
  return await store.rows<InvitationRow>(sql`SELECT ${columns} FROM invitations i ${joined}
    WHERE i.team_id = ${teamId} AND ${teamOfUser(sql`i.team_id`, userId)}
      AND i.state = 'pending' AND i.expires_at > ${now}
    ORDER BY i.created_at DESC, i.id`);
}

/** Those to the address of a user that wait for an answer. */
export async function listOfUser(
  store: Store,
  userId: number,
  now: Date,
): Promise<InvitationRow[]> {
  return await store.rows<InvitationRow>(sql`SELECT ${columns} FROM invitations i ${joined}
    WHERE i.email = (SELECT me.email FROM users me WHERE me.id = ${userId})
      AND i.state = 'pending' AND i.expires_at > ${now}
    ORDER BY i.created_at DESC, i.id LIMIT ${listedMax}`);
}

/** An open invitation to the user's own address, as a condition on `i`. */
function isTo(id: string, act: Act): SQL {
  return sql`i.id = ${id} AND i.state = 'pending' AND i.expires_at > ${act.now}
    AND i.email = (SELECT email FROM users WHERE id = ${act.userId})`;
}

/** Joins the team; its id, or `null` when there is no such invitation to the user. */
export async function acceptInvitation(
  store: Store,
  id: string,
  act: Act,
): Promise<{ teamId: number } | null> {
  const [row] = await store.rows<{ team_id: number }>(sql`
    WITH i AS (UPDATE invitations i SET state = 'accepted', answered_at = ${act.now}
      WHERE ${isTo(id, act)} RETURNING *),
    member AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT i.team_id, ${act.userId}, i.role, NOT EXISTS (SELECT 1 FROM memberships p
        WHERE p.user_id = ${act.userId} AND p.is_primary), ${act.now} FROM i
      ON CONFLICT (user_id, team_id) DO NOTHING), ${entry},
    audit AS (${auditEntry(act, "team.join", sql`entry`)})
    SELECT team_id FROM i`);
  return row ? { teamId: row.team_id } : null;
}

export async function declineInvitation(
  store: Store,
  id: string,
  act: Act,
): Promise<InvitationRow | null> {
  return await end(store, "declined", isTo(id, act), act);
}

export async function withdrawInvitation(
  store: Store,
  { teamId, id }: { teamId: number; id: string },
  act: Act,
): Promise<InvitationRow | null> {
  const owned = sql`i.id = ${id} AND i.team_id = ${teamId} AND i.state = 'pending' AND ${ownedBy(sql`i.team_id`, act.userId)}`;
  return await end(store, "withdrawn", owned, act);
}

async function end(
  store: Store,
  state: "declined" | "withdrawn",
  condition: SQL,
  act: Act,
): Promise<InvitationRow | null> {
  const action = state === "declined" ? "team.decline_invitation" : "team.withdraw_invitation";
  const [row] = await store.rows<InvitationRow>(sql`
    WITH i AS (UPDATE invitations i SET state = ${state}, answered_at = ${act.now}
      WHERE ${condition} RETURNING *), ${entry},
    audit AS (${auditEntry(act, action, sql`entry`)})
    SELECT ${columns} FROM i ${joined}`);
  return row ?? null;
}

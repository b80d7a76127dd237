import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";

/** Sessions and who they are of, in the control-plane store. */
export type SessionTeam = {
  id: number;
  name: string;
  role: "owner" | "member";
  is_primary: boolean;
};

export type SessionRow = {
  id: string;
  user_id: number;
  email: string;
  name: string;
  account_id: string;
  puma_account_id: string;
  team_id: number | null;
  teams: SessionTeam[];
  invitations: number;
  renewed: boolean;
};

export type NewSession = {
  id: string;
  tokenHash: string;
  client: string;
  now: Date;
  expiresAt: Date;
};

/**
 * Begins a session for an address; the first makes the user, a team of theirs, and the accounts of
 * both products. False when another request made the user at this moment: the next try finds it.
 */
export async function insertSession(
  store: Store,
  user: { email: string; name: string; accountId: string; pumaAccountId: string },
  session: NewSession,
  requestId: string,
): Promise<boolean> {
  const { now } = session;
  const rows = await store.rows(sql`
    WITH made AS (INSERT INTO users (email, name, account_id, puma_account_id, created_at)
      VALUES (${user.email}, ${user.name}, ${user.accountId}, ${user.pumaAccountId}, ${now})
      ON CONFLICT (email) DO NOTHING RETURNING id, name),
    known AS (UPDATE users SET puma_account_id = ${user.pumaAccountId}
      WHERE email = ${user.email} RETURNING id),
    team AS (INSERT INTO teams (name, created_at)
      SELECT made.name || '''s team', ${now} FROM made RETURNING id),
    membership AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT team.id, made.id, 'owner', true, ${now} FROM team, made),
    person AS (SELECT id, true AS is_new FROM made UNION ALL SELECT id, false FROM known),
    session AS (INSERT INTO console_sessions
        (id, user_id, token_hash, client, created_at, used_at, expires_at)
      SELECT ${session.id}, person.id, ${session.tokenHash}, ${session.client}, ${now}, ${now},
        ${session.expiresAt} FROM person RETURNING user_id),
    audit AS (INSERT INTO audit_log
        (actor, user_id, team_id, action, target, request_id, details, created_at)
      SELECT 'user:' || person.id, person.id, team.id,
        CASE WHEN person.is_new THEN 'user.sign_up' ELSE 'user.sign_in' END, 'user:' || person.id,
        ${requestId}, '{}'::jsonb, ${now} FROM person LEFT JOIN team ON true)
    SELECT user_id FROM session`);
  return rows.length > 0;
}

/**
 * The session of a token, if it is in force: not too old, and used since `usedSince`. Its use is written
 * by the same statement when the last one that was is older than `renewAt`, which makes it `renewed`.
 */
export async function useSession(
  store: Store,
  tokenHash: string,
  at: { now: Date; usedSince: Date; renewAt: Date },
): Promise<SessionRow | null> {
  const { now, usedSince, renewAt } = at;
  const [row] = await store.rows<SessionRow>(sql`
    WITH renewed AS (UPDATE console_sessions SET used_at = ${now}
      WHERE token_hash = ${tokenHash} AND expires_at > ${now} AND used_at > ${usedSince}
        AND used_at < ${renewAt} RETURNING id)
    SELECT s.id, s.user_id, u.email, u.name, u.account_id, coalesce(u.puma_account_id, '')
      AS puma_account_id, s.team_id, EXISTS (SELECT 1 FROM renewed) AS renewed,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'role', m.role,
          'is_primary', m.is_primary) ORDER BY m.is_primary DESC, t.id), '[]'::jsonb)
        FROM memberships m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id) AS teams,
      (SELECT count(*)::int FROM invitations i WHERE i.email = u.email AND i.state = 'pending'
        AND i.expires_at > ${now}) AS invitations
    FROM console_sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token_hash = ${tokenHash} AND s.expires_at > ${now} AND s.used_at > ${usedSince}`);
  return row ?? null;
}

/** Looks at another team from now on; does nothing for one that the user is not in. */
export async function chooseTeam(
  store: Store,
  { id, userId }: { id: string; userId: number },
  teamId: number,
): Promise<void> {
  await store.rows(sql`UPDATE console_sessions SET team_id = ${teamId}
    WHERE id = ${id} AND user_id = ${userId}
      AND EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = ${userId}
        AND m.team_id = ${teamId})`);
}

export async function deleteSession(store: Store, tokenHash: string): Promise<void> {
  await store.rows(sql`DELETE FROM console_sessions WHERE token_hash = ${tokenHash}`);
}

/** Ends one of a user's sessions, or with `null` all of them; who did it stands in the audit. */
export async function endSessions(
  store: Store,
  userId: number,
  only: string | null,
  act: { requestId: string; now: Date },
): Promise<void> {
  const condition = only === null ? sql`true` : sql`id = ${only}`;
  await store.rows(sql`
    WITH ended AS (DELETE FROM console_sessions WHERE user_id = ${userId} AND ${condition}
      RETURNING id),
    audit AS (INSERT INTO audit_log (actor, user_id, action, target, request_id, details, created_at)
      SELECT 'user:' || ${userId}::int, ${userId}, 'user.sign_out', 'user:' || ${userId}::int,
        ${act.requestId}, jsonb_build_object('sessions', count(*)), ${act.now} FROM ended
      HAVING count(*) > 0)
    SELECT id FROM ended`);
}

export type ListedSession = { id: string; client: string; created_at: string; used_at: string };

export async function listSessions(
  store: Store,
  userId: number,
  now: Date,
  usedSince: Date,
): Promise<ListedSession[]> {
  return await store.rows<ListedSession>(sql`
    SELECT id, client, ${isoTime(sql`created_at`)} AS created_at, ${isoTime(sql`used_at`)} AS used_at
    FROM console_sessions WHERE user_id = ${userId} AND expires_at > ${now}
      AND used_at > ${usedSince} ORDER BY used_at DESC LIMIT 50`);
}

/** Deletes sessions that are over their age. Returns how many. */
export async function forgetSessions(store: Store, now: Date, countMax: number): Promise<number> {
  const rows = await store.rows(sql`DELETE FROM console_sessions WHERE id IN
    (SELECT id FROM console_sessions WHERE expires_at <= ${now} LIMIT ${countMax}) RETURNING id`);
  return rows.length;
}

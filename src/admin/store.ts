import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import { auditEntry } from "../polykomos/audit/entry-store.ts";
import type { KeptKey } from "../polykomos/keys/new-key.ts";
import * as keys from "../polykomos/keys/rows.ts";
import { type Page, pageOf } from "../polykomos/page.ts";

/** People, teams and keys in the control-plane store, as the operator manages them. */
type TeamOfUser = { id: number; name: string; is_primary: boolean };
export type UserRow = { id: number; email: string; name: string; teams: TeamOfUser[] };

export type Act = { action: string; requestId: string; now: Date };

/** The CTE `audit`: the entry of what the operator did to `from`, whose rows `target` names as `x`. */
export function audit({ action, ...act }: Act, target: SQL, from: SQL): SQL {
  const entry = sql`(SELECT NULL::int AS team_id, ${target} AS target, '{}'::jsonb AS details
    FROM ${from} x)`;
  return sql`audit AS (${auditEntry({ actor: "admin", userId: null, ...act }, action, entry)})`;
}

/** A user with a team of their own, which is their primary one. */
export async function insertUser(
  store: Store,
  user: { email: string; name: string; accountId: string },
  act: Act,
): Promise<UserRow> {
  const [row] = await store.rows<{ id: number; team_id: number; team_name: string }>(sql`
    WITH made AS (INSERT INTO users (email, name, account_id, created_at)
      VALUES (${user.email}, ${user.name}, ${user.accountId}, ${act.now}) RETURNING id, name),
    team AS (INSERT INTO teams (name, created_at)
      SELECT made.name || '''s team', ${act.now} FROM made RETURNING id, name),
    membership AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT team.id, made.id, 'owner', true, ${act.now} FROM team, made),
    ${audit(act, sql`'user:' || x.id`, sql`made`)}
    SELECT made.id, team.id AS team_id, team.name AS team_name FROM made, team`);
  if (!row) throw new Error("The new user was not returned");
  const teams = [{ id: row.team_id, name: row.team_name, is_primary: true }];
  return { id: row.id, email: user.email, name: user.name, teams };
}

/** Users of a page, the newest first, from the one after `startingAfter` on. */
export async function listUsers(
  store: Store,
  limit: number,
  startingAfter: number | null,
): Promise<Page<UserRow>> {
  const rows = await store.rows<UserRow>(sql`
    SELECT u.id, u.email, u.name, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id,
        'name', t.name, 'is_primary', m.is_primary) ORDER BY m.is_primary DESC, t.id), '[]'::jsonb)
      FROM memberships m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id) AS teams
    FROM users u WHERE ${startingAfter === null ? sql`true` : sql`u.id < ${startingAfter}`}
    ORDER BY u.id DESC LIMIT ${limit + 1}`);
  return pageOf(rows, limit);
}

/** A team with its members, the first of them its owner; `null` when one of them is no user. */
export async function insertTeam(
  store: Store,
  team: { name: string; memberUserIds: readonly number[] },
  act: Act,
): Promise<{ id: number; name: string } | null> {
  const members = `{${[...new Set(team.memberUserIds)].join(",")}}`;
  const [row] = await store.rows<{ id: number; name: string }>(sql`
    WITH wanted AS (SELECT user_id, ordinality
      FROM unnest(${members}::int[]) WITH ORDINALITY AS member (user_id, ordinality)),
    made AS (INSERT INTO teams (name, created_at) SELECT ${team.name}, ${act.now}
      WHERE NOT EXISTS (SELECT 1 FROM wanted w
        WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = w.user_id))
      RETURNING id, name),
    membership AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT made.id, w.user_id, CASE WHEN w.ordinality = 1 THEN 'owner' ELSE 'member' END,
        NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = w.user_id AND m.is_primary),
        ${act.now}
      FROM made, wanted w),
    ${audit(act, sql`'team:' || x.id`, sql`made`)}
    SELECT id, name FROM made`);
  return row ?? null;
}

/** Adds a member or changes the role; `null` when team or user does not exist. */
export async function putMember(
  store: Store,
  member: { teamId: number; userId: number; role: "owner" | "member" },
  act: Act,
): Promise<{ team_id: number; user_id: number; role: string } | null> {
  const [row] = await store.rows<{ team_id: number; user_id: number; role: string }>(sql`
    WITH put AS (INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
      SELECT t.id, u.id, ${member.role},
        NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.is_primary), ${act.now}
      FROM teams t, users u WHERE t.id = ${member.teamId} AND u.id = ${member.userId}
      ON CONFLICT (user_id, team_id) DO UPDATE SET role = excluded.role
      RETURNING team_id, user_id, role),
    ${audit(act, sql`'team:' || x.team_id || '/user:' || x.user_id`, sql`put`)}
    SELECT * FROM put`);
  return row ?? null;
}

export async function findAccountId(store: Store, userId: number): Promise<string | null> {
  const [row] = await store.rows<{ account_id: string }>(
    sql`SELECT account_id FROM users WHERE id = ${userId}`,
  );
  return row?.account_id ?? null;
}

export type KeyRow = keys.KeyRow & { account_id: string };

const keyColumns: SQL = sql`${keys.keyColumns}, u.account_id`;

export async function insertKey(
  store: Store,
  key: KeptKey & { userId: number },
  act: Act,
): Promise<KeyRow | null> {
  const [row] = await store.rows<KeyRow>(sql`
    WITH k AS (INSERT INTO api_keys
        (user_id, name, hash, preview, permissions, controls, status, created_at)
      SELECT u.id, ${key.name}, ${key.hash}, ${key.preview},
        ${JSON.stringify(key.permissions)}::jsonb, ${JSON.stringify(key.controls)}::jsonb, 'active',
        ${act.now}
      FROM users u WHERE u.id = ${key.userId} RETURNING *),
    ${audit(act, sql`'key:' || x.id`, sql`k`)}
    SELECT ${keyColumns} FROM k JOIN users u ON u.id = k.user_id`);
  return row ?? null;
}

export async function listKeys(store: Store, userId: number): Promise<KeyRow[]> {
  return await store.rows<KeyRow>(sql`SELECT ${keyColumns} FROM api_keys k
    JOIN users u ON u.id = k.user_id WHERE k.user_id = ${userId} ORDER BY k.id DESC`);
}

/** Marks a key revoked; revoking it again changes nothing. `null` when there is no such key. */
export async function markKeyRevoked(
  store: Store,
  keyId: number,
  act: Act,
): Promise<KeyRow | null> {
  const [row] = await store.rows<KeyRow>(sql`
    WITH k AS (UPDATE api_keys SET status = 'revoked', revoked_at = coalesce(revoked_at, ${act.now})
      WHERE id = ${keyId} RETURNING *),
    ${audit(act, sql`'key:' || x.id`, sql`k`)}
    SELECT ${keyColumns} FROM k JOIN users u ON u.id = k.user_id`);
  return row ?? null;
}

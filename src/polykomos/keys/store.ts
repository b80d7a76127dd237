import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { type KeyRow, keyColumns } from "./rows.ts";

/** A user's own API keys in the control-plane store. */
export type Act = { actor: string; userId: number; requestId: string; now: Date };

function auditSql(act: Act, action: string): SQL {
  return sql`INSERT INTO audit_log (actor, user_id, action, target, request_id, details, created_at)
    SELECT ${act.actor}, ${act.userId}, ${action}, 'key:' || k.id, ${act.requestId},
      jsonb_build_object('name', k.name), ${act.now} FROM k`;
}

/** A key; a second run of the same request fails on the index of request keys. */
export async function insertKey(
  store: Store,
  key: Pick<KeyRow, "name" | "hash" | "preview" | "permissions" | "controls">,
  requestKey: string | null,
  act: Act,
): Promise<KeyRow> {
  const [row] = await store.rows<KeyRow>(sql`
    WITH k AS (INSERT INTO api_keys (user_id, name, hash, preview, permissions, controls, status,
        request_key, created_at)
      VALUES (${act.userId}, ${key.name}, ${key.hash}, ${key.preview},
        ${JSON.stringify(key.permissions)}::jsonb, ${JSON.stringify(key.controls)}::jsonb, 'active',
        ${requestKey}, ${act.now}) RETURNING *),
    audit AS (${auditSql(act, "key.create")})
    SELECT ${keyColumns} FROM k`);
  if (!row) throw new Error("The new key was not returned");
  return row;
}

const listedMax = 500;

export async function listKeys(store: Store, userId: number): Promise<KeyRow[]> {
  return await store.rows<KeyRow>(sql`SELECT ${keyColumns} FROM api_keys k
    WHERE k.user_id = ${userId} ORDER BY k.status = 'revoked', k.id DESC LIMIT ${listedMax}`);
}

/** Marks a key of the user's revoked; `null` when there is no such key. */
export async function markRevoked(store: Store, keyId: number, act: Act): Promise<KeyRow | null> {
  const [row] = await store.rows<KeyRow>(sql`
    WITH k AS (UPDATE api_keys SET status = 'revoked', revoked_at = coalesce(revoked_at, ${act.now})
      WHERE id = ${keyId} AND user_id = ${act.userId} RETURNING *),
    audit AS (${auditSql(act, "key.revoke")})
    SELECT ${keyColumns} FROM k`);
  return row ?? null;
}

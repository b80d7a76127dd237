import { sql } from "drizzle-orm";
import type { KeyRecord } from "../../../durable-objects/storage/account-gate/keys.ts";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import type { KeptKey } from "./new-key.ts";
import { type KeyRow, keyColumns } from "./rows.ts";

/** API keys in the control-plane store: as the account's gate learns them, and as their user manages them. */
type RawRecord = {
  id: number;
  hash: string;
  name: string;
  preview: string;
  permissions: string[];
  controls: KeyRecord["controls"];
  status: KeyRecord["status"];
  created_at: string;
  user_id: number;
  user_name: string;
  email: string;
};

/** A key of an account as the gate keeps it; `null` when there is none with that hash. */
export async function findKey(
  store: Store,
  hash: string,
  accountId: string,
): Promise<KeyRecord | null> {
  const [raw] = await store.rows<RawRecord>(sql`
    SELECT k.id, k.hash, k.name, k.preview, k.permissions, k.controls, k.status,
      ${isoTime(sql`k.created_at`)} AS created_at, u.id AS user_id, u.name AS user_name, u.email
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.hash = ${hash} AND u.account_id = ${accountId}`);
  if (!raw) return null;
  return {
    keyId: raw.id,
    hash: raw.hash,
    name: raw.name,
    preview: raw.preview,
    permissions: raw.permissions,
    controls: raw.controls,
    status: raw.status,
    createdAtMs: Date.parse(raw.created_at),
    user: { id: raw.user_id, name: raw.user_name, email: raw.email },
  };
}

const entry = sql`(SELECT NULL::int AS team_id, 'key:' || k.id AS target,
  jsonb_build_object('name', k.name) AS details FROM k)`;

/** A key; a second run of the same request fails on the index of request keys. */
export async function insertKey(
  store: Store,
  key: KeptKey,
  requestKey: string | null,
  act: Act,
): Promise<KeyRow> {
  const [row] = await store.rows<KeyRow>(sql`
    WITH k AS (INSERT INTO api_keys (user_id, name, hash, preview, permissions, controls, status,
        request_key, created_at)
      VALUES (${act.userId}, ${key.name}, ${key.hash}, ${key.preview},
        ${JSON.stringify(key.permissions)}::jsonb, ${JSON.stringify(key.controls)}::jsonb, 'active',
        ${requestKey}, ${act.now}) RETURNING *),
    audit AS (${auditEntry(act, "key.create", entry)})
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
    audit AS (${auditEntry(act, "key.revoke", entry)})
    SELECT ${keyColumns} FROM k`);
  return row ?? null;
}

import { sql } from "drizzle-orm";
import type { KeyRecord } from "../../durable-objects/storage/gate-keys.ts";
import type { Store } from "../db/client.ts";
import { isoTime } from "./databases/rows.ts";

type RawKey = {
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
  const [raw] = await store.rows<RawKey>(sql`
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

import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "../../db/iso-time.ts";
import type { KeyControls } from "../../db/schema/keys.ts";

/** An API key as the store holds it. */
export type KeyRow = {
  id: number;
  hash: string;
  name: string;
  preview: string;
  permissions: string[];
  controls: KeyControls;
  status: "active" | "revoked";
  created_at: string;
  revoked_at: string | null;
};

/** Columns of `KeyRow`, for a query with `k` api_keys. */
export const keyColumns: SQL = sql`k.id, k.hash, k.name, k.preview, k.permissions, k.controls, k.status,
  ${isoTime(sql`k.created_at`)} AS created_at, ${isoTime(sql`k.revoked_at`)} AS revoked_at`;

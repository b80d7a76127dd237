import type { KeyRow } from "./rows.ts";
import type { KeyView } from "./schemas.ts";

/** What the wire shows of a key: neither itself nor its hash. */
export function viewKey(row: KeyRow, lastUsedAtMs: number | null): KeyView {
  return {
    object: "api_key",
    id: row.id,
    name: row.name,
    preview: row.preview,
    permissions: row.permissions,
    controls: row.controls,
    status: row.status,
    last_used_at: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
    created_at: row.created_at,
    revoked_at: row.revoked_at,
  };
}

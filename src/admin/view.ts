import type { KeyRow, ServerRow, UserRow } from "./store.ts";

/** What the operator's API shows. No secret and no hash of one is in it. */
export function viewUser(row: UserRow) {
  return { object: "user", id: row.id, email: row.email, name: row.name, teams: row.teams };
}

export function viewKey(row: KeyRow, lastUsedAtMs: number | null = null) {
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

export function viewServer(row: ServerRow) {
  const { admin_password_sealed: _, ...shown } = row;
  return { object: "server", ...shown };
}

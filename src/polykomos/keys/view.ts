import type { KeyRow } from "./rows.ts";
import type { KeyView } from "./schemas.ts";

/** What the wire shows of a key: neither itself nor its hash. */
export function viewKey(row: KeyRow, lastUsedAtMs: number | null): KeyView {
  const { hash: _, ...shown } = row;
  return {
    object: "api_key",
    ...shown,
    last_used_at: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
  };
}

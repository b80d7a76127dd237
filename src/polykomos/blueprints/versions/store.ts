import { sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { isoTime } from "../../../db/iso-time.ts";
import { type Page, pageOf } from "../../page.ts";
import { visible } from "../store.ts";

export type VersionRow = {
  version: number;
  sizeBytes: number;
  statementCount: number;
  engines: string[];
  createdAt: string;
};

/** Versions of a blueprint the user may see, below `before`, newest first. */
export async function listVersions(
  store: Store,
  userId: number,
  uuid: string,
  limit: number,
  before: number | null,
): Promise<Page<VersionRow>> {
  const rows = await store.rows<VersionRow>(sql`
    SELECT v.version, v.size_bytes AS "sizeBytes", v.manifest->'engines' AS engines,
      coalesce((SELECT max(jsonb_array_length(p.value)) FROM jsonb_each(v.pieces) p), 0)
        AS "statementCount", ${isoTime(sql`v.created_at`)} AS "createdAt"
    FROM blueprints b JOIN blueprint_versions v ON v.blueprint_id = b.id
    WHERE b.uuid = ${uuid} AND b.deleted_at IS NULL AND ${visible(userId)}
      AND (${before}::int IS NULL OR v.version < ${before})
    ORDER BY v.version DESC LIMIT ${limit + 1}`);
  return pageOf(rows, limit);
}

import type { z } from "zod";
import type { blueprintVersion } from "./contract.ts";
import type { VersionRow } from "./store.ts";

export type VersionView = z.input<typeof blueprintVersion>;

/** What the wire shows of a version. */
export function viewVersion(row: VersionRow): VersionView {
  return {
    object: "blueprint_version",
    version: row.version,
    size_bytes: row.sizeBytes,
    statement_count: row.statementCount,
    engines: row.engines,
    created_at: row.createdAt,
  };
}

import type { z } from "zod";
import type { blueprint } from "./contract.ts";
import type { BlueprintRow } from "./store.ts";

/** What the wire shows of a blueprint. */
export function viewBlueprint(row: BlueprintRow): z.input<typeof blueprint> {
  return {
    object: "blueprint",
    uuid: row.uuid,
    name: row.name,
    slug: row.slug,
    description: row.description,
    content_type: "sql",
    version: row.version,
    size_bytes: row.sizeBytes,
    is_system_blueprint: row.teamId === null,
    variables: row.variables,
    metadata: row.manifest,
    sql_content: row.sqlContent,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    id: row.id,
    team_id: row.teamId,
    engines: row.manifest.engines,
  };
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import type { Page } from "../page.ts";
import { newestOfTeams, teamOfUser } from "../team-rows.ts";
import type { Manifest } from "./sql/check.ts";
import type { EngineName, Piece } from "./sql/script.ts";
import type { Declarations } from "./sql/variables.ts";

/** Blueprints and their versions in the control-plane store. */
export type BlueprintRow = {
  id: number;
  uuid: string;
  teamId: number | null;
  name: string;
  slug: string;
  description: string | null;
  version: number;
  sizeBytes: number;
  sqlContent: string;
  variables: Declarations | null;
  manifest: Manifest;
  /** By engine. */
  statementCounts: Partial<Record<EngineName, number>>;
  createdAt: string;
  updatedAt: string;
};

type Pieces = Partial<Record<EngineName, Piece[]>>;

/** What a version is made of. */
export type NewVersion = {
  sqlContent: string;
  variables: Declarations | null;
  manifest: Manifest;
  pieces: Pieces;
};

/** Unique indexes whose violation means something. */
export const slugIndex = "blueprints_team_slug";
export const requestKeyIndexes = ["blueprints_request_key", "blueprint_versions_request_key"];

/** Most text that one page of a list holds; the next page goes on. */
const pageBytesMax = 8 * 1_024 * 1_024;

const columns: SQL = sql`b.id, b.uuid, b.team_id AS "teamId", b.name, b.slug, b.description,
  v.version, v.size_bytes AS "sizeBytes", v.sql_content AS "sqlContent", v.variables, v.manifest,
  (SELECT coalesce(jsonb_object_agg(p.key, jsonb_array_length(p.value)), '{}'::jsonb)
    FROM jsonb_each(v.pieces) p) AS "statementCounts",
  ${isoTime(sql`b.created_at`)} AS "createdAt", ${isoTime(sql`b.updated_at`)} AS "updatedAt"`;

const current: SQL = sql`blueprints b JOIN blueprint_versions v ON v.blueprint_id = b.id
  AND v.version = b.version`;

/** The user's teams' blueprints, and those of the system. */
export function visible(userId: number): SQL {
  return sql`(b.team_id IS NULL OR ${teamOfUser(sql`b.team_id`, userId)})`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function versionValues(version: NewVersion, requestKey: string | null, now: Date): SQL {
  return sql`${version.sqlContent}, ${bytesOf(version.sqlContent)}::int,
    ${version.variables === null ? null : JSON.stringify(version.variables)}::jsonb,
    ${JSON.stringify(version.manifest)}::jsonb, ${JSON.stringify(version.pieces)}::jsonb,
    ${requestKey}::text, ${now}::timestamptz`;
}

const versionColumns: SQL = sql`sql_content, size_bytes, variables, manifest, pieces, request_key,
  created_at`;

function audit(act: Act, action: string, from: SQL): SQL {
  return sql`audit AS (${auditEntry(
    act,
    action,
    sql`(SELECT c.team_id, 'blueprint:' || c.uuid AS target,
      jsonb_build_object('name', c.name, 'version', c.version) AS details FROM ${from} c)`,
  )})`;
}

/** Creates a blueprint with its first version. False when the user is in no such team. */
export async function insertBlueprint(
  store: Store,
  blueprint: {
    uuid: string;
    name: string;
    slug: string;
    description: string | null;
    teamId: number | null;
    requestKey: string | null;
  },
  version: NewVersion,
  act: Act,
): Promise<boolean> {
  const { slug, teamId } = blueprint;
  const rows = await store.rows(sql`
    WITH team AS (SELECT m.team_id FROM memberships m WHERE m.user_id = ${act.userId}
      AND ${teamId === null ? sql`m.is_primary` : sql`m.team_id = ${teamId}`}),
    taken AS MATERIALIZED (SELECT o.slug FROM team JOIN blueprints o ON o.team_id = team.team_id
      AND o.deleted_at IS NULL AND starts_with(o.slug, ${slug}::text)),
    free AS (SELECT CASE WHEN n = 1 THEN ${slug}::text ELSE ${slug}::text || '-' || n END AS slug
      FROM generate_series(1, 10000) n, team WHERE NOT EXISTS (SELECT 1 FROM taken
        WHERE taken.slug = CASE WHEN n = 1 THEN ${slug}::text ELSE ${slug}::text || '-' || n END)
      ORDER BY n LIMIT 1),
    made AS (INSERT INTO blueprints (uuid, team_id, name, slug, description, version, request_key,
        created_at, updated_at)
      SELECT ${blueprint.uuid}::uuid, team.team_id, ${blueprint.name}, free.slug,
        ${blueprint.description}, 1, ${blueprint.requestKey}, ${act.now}, ${act.now}
      FROM team, free RETURNING *),
    first AS (INSERT INTO blueprint_versions (blueprint_id, version, ${versionColumns})
      SELECT made.id, 1, ${versionValues(version, null, act.now)} FROM made),
    ${audit(act, "blueprint.create", sql`made`)}
    SELECT 1 FROM made`);
  return rows.length > 0;
}

/**
 * Changes name and description, and adds a version when one is given, on top of `onVersion`. False
 * when that is no longer the newest.
 */
export async function updateBlueprint(
  store: Store,
  uuid: string,
  change: {
    name: string;
    description: string | null;
    onVersion: number;
    version: NewVersion | null;
    requestKey: string | null;
  },
  act: Act,
): Promise<boolean> {
  const { version } = change;
  const added = version
    ? sql`added AS (INSERT INTO blueprint_versions (blueprint_id, version, ${versionColumns})
        SELECT changed.id, changed.version,
          ${versionValues(version, change.requestKey, act.now)} FROM changed),`
    : sql``;
  const rows = await store.rows(sql`
    WITH changed AS (UPDATE blueprints b SET name = ${change.name},
        description = ${change.description}, version = b.version + ${version ? 1 : 0},
        updated_at = ${act.now}
      WHERE b.uuid = ${uuid} AND b.deleted_at IS NULL AND b.version = ${change.onVersion}
        AND ${teamOfUser(sql`b.team_id`, act.userId)} RETURNING *),
    ${added}
    ${audit(act, "blueprint.update", sql`changed`)}
    SELECT 1 FROM changed`);
  return rows.length > 0;
}

/** Deletes a blueprint if it is still there; its versions stay for what was applied. */
export async function deleteBlueprint(store: Store, uuid: string, act: Act): Promise<void> {
  await store.rows(sql`
    WITH changed AS (UPDATE blueprints b SET deleted_at = ${act.now}, updated_at = ${act.now}
      WHERE b.uuid = ${uuid} AND b.deleted_at IS NULL
        AND ${teamOfUser(sql`b.team_id`, act.userId)} RETURNING *),
    ${audit(act, "blueprint.delete", sql`changed`)}
    SELECT 1 FROM changed`);
}

/** Whether the user once had this blueprint and deleted it. */
export async function wasDeleted(store: Store, userId: number, uuid: string): Promise<boolean> {
  const rows = await store.rows(sql`SELECT 1 FROM blueprints b WHERE b.uuid = ${uuid}
    AND b.deleted_at IS NOT NULL AND ${teamOfUser(sql`b.team_id`, userId)}`);
  return rows.length > 0;
}

/** A blueprint the user may see, at its newest version. */
export async function findBlueprint(
  store: Store,
  userId: number,
  uuid: string,
): Promise<BlueprintRow | null> {
  const [row] = await store.rows<BlueprintRow>(sql`SELECT ${columns} FROM ${current}
    WHERE b.uuid = ${uuid} AND b.deleted_at IS NULL AND ${visible(userId)}`);
  return row ?? null;
}

/** The blueprint that an earlier run of the same request made. */
export async function findByRequestKey(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<BlueprintRow | null> {
  const [row] = await store.rows<BlueprintRow>(sql`SELECT ${columns} FROM ${current}
    WHERE (b.request_key = ${requestKey} OR EXISTS (SELECT 1 FROM blueprint_versions r
      WHERE r.blueprint_id = b.id AND r.request_key = ${requestKey})) AND ${visible(userId)}`);
  return row ?? null;
}

/** One version of a blueprint the user may see. */
export async function findVersion(
  store: Store,
  userId: number,
  uuid: string,
  version: number,
): Promise<{ sqlContent: string; variables: Declarations | null } | null> {
  const [row] = await store.rows<{ sqlContent: string; variables: Declarations | null }>(sql`
    SELECT v.sql_content AS "sqlContent", v.variables FROM blueprints b
    JOIN blueprint_versions v ON v.blueprint_id = b.id
    WHERE b.uuid = ${uuid} AND v.version = ${version} AND b.deleted_at IS NULL
      AND ${visible(userId)}`);
  return row ?? null;
}

/** Blueprints the user may see, newest first; `null` for a cursor that is none of them. */
export async function listBlueprints(
  store: Store,
  userId: number,
  teamId: number | null,
  limit: number,
  startingAfter: string | null,
): Promise<Page<BlueprintRow> | null> {
  const cursor = sql`(SELECT c.id FROM blueprints c WHERE c.uuid = ${startingAfter}
    AND (c.team_id IS NULL OR ${teamOfUser(sql`c.team_id`, userId)}))`;
  const before = startingAfter === null ? sql`true` : sql`b.id < ${cursor}`;
  const listed = sql`b.deleted_at IS NULL AND ${before}`;
  const rows = await store.rows<BlueprintRow & { fits: boolean }>(sql`
    SELECT ${columns}, page.fits FROM (
      SELECT b.id, sum(v.size_bytes) OVER (ORDER BY b.id DESC) - v.size_bytes
        < ${pageBytesMax} AS fits
      FROM (SELECT b.* FROM ${newestOfTeams({
        table: sql`blueprints`,
        alias: sql`b`,
        userId,
        teamId,
        where: listed,
        by: sql`b.id`,
        count: limit + 1,
      })} UNION ALL (SELECT b.* FROM blueprints b WHERE b.team_id IS NULL AND ${listed}
        ORDER BY b.id DESC NULLS LAST LIMIT ${limit + 1})) b
      JOIN blueprint_versions v ON v.blueprint_id = b.id AND v.version = b.version
      ORDER BY b.id DESC LIMIT ${limit + 1}) page
    JOIN blueprints b ON b.id = page.id JOIN blueprint_versions v ON v.blueprint_id = b.id
      AND v.version = b.version
    ORDER BY b.id DESC`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(sql`SELECT 1 WHERE ${cursor} IS NOT NULL`);
    if (known.length === 0) return null;
  }
  const page = rows.slice(0, limit).filter((row) => row.fits);
  return { rows: page, hasMore: rows.length > page.length };
}

export type SystemBlueprint = Pick<
  BlueprintRow,
  "slug" | "description" | "version" | "sqlContent" | "variables"
>;

/** The system blueprints as they stand in the store. */
export async function listSystemBlueprints(store: Store): Promise<SystemBlueprint[]> {
  return await store.rows<SystemBlueprint>(sql`
    SELECT b.slug, b.description, b.version, v.sql_content AS "sqlContent", v.variables
    FROM ${current}
    WHERE b.team_id IS NULL`);
}

/** Adds a system blueprint, or a version to it. Two at once make one. */
export async function putSystemBlueprint(
  store: Store,
  blueprint: { uuid: string; name: string; slug: string; description: string },
  onVersion: number,
  version: NewVersion,
  now: Date,
): Promise<void> {
  const write =
    onVersion === 0
      ? sql`INSERT INTO blueprints (uuid, team_id, name, slug, description, version, created_at,
            updated_at)
          VALUES (${blueprint.uuid}, NULL, ${blueprint.name}, ${blueprint.slug},
            ${blueprint.description}, 1, ${now}, ${now})
          ON CONFLICT DO NOTHING RETURNING id, version`
      : sql`UPDATE blueprints SET version = version + 1, name = ${blueprint.name},
            description = ${blueprint.description}, updated_at = ${now}
          WHERE slug = ${blueprint.slug} AND team_id IS NULL AND version = ${onVersion}
          RETURNING id, version`;
  await store.rows(sql`WITH put AS (${write})
    INSERT INTO blueprint_versions (blueprint_id, version, ${versionColumns})
    SELECT put.id, put.version, ${versionValues(version, null, now)} FROM put`);
}

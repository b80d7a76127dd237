import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { isoTime } from "../../../db/iso-time.ts";
import { placeColumns, type SealedPlace } from "../../databases/place-rows.ts";
import { deliveryIds, tell } from "../../events.ts";
import type { EventType } from "../../webhooks/event-types.ts";
import type { Piece } from "../sql/script.ts";
import type { Declarations } from "../sql/variables.ts";
import { type ApplicationStatus, type LogEntry, queueLock } from "./store.ts";

/**
 * Applications as their runner sees them: which is due, who holds it, how far it is, how it ended.
 * A taken one has all that running it needs.
 */
export type TakenApplication = SealedPlace & {
  id: number;
  blueprintId: number;
  attempts: number;
  leaseToken: string;
  checkpoint: string | null;
  isDryRun: boolean;
  isForCreation: boolean;
  variablesSealed: string;
  statementsTotal: number;
  /** By attempts before this one. */
  statementsSucceeded: number;
  sqlContent: string;
  variables: Declarations | null;
  pieces: Piece[];
  startedAt: string;
  isDatabaseGone: boolean;
};

type RawTaken = SealedPlace & {
  application_id: number;
  blueprint_id: number;
  application_attempts: number;
  checkpoint: string | null;
  is_dry_run: boolean;
  is_for_creation: boolean;
  variables_sealed: string;
  statements_total: number;
  statements_succeeded: number;
  sql_content: string;
  variables: Declarations | null;
  pieces: Piece[] | null;
  application_started_at: string;
  is_database_gone: boolean;
};

const isUnfinished: SQL = sql`a.status IN ('pending', 'running')`;

/**
 * Due, held by nobody, nothing earlier on the same database unfinished, and the database ready. One
 * that belongs to a creation is run by that creation alone, unless its database is gone.
 */
function isRunnable(now: Date, isForCreation: boolean): SQL {
  return sql`${isUnfinished} AND a.not_before <= ${now}
    AND (a.lease_until IS NULL OR a.lease_until <= ${now})
    AND (d.status = 'deleted' OR ${
      isForCreation
        ? sql`a.is_for_creation AND d.status = 'provisioning'`
        : sql`NOT a.is_for_creation AND d.status = 'active'`
    })
    AND NOT EXISTS (SELECT 1 FROM blueprint_applications e
      WHERE e.database_id = a.database_id AND e.id <> a.id
        AND ((e.id < a.id AND e.status IN ('pending', 'running')) OR e.lease_until > ${now}))`;
}

/** Takes an application's lease; `null` when it is not to be run now by this caller. */
export async function takeApplication(
  store: Store,
  id: number,
  lease: { token: string; until: Date },
  now: Date,
  isForCreation = false,
): Promise<TakenApplication | null> {
  const rows = await store.transaction<RawTaken>([
    sql`SELECT ${queueLock(sql`a.database_id`)} FROM blueprint_applications a WHERE a.id = ${id}`,
    sql`WITH taken AS (UPDATE blueprint_applications a SET status = 'running',
          attempts = a.attempts + 1, lease_token = ${lease.token}, lease_until = ${lease.until},
          started_at = coalesce(a.started_at, ${now})
        FROM databases d WHERE a.id = ${id} AND d.id = a.database_id
          AND ${isRunnable(now, isForCreation)} RETURNING a.*)
      SELECT a.id AS application_id, a.blueprint_id, a.attempts AS application_attempts, a.checkpoint,
        a.is_dry_run, a.is_for_creation, a.variables_sealed, a.statements_total,
        a.statements_succeeded, v.sql_content,
        v.variables, v.pieces -> d.engine AS pieces,
        ${isoTime(sql`a.started_at`)} AS application_started_at,
        d.status = 'deleted' AS is_database_gone, ${placeColumns}
      FROM taken a JOIN databases d ON d.id = a.database_id
      JOIN fleet_servers s ON s.id = d.server_id
      JOIN blueprint_versions v ON v.blueprint_id = a.blueprint_id
        AND v.version = a.blueprint_version`,
  ]);
  const [raw] = rows;
  return raw ? fromRaw(raw, lease.token) : null;
}

function fromRaw(raw: RawTaken, leaseToken: string): TakenApplication {
  return {
    id: raw.application_id,
    blueprintId: raw.blueprint_id,
    attempts: raw.application_attempts,
    leaseToken,
    checkpoint: raw.checkpoint,
    isDryRun: raw.is_dry_run,
    isForCreation: raw.is_for_creation,
    variablesSealed: raw.variables_sealed,
    statementsTotal: raw.statements_total,
    statementsSucceeded: raw.statements_succeeded,
    sqlContent: raw.sql_content,
    variables: raw.variables,
    pieces: raw.pieces ?? [],
    startedAt: raw.application_started_at,
    isDatabaseGone: raw.is_database_gone,
    database: raw.database,
    server: raw.server,
  };
}

export type Progress = {
  succeeded: number;
  /** Entries since the last time, each told once. */
  entries: readonly LogEntry[];
  checkpoint?: string | null;
};

function held(application: TakenApplication): SQL {
  return sql`a.id = ${application.id} AND a.lease_token = ${application.leaseToken}
    AND a.status = 'running'`;
}

function logInsert(entries: readonly LogEntry[], from: SQL): SQL {
  return sql`logged AS (INSERT INTO blueprint_application_logs (application_id, first_statement,
      entries)
    SELECT f.id, ${entries[0]?.statement ?? 0}::int, ${JSON.stringify(entries)}::jsonb FROM ${from} f
    WHERE ${entries.length > 0}
    ON CONFLICT (application_id, first_statement) DO UPDATE SET entries = excluded.entries)`;
}

/** Records progress and prolongs the lease. False when the lease was lost: the caller must stop. */
export async function recordProgress(
  store: Store,
  application: TakenApplication,
  progress: Progress,
  leaseUntil: Date,
): Promise<boolean> {
  const checkpoint =
    progress.checkpoint === undefined ? sql`a.checkpoint` : sql`${progress.checkpoint}::text`;
  const rows = await store.rows(sql`
    WITH noted AS (UPDATE blueprint_applications a SET lease_until = ${leaseUntil},
        statements_succeeded = ${progress.succeeded}, checkpoint = ${checkpoint}
      WHERE ${held(application)} RETURNING a.id),
    ${logInsert(progress.entries, sql`noted`)}
    SELECT 1 FROM noted`);
  return rows.length > 0;
}

/** Begins anew after an attempt of which nothing remains. */
export async function clearProgress(store: Store, application: TakenApplication): Promise<boolean> {
  const rows = await store.rows(sql`
    WITH cleared AS (UPDATE blueprint_applications a SET statements_succeeded = 0,
        checkpoint = NULL WHERE ${held(application)} RETURNING a.id),
    gone AS (DELETE FROM blueprint_application_logs l USING cleared
      WHERE l.application_id = cleared.id)
    SELECT 1 FROM cleared`);
  return rows.length > 0;
}

export type Ending = {
  status: "completed" | "failed" | "rolled_back";
  succeeded: number;
  failed: number;
  entries: readonly LogEntry[];
  errorCode: string | null;
  errorMessage: string | null;
  durationMs: number;
};

/** An ending before it is known how long it took. */
export type End = Omit<Ending, "durationMs">;

const eventOf: Record<Ending["status"], EventType> = {
  completed: "blueprint_application.completed",
  failed: "blueprint_application.failed",
  rolled_back: "blueprint_application.rolled_back",
};

const eventData: SQL = sql`jsonb_build_object('id', d.id, 'status', d.status,
  'is_dry_run', d.is_dry_run, 'blueprint_uuid', d.blueprint_uuid,
  'blueprint_version', d.blueprint_version, 'database_uuid', d.database_uuid,
  'statements_total', d.statements_total, 'statements_succeeded', d.statements_succeeded,
  'statements_failed', d.statements_failed, 'team_id', d.team_id)`;

/** Ends an application, with its event; nothing when the lease was lost. */
export async function finishApplication(
  store: Store,
  application: TakenApplication,
  ending: Ending,
  now: Date,
): Promise<void> {
  await store.rows(sql`
    WITH finished AS (UPDATE blueprint_applications a SET status = ${ending.status},
        statements_succeeded = ${ending.succeeded}, statements_failed = ${ending.failed},
        error_code = ${ending.errorCode}::text, error_message = ${ending.errorMessage}::text,
        duration_ms = ${ending.durationMs}, completed_at = ${now}, lease_until = NULL
      FROM blueprints b, databases d
      WHERE ${held(application)} AND b.id = a.blueprint_id AND d.id = a.database_id
      RETURNING a.*, b.uuid AS blueprint_uuid, d.uuid AS database_uuid),
    ${logInsert(ending.entries, sql`finished`)},
    ${tell(eventOf[ending.status], eventData, sql`finished`, now)}
    SELECT ${deliveryIds} FROM finished`);
}

/** Puts an application back for a later attempt. */
export async function postponeApplication(
  store: Store,
  application: TakenApplication,
  notBefore: Date,
): Promise<void> {
  await store.rows(sql`UPDATE blueprint_applications a SET lease_until = NULL,
    not_before = ${notBefore} WHERE ${held(application)}`);
}

/** The next application that can run now: of one database, or of any. */
export async function nextApplication(
  store: Store,
  databaseId: number | null,
  now: Date,
): Promise<number | null> {
  const [row] = await store.rows<{ id: number }>(sql`
    SELECT a.id FROM blueprint_applications a JOIN databases d ON d.id = a.database_id
    WHERE (${databaseId}::bigint IS NULL OR a.database_id = ${databaseId})
      AND ${isRunnable(now, false)} ORDER BY a.id LIMIT 1`);
  return row?.id ?? null;
}

/** Applications that should be running and are not: new, due, or left by a crash. */
export async function listRunnable(store: Store, limit: number, now: Date): Promise<number[]> {
  const rows = await store.rows<{ id: number }>(sql`
    SELECT a.id FROM blueprint_applications a JOIN databases d ON d.id = a.database_id
    WHERE ${isRunnable(now, false)} ORDER BY a.not_before LIMIT ${limit}`);
  return rows.map((row) => row.id);
}

/** The application that a database's creation has to run, when it is not done yet. */
export async function findForCreation(
  store: Store,
  databaseId: number,
): Promise<{ id: number; status: ApplicationStatus; errorMessage: string | null } | null> {
  const [row] = await store.rows<{
    id: number;
    status: ApplicationStatus;
    errorMessage: string | null;
  }>(sql`SELECT a.id, a.status, a.error_message AS "errorMessage" FROM blueprint_applications a
    WHERE a.database_id = ${databaseId} AND a.is_for_creation ORDER BY a.id LIMIT 1`);
  return row ?? null;
}

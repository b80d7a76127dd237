import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { placeColumns, type SealedPlace } from "../databases/place-rows.ts";
import { databaseEventData } from "../databases/rows.ts";
import { deliveryIds, tell } from "../events.ts";
import { endingOf } from "./endings-store.ts";
import type { FailureCode } from "./failures.ts";
import type { OperationKind } from "./steps.ts";

/**
 * Operations as runners see them: the work there is, who holds it, how far it is. A queue message only
 * says "now"; whoever takes the lease does the work, one operation of a database at a time, in order.
 */

/** All an operation needs to run, read in one round trip. */
export type TakenOperation = {
  id: string;
  kind: OperationKind;
  attempts: number;
  leaseToken: string;
  /** A step that was recorded together with taking the operation. */
  begunStep: string | null;
  /** What a rotation brings in, and for how long the credential before it works on. */
  rotation: { credentialSealed: string; overlapSeconds: number } | null;
  database: SealedPlace["database"] & {
    status: string;
    /** Built before and taken from the pool. */
    isFromPool: boolean;
    /** A blueprint is to be applied before it is active. */
    hasBlueprint: boolean;
  };
  server: SealedPlace["server"];
};

export type RawTaken = SealedPlace & {
  operation_id: string;
  kind: OperationKind;
  attempts: number;
  lease_token: string;
  credential_sealed: string | null;
  overlap_seconds: number | null;
  status: string;
  is_from_pool: boolean;
  has_blueprint: boolean;
};

/** Reads the columns of `takenColumns`. */
export function takenFromRaw(raw: RawTaken, begunStep: string | null = null): TakenOperation {
  const { credential_sealed: credentialSealed, overlap_seconds: overlapSeconds } = raw;
  return {
    id: raw.operation_id,
    kind: raw.kind,
    attempts: raw.attempts,
    leaseToken: raw.lease_token,
    begunStep,
    rotation:
      credentialSealed === null ? null : { credentialSealed, overlapSeconds: overlapSeconds ?? 0 },
    database: {
      ...raw.database,
      status: raw.status,
      isFromPool: raw.is_from_pool,
      hasBlueprint: raw.has_blueprint,
    },
    server: raw.server,
  };
}

/** Columns of `RawTaken`, for a query with `o` operations, `d` databases and `s` fleet_servers. */
export const takenColumns: SQL = sql`o.id AS operation_id, o.kind, o.attempts, o.lease_token,
  o.credential_sealed, o.overlap_seconds, d.status, d.pooled_at IS NOT NULL AS is_from_pool,
  EXISTS (SELECT 1 FROM blueprint_applications ba WHERE ba.database_id = d.id
    AND ba.is_for_creation) AS has_blueprint, ${placeColumns}`;

const isUnfinished: SQL = sql`o.state IN ('queued', 'running')`;

/** Its server is down: it waits until a check finds the server back. */
const waitsForServer: SQL = sql`EXISTS (SELECT 1 FROM databases wd
  JOIN fleet_servers ws ON ws.id = wd.server_id WHERE wd.id = o.database_id
    AND wd.destroyed_at IS NULL AND ws.state = 'down')`;

/**
 * Due, held by nobody, its server not down, and nothing earlier of the same database unfinished or
 * still held. The end of a credential's overlap waits for its time without holding up what comes after it.
 * The second condition on those earlier follows from the third: it is the one that their index has.
 */
function isRunnable(now: Date): SQL {
  return sql`${isUnfinished} AND o.not_before <= ${now} AND NOT ${waitsForServer}
    AND (o.lease_until IS NULL OR o.lease_until <= ${now})
    AND NOT EXISTS (SELECT 1 FROM operations e WHERE e.database_id = o.database_id
      AND (e.state IN ('queued', 'running') OR e.lease_until IS NOT NULL)
      AND (e.lease_until > ${now} AND e.id <> o.id OR e.seq < o.seq
        AND e.state IN ('queued', 'running') AND NOT (e.kind = 'retire_credentials'
          AND e.state = 'queued' AND e.attempts = 0 AND e.not_before > ${now})))`;
}

/**
 * When an operation begins: not before it was asked for nor before what ran ahead of it ended, which
 * runners say whose clocks differ, or who read the time before the store got to their statement.
 */
function afterEarlier(now: Date): SQL {
  return sql`greatest(${now}::timestamptz, o.created_at, (SELECT max(e.finished_at)
    FROM operations e WHERE e.database_id = o.database_id))`;
}

/** When an operation ends: not before it began. */
function afterStart(now: Date): SQL {
  return sql`greatest(${now}::timestamptz, o.started_at)`;
}

/** Takes an operation's lease; `null` when it is not to be run now by this caller. */
export async function takeOperation(
  store: Store,
  operationId: string,
  leaseToken: string,
  leaseUntil: Date,
  now: Date,
): Promise<TakenOperation | null> {
  const [row] = await store.rows<RawTaken>(sql`
    UPDATE operations o SET state = 'running', attempts = o.attempts + 1,
      lease_token = ${leaseToken}, lease_until = ${leaseUntil},
      started_at = coalesce(o.started_at, ${afterEarlier(now)})
    FROM databases d JOIN fleet_servers s ON s.id = d.server_id
    WHERE o.id = ${operationId} AND d.id = o.database_id AND ${isRunnable(now)}
    RETURNING ${takenColumns}`);
  return row ? takenFromRaw(row) : null;
}

/**
 * Nothing more is to be done with its database `d` than to end it. Its delete cancelled what waited,
 * but could not see what was queued while it waited for the database's row.
 */
const isPastDelete: SQL = sql`(d.deleted_at IS NOT NULL AND o.kind NOT IN ('delete', 'destroy'))`;

/**
 * Records a step before it runs and prolongs the lease. False when the operation was cancelled, its
 * database deleted or its lease lost: the caller must stop.
 */
export async function beginStep(
  store: Store,
  operation: TakenOperation,
  step: string,
  leaseUntil: Date,
): Promise<boolean> {
  const rows = await store.rows(sql`
    WITH d AS (SELECT id, deleted_at FROM databases WHERE id = ${operation.database.id} FOR UPDATE),
    begun AS (UPDATE operations o SET step = ${step}, lease_until = ${leaseUntil} FROM d
      WHERE o.id = ${operation.id} AND o.lease_token = ${operation.leaseToken}
        AND o.state = 'running' AND o.database_id = d.id AND NOT ${isPastDelete}
      RETURNING o.database_id),
    touched AS (UPDATE databases t SET has_remote_resources = true FROM begun
      WHERE t.id = begun.database_id AND NOT t.has_remote_resources)
    SELECT 1 FROM begun`);
  return rows.length > 0;
}

/** Ends an operation well, with its database's change and event. False when the lease was lost. */
export async function finishOperation(
  store: Store,
  operation: TakenOperation,
  now: Date,
): Promise<boolean> {
  const ending = endingOf(operation, now);
  const changed = ending
    ? sql`, changed AS (UPDATE databases d SET ${ending.set} FROM finished
        WHERE d.id = finished.database_id AND ${ending.when} RETURNING d.*)${ending.also ?? sql``}`
    : sql``;
  const data = ending?.data ? sql`${databaseEventData} || ${ending.data}` : databaseEventData;
  const told =
    ending?.event != null ? sql`, ${tell(ending.event, data, sql`changed`, now)}` : sql``;
  const rows = await store.rows(sql`
    WITH target AS (SELECT id FROM databases WHERE id = ${operation.database.id} FOR UPDATE),
    finished AS (UPDATE operations o SET state = 'succeeded', finished_at = ${afterStart(now)},
        lease_until = NULL, error_code = NULL, error_message = NULL, credential_sealed = NULL
      FROM target WHERE o.id = ${operation.id} AND o.lease_token = ${operation.leaseToken}
        AND o.state = 'running' AND o.database_id = target.id RETURNING o.database_id)
    ${changed}${told}
    SELECT ${ending?.event == null ? sql`1` : deliveryIds} FROM finished`);
  return rows.length > 0;
}

/** Puts an operation back for a later attempt. */
export async function postponeOperation(
  store: Store,
  operation: TakenOperation,
  failure: { code: FailureCode; message: string },
  notBefore: Date,
): Promise<void> {
  await store.rows(sql`
    UPDATE operations SET state = 'queued', lease_until = NULL, not_before = ${notBefore},
      error_code = ${failure.code}, error_message = ${failure.message}
    WHERE id = ${operation.id} AND lease_token = ${operation.leaseToken} AND state = 'running'`);
}

/**
 * Lets go of an operation that was cancelled while it ran, so that the next may begin; one of a
 * deleted database is cancelled here. What is still to be done keeps its state and may be taken again.
 */
export async function releaseOperation(
  store: Store,
  operation: TakenOperation,
  now: Date,
): Promise<void> {
  await store.rows(sql`UPDATE operations o SET lease_until = NULL,
      state = CASE WHEN ${isUnfinished} AND ${isPastDelete} THEN 'cancelled' ELSE o.state END,
      finished_at = CASE WHEN ${isUnfinished} AND ${isPastDelete} THEN ${afterStart(now)}
        ELSE o.finished_at END
    FROM databases d WHERE d.id = o.database_id
      AND o.id = ${operation.id} AND o.lease_token = ${operation.leaseToken}
      AND o.lease_until IS NOT NULL`);
}

/**
 * Gives an operation up. A database that never became ready is deleted with its event, what waited
 * behind is cancelled and its destruction is queued, so that nothing of it stays; its request's key is
 * freed, so that a retry may begin anew. Of a rotation the login that it brought in is ended.
 */
export async function giveUpOperation(
  store: Store,
  operation: TakenOperation,
  failure: { code: FailureCode; message: string },
  destroyOperationId: string,
  now: Date,
): Promise<void> {
  const undoes = operation.kind === "create" || operation.kind === "build_pooled";
  await store.rows(sql`
    WITH target AS (SELECT id FROM databases WHERE id = ${operation.database.id} FOR UPDATE),
    failed AS (UPDATE operations o SET state = 'failed', finished_at = ${afterStart(now)},
        lease_until = NULL, error_code = ${failure.code}, error_message = ${failure.message},
        request_key = CASE WHEN ${undoes} THEN NULL ELSE o.request_key END FROM target
      WHERE o.id = ${operation.id} AND o.lease_token = ${operation.leaseToken}
        AND o.state = 'running' AND o.database_id = target.id RETURNING o.*),
    cancelled AS (UPDATE operations w SET state = 'cancelled', finished_at = ${now} FROM failed
      WHERE ${undoes} AND w.database_id = failed.database_id AND w.state = 'queued'
        AND w.id <> failed.id),
    ended_login AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
        created_at)
      SELECT gen_random_uuid(), 'retire_credentials', failed.team_id, failed.database_id, 'queued',
        ${now}::timestamptz, ${now}::timestamptz FROM failed
      WHERE failed.kind = 'rotate_credentials'),
    undone AS (UPDATE databases d SET status = 'deleted', deleted_at = ${now}, updated_at = ${now},
        destroy_at = ${now} FROM failed
      WHERE ${undoes} AND d.id = failed.database_id AND d.status IN ('building', 'provisioning')
      RETURNING d.*),
    destruction AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
        created_at)
      SELECT ${destroyOperationId}::uuid, 'destroy', d.team_id, d.id, 'queued', ${now}, ${now}
      FROM undone d),
    ${tell(
      "database.provision_failed",
      sql`${databaseEventData} || jsonb_build_object('error', ${failure.code}::text)`,
      sql`undone`,
      now,
    )}
    SELECT ${deliveryIds}`);
}

/** The next operation of a database that can run now. */
export async function nextOperationOf(
  store: Store,
  databaseId: number,
  now: Date,
): Promise<string | null> {
  const [row] = await store.rows<{ id: string }>(sql`
    SELECT o.id FROM operations o WHERE o.database_id = ${databaseId} AND ${isRunnable(now)}
    ORDER BY o.seq LIMIT 1`);
  return row?.id ?? null;
}

/** Operations that should be running and are not: new, due, or left by a crash. */
export async function listRunnable(store: Store, limit: number, now: Date): Promise<string[]> {
  const rows = await store.rows<{ id: string }>(sql`
    SELECT o.id FROM operations o WHERE ${isRunnable(now)} ORDER BY o.not_before LIMIT ${limit}`);
  return rows.map((row) => row.id);
}

/** Whether an operation is done with, is to be run later, or waits for another's lease or end. */
export async function readTurn(
  store: Store,
  operationId: string,
  now: Date,
): Promise<"over" | "later" | "waits"> {
  const [row] = await store.rows<{ turn: "over" | "later" | "waits" }>(sql`
    SELECT CASE WHEN NOT (${isUnfinished}) THEN 'over' WHEN o.not_before > ${now} OR ${waitsForServer}
      THEN 'later'
      ELSE 'waits' END AS turn
    FROM operations o WHERE o.id = ${operationId}`);
  return row?.turn ?? "over";
}

import { sql } from "drizzle-orm";
import type { Store } from "../db/client.ts";
import { isoTime } from "../db/iso-time.ts";
import { type OperationState, operationStates } from "../polykomos/operations/steps.ts";
import { listedColumns, type OperationRow } from "../polykomos/operations/store.ts";
import { type Act, audit } from "./store.ts";

/** Operations of all teams, as the operator sees them. */
const jobsMax = 200;

/** The newest, of one state or of all. Each state's are the end of an index; those of all are among them. */
export async function listJobs(
  store: Store,
  state: OperationState | null,
): Promise<OperationRow[]> {
  const states = `{${state ?? operationStates.join(",")}}`;
  return await store.rows<OperationRow>(sql`
    SELECT ${listedColumns} FROM unnest(${states}::text[]) AS wanted (state)
    CROSS JOIN LATERAL (SELECT o.* FROM operations o WHERE o.state = wanted.state
      ORDER BY o.seq DESC NULLS LAST LIMIT ${jobsMax}) o
    JOIN databases d ON d.id = o.database_id
    ORDER BY o.seq DESC LIMIT ${jobsMax}`);
}

export type GivenUpApplication = {
  id: number;
  status: "failed" | "rolled_back";
  databaseUuid: string;
  attempts: number;
  errorCode: string;
  errorMessage: string | null;
  createdAt: string;
  completedAt: string | null;
};

/** Why an application can have been given up without its script having failed. */
const gaveUp = sql`('server_unreachable', 'interrupted')`;

/** Applications of blueprints that were given up. */
export async function listGivenUpApplications(store: Store): Promise<GivenUpApplication[]> {
  return await store.rows<GivenUpApplication>(sql`
    SELECT a.id, a.status, d.uuid AS "databaseUuid", a.attempts, a.error_code AS "errorCode",
      a.error_message AS "errorMessage", ${isoTime(sql`a.created_at`)} AS "createdAt",
      ${isoTime(sql`a.completed_at`)} AS "completedAt"
    FROM blueprint_applications a JOIN databases d ON d.id = a.database_id
    WHERE a.status IN ('failed', 'rolled_back') AND a.error_code IN ${gaveUp} ORDER BY a.id DESC LIMIT ${jobsMax}`);
}

/**
 * Makes an application that never reached its server due again. `"conflict"` when it ended otherwise,
 * or its database is not there any more.
 */
export async function makeApplicationDue(
  store: Store,
  id: number,
  now: Date,
): Promise<"due" | "conflict" | "missing"> {
  const [row] = await store.rows<{ due: boolean; known: boolean }>(sql`
    WITH due AS (UPDATE blueprint_applications a SET status = 'pending', attempts = 0,
        not_before = ${now}, error_code = NULL, error_message = NULL, completed_at = NULL,
        duration_ms = NULL FROM databases d
      WHERE a.id = ${id} AND d.id = a.database_id AND d.deleted_at IS NULL
        AND NOT a.is_for_creation AND (a.status = 'pending'
          OR (a.status IN ('failed', 'rolled_back') AND a.error_code = 'server_unreachable')) RETURNING a.id)
    SELECT EXISTS (SELECT 1 FROM due) AS due,
      EXISTS (SELECT 1 FROM blueprint_applications WHERE id = ${id}) AS known`);
  if (row?.due) return "due";
  return row?.known ? "conflict" : "missing";
}

/** Queues the making of a database that its server lacks, empty, with the credential it has. */
export async function queueRebuild(
  store: Store,
  uuid: string,
  operationId: string,
  act: Act,
): Promise<"queued" | "conflict" | "missing"> {
  const [row] = await store.rows<{ queued: boolean; known: boolean }>(sql`
    WITH target AS (SELECT d.* FROM databases d WHERE d.uuid = ${uuid} AND d.deleted_at IS NULL
      AND d.missing_since IS NOT NULL AND d.team_id IS NOT NULL FOR UPDATE),
    operation AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
        created_at)
      SELECT ${operationId}::uuid, 'rebuild', team_id, id, 'queued', ${act.now}::timestamptz,
        ${act.now}::timestamptz FROM target RETURNING id),
    ${audit(act, sql`'database:' || x.uuid`, sql`target`)}
    SELECT EXISTS (SELECT 1 FROM operation) AS queued,
      EXISTS (SELECT 1 FROM databases WHERE uuid = ${uuid} AND deleted_at IS NULL) AS known`);
  if (row?.queued) return "queued";
  return row?.known ? "conflict" : "missing";
}

/**
 * Makes an unfinished or failed operation due now, with a fresh count of attempts. `"conflict"` when
 * it has ended otherwise, or its database has meanwhile been deleted.
 */
export async function makeJobDue(
  store: Store,
  operationId: string,
  now: Date,
): Promise<"due" | "conflict" | "missing"> {
  const [row] = await store.rows<{ due: boolean; known: boolean }>(sql`
    WITH due AS (UPDATE operations o SET state = 'queued', not_before = ${now}, attempts = 0,
        finished_at = NULL FROM databases d
      WHERE o.id = ${operationId} AND d.id = o.database_id
        AND (o.state = 'queued' OR (o.state = 'failed' AND (d.status <> 'deleted'
          OR o.kind IN ('delete', 'destroy')))) RETURNING o.id)
    SELECT EXISTS (SELECT 1 FROM due) AS due,
      EXISTS (SELECT 1 FROM operations WHERE id = ${operationId}) AS known`);
  if (row?.due) return "due";
  return row?.known ? "conflict" : "missing";
}

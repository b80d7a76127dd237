import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../../db/client.ts";
import { isoTime } from "../../../db/iso-time.ts";
import { auditEntry } from "../../audit/entry-store.ts";
import type { Act } from "../../caller.ts";
import type { Page } from "../../page.ts";
import { isOfUsersTeam, teamOfUser } from "../../team-rows.ts";
import type { EngineName } from "../sql/script.ts";

/**
 * Applications of blueprints in the store, as their team sees them. Those to one database run one at
 * a time, in the order of their ids.
 */
export type ApplicationStatus = "pending" | "running" | "completed" | "failed" | "rolled_back";

export type LogEntry = {
  /** Counted from 1. */
  statement: number;
  line: number;
  kind: string;
  target: string | null;
  outcome: "done" | "failed" | "not_rehearsed" | "unknown";
  rows: number | null;
  ms: number;
  note?: string;
};

export type ApplicationRow = {
  id: number;
  blueprintId: number;
  blueprintUuid: string;
  blueprintVersion: number;
  databaseId: number;
  databaseUuid: string;
  engine: EngineName;
  status: ApplicationStatus;
  isDryRun: boolean;
  variablesSealed: string;
  statementsTotal: number;
  statementsSucceeded: number;
  statementsFailed: number;
  errorMessage: string | null;
  durationMs: number | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  log: LogEntry[] | null;
};

const columns: SQL = sql`a.id, a.blueprint_id AS "blueprintId", b.uuid AS "blueprintUuid",
  a.blueprint_version AS "blueprintVersion", d.id::int AS "databaseId", d.uuid AS "databaseUuid",
  d.engine, a.status, a.is_dry_run AS "isDryRun", a.variables_sealed AS "variablesSealed",
  a.statements_total AS "statementsTotal", a.statements_succeeded AS "statementsSucceeded",
  a.statements_failed AS "statementsFailed", a.error_message AS "errorMessage",
  a.duration_ms AS "durationMs", ${isoTime(sql`a.created_at`)} AS "createdAt",
  ${isoTime(sql`a.started_at`)} AS "startedAt", ${isoTime(sql`a.completed_at`)} AS "completedAt"`;

const joined: SQL = sql`blueprint_applications a JOIN blueprints b ON b.id = a.blueprint_id
  JOIN databases d ON d.id = a.database_id`;

const logColumn: SQL = sql`(SELECT coalesce(jsonb_agg(e.entry ORDER BY l.first_statement, e.place),
    '[]'::jsonb) FROM blueprint_application_logs l,
    jsonb_array_elements(l.entries) WITH ORDINALITY AS e (entry, place)
  WHERE l.application_id = a.id) AS log`;

/**
 * The lock that all hold who put an application in a database's queue or take one out: so ids are
 * given in the order in which they are seen, and one is taken at a time.
 */
export function queueLock(databaseId: SQL): SQL {
  return sql`pg_advisory_xact_lock(hashtext('polykomos application'), ${databaseId}::int)`;
}

export type NewApplication = {
  databaseId: number;
  blueprintId: number;
  blueprintVersion: number;
  isDryRun: boolean;
  variablesSealed: string;
  statementsTotal: number;
  requestKey: string | null;
};

export const requestKeyIndex = "blueprint_applications_request_key";

/** Puts an application in the queue of its database; `null` when that is gone meanwhile. */
export async function insertApplication(
  store: Store,
  made: NewApplication,
  act: Act,
): Promise<number | null> {
  const rows = await store.transaction<{ id: number }>([
    sql`SELECT ${queueLock(sql`${made.databaseId}`)}`,
    sql`WITH d AS (SELECT d.id, d.team_id, d.uuid FROM databases d WHERE d.id = ${made.databaseId}
        AND d.deleted_at IS NULL AND ${teamOfUser(sql`d.team_id`, act.userId)}),
      audit AS (${auditEntry(
        act,
        "blueprint.apply",
        sql`(SELECT d.team_id, 'database:' || d.uuid AS target,
          jsonb_build_object('blueprint_id', ${made.blueprintId}::int,
            'version', ${made.blueprintVersion}::int,
            'is_dry_run', ${made.isDryRun}::boolean) AS details FROM d)`,
      )})
      INSERT INTO blueprint_applications (database_id, blueprint_id, blueprint_version, team_id,
        user_id, status, is_dry_run, is_for_creation, variables_sealed, statements_total,
        not_before, request_key, created_at)
      SELECT d.id, ${made.blueprintId}::int, ${made.blueprintVersion}::int, d.team_id,
        ${act.userId}::int, 'pending', ${made.isDryRun}::boolean, false, ${made.variablesSealed},
        ${made.statementsTotal}::int, ${act.now}::timestamptz, ${made.requestKey},
        ${act.now}::timestamptz FROM d RETURNING id`,
  ]);
  return rows[0]?.id ?? null;
}

/** The application that an earlier run of the same request made. */
export async function findIdByRequestKey(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<number | null> {
  const [row] = await store.rows<{ id: number }>(sql`SELECT a.id FROM blueprint_applications a
    WHERE a.request_key = ${requestKey} AND a.user_id = ${userId}`);
  return row?.id ?? null;
}

/** One application of the user's teams, with its log. */
export async function findApplication(
  store: Store,
  userId: number,
  id: number,
): Promise<ApplicationRow | null> {
  const [row] = await store.rows<ApplicationRow>(sql`SELECT ${columns}, ${logColumn} FROM ${joined}
    WHERE a.id = ${id} AND ${teamOfUser(sql`a.team_id`, userId)}`);
  return row ?? null;
}

/** Applications to a database of the user's, newest first, without logs; `null`: unknown cursor. */
export async function listApplications(
  store: Store,
  userId: number,
  databaseId: number,
  limit: number,
  startingAfter: number | null,
): Promise<Page<ApplicationRow> | null> {
  const rows = await store.rows<ApplicationRow>(sql`
    SELECT ${columns}, NULL AS log FROM ${joined}
    WHERE a.database_id = ${databaseId} AND ${teamOfUser(sql`a.team_id`, userId)}
      AND (${startingAfter}::int IS NULL OR a.id <= ${startingAfter})
    ORDER BY a.id DESC NULLS LAST LIMIT ${limit + 2}`);
  const isCursor = startingAfter !== null;
  // The cursor itself comes first when it is one of this database's.
  if (isCursor && rows[0]?.id !== startingAfter) return null;
  const page = rows.slice(isCursor ? 1 : 0).slice(0, limit);
  return { rows: page, hasMore: rows.length - (isCursor ? 1 : 0) > limit };
}

/** Status of one application of the user's teams, for a request that waits on it. */
export async function readStatus(
  store: Store,
  userId: number,
  id: number,
): Promise<ApplicationStatus | null> {
  const [row] = await store.rows<{ status: ApplicationStatus }>(
    sql`SELECT a.status FROM blueprint_applications a
      WHERE a.id = ${id} AND ${isOfUsersTeam(sql`a.team_id`, userId)}`,
  );
  return row?.status ?? null;
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { placeColumns, type SealedPlace } from "../databases/place-rows.ts";
import { newestOfTeams, teamOfUser } from "../team-rows.ts";
import type { StatementClass } from "./guard/verdict.ts";

/** Questions in the control-plane store: who asked what, what became of it, and who is at work. */
type Status = "running" | "writing" | "succeeded" | "failed" | "refused" | "awaiting_confirmation";

/** An execution as a later run of its request, or a word of consent, finds it. */
export type Earlier = {
  id: number;
  status: Status;
  sql: string | null;
  statementClass: StatementClass | null;
  translator: string | null;
  confidence: number | null;
  affectedRows: number | null;
};

export type Begun = {
  /** Null: no place was free, or the minute's questions are used up, or it is not to be run. */
  id: number | null;
  place: SealedPlace;
  databaseStatus: string;
  readerPasswordSealed: string | null;
  /** The user's questions of the last minute, and when the first of them was. */
  recent: number;
  recentSince: string | null;
  /** What the same request made before, or what the word of consent is for. */
  earlier: Earlier | null;
};

export type Asked = {
  userId: number;
  keyId: number;
  databaseUuid: string;
  question: string;
  requestKey: string | null;
  /** Of the word that says yes to an earlier answer; null: a new question. */
  confirmHash: string | null;
  placesMax: number;
  perMinuteMax: number;
  leaseUntil: Date;
  now: Date;
};

const earlierFields: SQL = sql`jsonb_build_object('id', e.id, 'status', e.status, 'sql', e.sql,
  'statementClass', e.statement_class, 'translator', e.translator, 'confidence', e.confidence,
  'affectedRows', e.affected_rows)`;

/**
 * Takes one of the database's places for a question; null when there is no such database. Two
 * statements, so that the second sees what others committed while the first waited for its turn.
 */
export async function beginExecution(store: Store, asked: Asked): Promise<Begun | null> {
  const { now, leaseUntil } = asked;
  const isFree = sql`d.status = 'active' AND held.n < ${asked.placesMax}`;
  // A change that was done, or begun, is not done again: its request is answered by its row.
  const again = sql`again AS (UPDATE query_executions q SET status = 'running',
      lease_until = ${leaseUntil}, error_code = NULL, error_message = NULL
    FROM earlier e, d, held WHERE q.id = e.id AND ${isFree}
      AND (e.status IN ('running', 'failed', 'refused', 'awaiting_confirmation')
        OR (e.status = 'succeeded' AND e.statement_class = 'read'))
      RETURNING q.id)`;
  const made =
    asked.confirmHash === null
      ? sql`made AS (INSERT INTO query_executions (database_id, team_id, user_id, key_id, question,
          status, lease_until, request_key, created_at)
        SELECT d.id, d.team_id, ${asked.userId}, ${asked.keyId}, ${asked.question}, 'running',
          ${leaseUntil}::timestamptz, ${asked.requestKey}, ${now}::timestamptz
        FROM d, held, recent WHERE ${isFree} AND recent.n < ${asked.perMinuteMax}
          AND NOT EXISTS (SELECT 1 FROM earlier) RETURNING id),
        consented AS (SELECT * FROM query_executions WHERE false)`
      : sql`consented AS (SELECT q.* FROM query_executions q JOIN d ON q.database_id = d.id
        WHERE q.confirm_hash = ${asked.confirmHash} AND q.status = 'awaiting_confirmation'
          AND q.key_id = ${asked.keyId} AND q.question = ${asked.question}
          AND q.confirm_until > ${now} AND NOT EXISTS (SELECT 1 FROM earlier)),
        made AS (UPDATE query_executions q SET status = 'running', lease_until = ${leaseUntil},
            confirm_hash = NULL, confirm_until = NULL, error_code = NULL, error_message = NULL,
            request_key = coalesce(${asked.requestKey}, q.request_key)
          FROM consented c, d, held WHERE q.id = c.id AND ${isFree} RETURNING q.id)`;
  const [row] = await store.transaction<Begun & Record<string, unknown>>([
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`question ${asked.databaseUuid.toLowerCase()}`}, 0))`,
    sql`WITH d AS (SELECT d.* FROM databases d
        WHERE d.uuid = ${asked.databaseUuid} AND d.deleted_at IS NULL
          AND ${teamOfUser(sql`d.team_id`, asked.userId)}),
      held AS (SELECT count(*) AS n FROM query_executions q JOIN d ON q.database_id = d.id
        WHERE q.lease_until > ${now}
          AND q.request_key IS DISTINCT FROM ${asked.requestKey ?? ""}),
      recent AS (SELECT count(*) AS n, min(q.created_at) AS since FROM query_executions q
        WHERE q.user_id = ${asked.userId}
          AND q.created_at > ${now}::timestamptz - interval '1 minute'),
      earlier AS (SELECT * FROM query_executions WHERE request_key = ${asked.requestKey}),
      ${made},
      ${again}
    SELECT coalesce((SELECT id FROM made), (SELECT id FROM again)) AS id, ${placeColumns},
      d.status AS "databaseStatus", r.password_sealed AS "readerPasswordSealed",
      (SELECT n FROM recent)::int AS recent,
      ${isoTime(sql`(SELECT since FROM recent)`)} AS "recentSince",
      coalesce((SELECT ${earlierFields} FROM earlier e), (SELECT ${earlierFields} FROM consented e))
        AS earlier
    FROM d JOIN fleet_servers s ON s.id = d.server_id
    LEFT JOIN database_readers r ON r.database_id = d.id`,
  ]);
  if (!row) return null;
  const { database, server, ...facts } = row as unknown as Begun & SealedPlace;
  return { ...facts, place: { database, server } };
}

/** A database of the user's teams, and what its reader logs in with; null when there is no such. */
export async function findQuestionPlace(
  store: Store,
  userId: number,
  databaseUuid: string,
): Promise<Pick<Begun, "place" | "databaseStatus" | "readerPasswordSealed"> | null> {
  const [row] = await store.rows<
    SealedPlace & Pick<Begun, "databaseStatus" | "readerPasswordSealed">
  >(
    sql`SELECT ${placeColumns}, d.status AS "databaseStatus",
        r.password_sealed AS "readerPasswordSealed"
      FROM databases d JOIN fleet_servers s ON s.id = d.server_id
      LEFT JOIN database_readers r ON r.database_id = d.id
      WHERE d.uuid = ${databaseUuid} AND d.deleted_at IS NULL
        AND ${teamOfUser(sql`d.team_id`, userId)}`,
  );
  if (!row) return null;
  const { database, server, ...facts } = row;
  return { ...facts, place: { database, server } };
}

/** The statement of a question, who wrote it, and how sure that one is; null where there is none. */
type Writing = {
  sql: string | null;
  statementClass: StatementClass | null;
  translator: string | null;
  confidence: number | null;
};

function writtenFields({ sql: statement, statementClass, translator, confidence }: Writing): SQL {
  return sql`sql = ${statement}, statement_class = ${statementClass}, translator = ${translator},
    confidence = ${confidence}`;
}

/** Records, before a change is run, that it may have been. */
export async function markWriting(store: Store, id: number, change: Writing): Promise<void> {
  await store.rows(sql`UPDATE query_executions SET status = 'writing', ${writtenFields(change)}
    WHERE id = ${id} AND status = 'running'`);
}

export type Ending = Writing & {
  status: Exclude<Status, "running" | "writing">;
  errorCode: string | null;
  errorMessage: string | null;
  rowCount: number | null;
  affectedRows: number | null;
  durationMs: number;
  confirm: { hash: string; until: Date } | null;
};

/** Ends an execution and gives its place back. */
export async function endExecution(
  store: Store,
  id: number,
  ending: Ending,
  now: Date,
): Promise<void> {
  await store.rows(sql`UPDATE query_executions SET status = ${ending.status},
      ${writtenFields(ending)}, error_code = ${ending.errorCode},
      error_message = ${ending.errorMessage}, row_count = ${ending.rowCount},
      affected_rows = ${ending.affectedRows}, duration_ms = ${ending.durationMs},
      confirm_hash = ${ending.confirm?.hash ?? null},
      confirm_until = ${ending.confirm?.until ?? null}, lease_until = NULL, finished_at = ${now}
    WHERE id = ${id} AND status IN ('running', 'writing')`);
}

/**
 * Ends an execution that was cut short, and gives its place back. A change that was begun stays
 * `writing` with its statement, which is answered, for it may have been made: no retry makes it again.
 */
export async function breakExecution(
  store: Store,
  id: number,
  broken: { errorCode: string; durationMs: number },
  now: Date,
): Promise<{ sql: string } | null> {
  const [row] = await store.rows<{ status: Status; sql: string | null }>(sql`UPDATE query_executions
    SET status = CASE status WHEN 'writing' THEN status ELSE 'failed' END,
      error_code = ${broken.errorCode}, error_message = 'It could not be run',
      duration_ms = ${broken.durationMs}, lease_until = NULL, finished_at = ${now}
    WHERE id = ${id} AND status IN ('running', 'writing') RETURNING status, sql`);
  return row?.status === "writing" && row.sql !== null ? { sql: row.sql } : null;
}

export type ExecutionRow = {
  id: number;
  databaseUuid: string;
  question: string;
  status: Status;
  sql: string | null;
  statementClass: StatementClass | null;
  translator: string | null;
  confidence: number | null;
  errorCode: string | null;
  errorMessage: string | null;
  rowCount: number | null;
  affectedRows: number | null;
  durationMs: number | null;
  createdAt: string;
};

/** Questions to databases of the user's teams, newest first; null for an unknown cursor. */
export async function listExecutions(
  store: Store,
  userId: number,
  page: { databaseUuid: string | null; limit: number; startingAfter: number | null },
): Promise<{ executions: ExecutionRow[]; hasMore: boolean } | null> {
  const { databaseUuid, limit, startingAfter } = page;
  const isMine = teamOfUser(sql`q.team_id`, userId);
  const before = startingAfter === null ? sql`true` : sql`q.id < ${startingAfter}`;
  const count = limit + 1;
  const listed =
    databaseUuid === null
      ? newestOfTeams({
          table: sql`query_executions`,
          alias: sql`q`,
          userId,
          where: before,
          by: sql`q.id`,
          count,
        })
      : sql`(SELECT q.* FROM query_executions q WHERE ${isMine} AND ${before}
          AND q.database_id = (SELECT id FROM databases WHERE uuid = ${databaseUuid})
          ORDER BY q.id DESC NULLS LAST LIMIT ${count}) q`;
  const rows = await store.rows<ExecutionRow>(sql`
    SELECT q.id, d.uuid AS "databaseUuid", q.question, q.status, q.sql,
      q.statement_class AS "statementClass", q.translator, q.confidence,
      q.error_code AS "errorCode", q.error_message AS "errorMessage", q.row_count AS "rowCount",
      q.affected_rows::int AS "affectedRows", q.duration_ms AS "durationMs",
      ${isoTime(sql`q.created_at`)} AS "createdAt"
    FROM ${listed} JOIN databases d ON d.id = q.database_id
    ORDER BY q.id DESC LIMIT ${count}`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(
      sql`SELECT 1 FROM query_executions q WHERE q.id = ${startingAfter} AND ${isMine}`,
    );
    if (known.length === 0) return null;
  }
  return { executions: rows.slice(0, limit), hasMore: rows.length > limit };
}

/** Questions of a database that were answered, newest first: examples for a translator. */
export async function listAnswered(
  store: Store,
  databaseId: number,
  limit: number,
): Promise<{ question: string; sql: string }[]> {
  return await store.rows<{ question: string; sql: string }>(sql`
    SELECT q.question, q.sql FROM query_executions q
    WHERE q.database_id = ${databaseId} AND q.status = 'succeeded' AND q.statement_class = 'read'
    ORDER BY q.id DESC LIMIT ${limit}`);
}

/** Deletes questions from before a time, `limit` at most; how many. */
export async function forgetExecutionsBefore(
  store: Store,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await store.rows(sql`DELETE FROM query_executions WHERE id IN (
    SELECT id FROM query_executions WHERE created_at < ${before} ORDER BY created_at LIMIT ${limit})
    RETURNING id`);
  return rows.length;
}

/** The sealed password of a database's reader: the given one, unless it has one already. */
export async function keepReader(
  store: Store,
  databaseId: number,
  passwordSealed: string,
  now: Date,
): Promise<string> {
  const [row] = await store.rows<{ password_sealed: string }>(sql`
    INSERT INTO database_readers (database_id, password_sealed, created_at)
    VALUES (${databaseId}, ${passwordSealed}, ${now})
    ON CONFLICT (database_id) DO UPDATE SET database_id = excluded.database_id
    RETURNING password_sealed`);
  return row?.password_sealed ?? passwordSealed;
}

import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { type Page, pageOf } from "../page.ts";
import { newestOfTeams, teamOfUser } from "../team-rows.ts";
import type { FailureCode } from "./failures.ts";
import type { OperationKind, OperationState } from "./steps.ts";

/** Operations as those see them whose databases they are about. */
export type OperationRow = {
  id: string;
  kind: OperationKind;
  state: OperationState;
  step: string | null;
  attempts: number;
  databaseUuid: string;
  isFromPool: boolean;
  teamId: number | null;
  errorCode: FailureCode | null;
  errorMessage: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  notBefore: string;
};

/** Columns of `OperationRow`, for a query with `o` operations and `d` databases. */
export const listedColumns: SQL = sql`o.id, o.kind, o.state, o.step, o.attempts,
  d.uuid AS "databaseUuid", d.pooled_at IS NOT NULL AS "isFromPool", o.team_id AS "teamId", o.error_code AS "errorCode",
  o.error_message AS "errorMessage", ${isoTime(sql`o.created_at`)} AS "createdAt",
  ${isoTime(sql`o.started_at`)} AS "startedAt", ${isoTime(sql`o.finished_at`)} AS "finishedAt",
  ${isoTime(sql`o.not_before`)} AS "notBefore"`;

/** One operation of the user's teams. */
export async function findOperation(
  store: Store,
  userId: number,
  operationId: string,
): Promise<OperationRow | null> {
  const [row] = await store.rows<OperationRow>(sql`
    SELECT ${listedColumns} FROM operations o JOIN databases d ON d.id = o.database_id
    WHERE o.id = ${operationId} AND ${teamOfUser(sql`o.team_id`, userId)}`);
  return row ?? null;
}

/** Operations of the user's teams, newest first; `null` for an unknown cursor. */
export async function listOperations(
  store: Store,
  userId: number,
  limit: number,
  startingAfter: string | null,
  databaseUuid: string | null,
): Promise<Page<OperationRow> | null> {
  const cursor = sql`(SELECT c.seq FROM operations c WHERE c.id = ${startingAfter}
    AND ${teamOfUser(sql`c.team_id`, userId)})`;
  const before = startingAfter === null ? sql`true` : sql`o.seq < ${cursor}`;
  const count = limit + 1;
  const page =
    databaseUuid === null
      ? newestOfTeams({
          table: sql`operations`,
          alias: sql`o`,
          userId,
          where: before,
          by: sql`o.seq`,
          count,
        })
      : sql`(SELECT o.* FROM operations o WHERE ${teamOfUser(sql`o.team_id`, userId)} AND ${before}
          AND o.database_id = (SELECT id FROM databases WHERE uuid = ${databaseUuid})
          ORDER BY o.seq DESC LIMIT ${count}) o`;
  const rows = await store.rows<OperationRow>(sql`
    SELECT ${listedColumns} FROM ${page} JOIN databases d ON d.id = o.database_id
    ORDER BY o.seq DESC LIMIT ${limit + 1}`);
  if (rows.length === 0 && startingAfter !== null) {
    const known = await store.rows(sql`SELECT ${cursor} AS seq WHERE ${cursor} IS NOT NULL`);
    if (known.length === 0) return null;
  }
  return pageOf(rows, limit);
}

export type OperationOutcome = {
  /** Null when there is no such operation. */
  state: OperationState | null;
  errorCode: FailureCode | null;
  /** The failure in the server's words, or the script's. */
  errorMessage: string | null;
};

/** How an operation of the caller's own request stands. */
export async function readOutcome(store: Store, operationId: string): Promise<OperationOutcome> {
  const [row] = await store.rows<OperationOutcome>(sql`
    SELECT state, error_code AS "errorCode", error_message AS "errorMessage" FROM operations
    WHERE id = ${operationId}`);
  return row ?? { state: null, errorCode: null, errorMessage: null };
}

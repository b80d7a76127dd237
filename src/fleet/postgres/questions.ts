import { AnswerTooBig } from "../answer-too-big.ts";
import { type FleetServer, readerName, type Tenant } from "../fleet.ts";
import { postgresIdentifier as id } from "../identifiers.ts";
import { keepRows, nameBytesOf } from "../kept-rows.ts";
import {
  answerBytesMax,
  type QuestionLimits,
  type QuestionRunner,
  questionLockTimeoutMs,
  type ReadAnswer,
  type ReaderSession,
} from "../questions.ts";
import { setSafePathOnce } from "./safe-path.ts";
import { type PostgresConnect, type PostgresSession, rowsOfTag, targetOn } from "./session.ts";
import { postgresValue } from "./values.ts";

/** Rows that are asked for at once: most answers come in the first, and memory holds few. */
const fetchRows = 250;
/** A transaction that waits for us longer than this is ended by the server. */
const idleTimeoutMs = 15_000;
/** Changes of objects touch every row of a table at worst. */
const noRows = { onRow() {}, bytesMax: 64 * 1024 * 1024 };

/** Questions on PostgreSQL. */
export function postgresQuestions(connect: PostgresConnect): QuestionRunner {
  /** Runs a change as the customer and answers its tag; `isRight` decides whether it stays. */
  async function change(
    server: FleetServer,
    tenant: Tenant,
    sql: string,
    schemas: readonly string[],
    timeoutMs: number,
    isRight: (tag: string) => boolean,
  ): Promise<{ tag: string; isKept: boolean }> {
    const { login: user, password, dbName: database } = tenant;
    const login = { user, password, database, statementTimeoutMs: timeoutMs };
    const session = await connect(targetOn(server, login));
    try {
      await session.query(beginning("READ WRITE", schemas, timeoutMs));
      const { tag } = await session.each(sql, noRows);
      const isKept = isRight(tag);
      await session.query(isKept ? "COMMIT" : "ROLLBACK");
      return { tag, isKept };
    } finally {
      void session.close();
    }
  }

  return {
    async openReader(server, { databaseId, dbName: database }, { password }, timeoutMs) {
      const user = readerName(databaseId);
      const login = { user, password, database, statementTimeoutMs: timeoutMs };
      return readerSession(await connect(targetOn(server, login)));
    },

    async change(server, tenant, sql, schemas, { affectedMax, timeoutMs }) {
      const affectedBy = (tag: string) => rowsOfTag(tag) ?? 0;
      const isRight = (tag: string) => affectedMax === null || affectedBy(tag) <= affectedMax;
      const { tag, isKept } = await change(server, tenant, sql, schemas, timeoutMs, isRight);
      return { affectedRows: affectedBy(tag), isKept };
    },

    async define(server, tenant, sql, schemas, timeoutMs) {
      await change(server, tenant, sql, schemas, timeoutMs, () => true);
    },
  };
}

function beginning(
  mode: "READ ONLY" | "READ WRITE",
  schemas: readonly string[],
  timeoutMs: number,
): string {
  const path = schemas.length > 0 ? schemas.map(id).join(", ") : "public";
  return [
    `BEGIN ISOLATION LEVEL READ COMMITTED ${mode}`,
    `SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}`,
    `SET LOCAL lock_timeout = ${questionLockTimeoutMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${idleTimeoutMs}`,
    `SET LOCAL search_path = ${path}`,
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL standard_conforming_strings = on",
  ].join("; ");
}

function readerSession(session: PostgresSession): ReaderSession {
  return {
    async rows(sql, params) {
      // What has values asks for a customer's own, with their operators; all else is about catalogs.
      if (params.length > 0) return await session.query(sql, params);
      return await session.query(`${setSafePathOnce}; ${sql}`);
    },

    async explain(sql, schemas, limits) {
      await session.query(beginning("READ ONLY", schemas, limits.timeoutMs));
      try {
        await session.each(`EXPLAIN ${sql}`, noRows);
      } finally {
        await session.query("ROLLBACK");
      }
    },

    async read(sql, schemas, limits) {
      await session.query(beginning("READ ONLY", schemas, limits.timeoutMs));
      // Takes queries alone, and by the extended protocol one of them.
      await session.each(`DECLARE answer NO SCROLL CURSOR FOR ${sql}`, noRows);
      return await fetchAll(session, limits);
    },

    close: () => session.close(),
  };
}

async function fetchAll(session: PostgresSession, limits: QuestionLimits): Promise<ReadAnswer> {
  const kept = keepRows(limits);
  const asked = Math.min(fetchRows, limits.rowsMax + 1);
  let columns: string[] = [];
  let bytesLeft = answerBytesMax(limits);
  const deadlineMs = performance.now() + limits.timeoutMs;
  try {
    for (;;) {
      const raw: (string | null)[][] = [];
      let bytes = 0;
      const take = {
        bytesMax: bytesLeft,
        onRow(values: (string | null)[]) {
          raw.push(values);
          for (const each of values) bytes += each?.length ?? 0;
        },
      };
      const { fields } = await session.each(`FETCH FORWARD ${asked} FROM answer`, take);
      bytesLeft -= bytes;
      columns = fields.map(({ name }) => name);
      const nameBytes = nameBytesOf(columns);
      for (const row of raw) {
        const values = row.map((text, index) => postgresValue(text, fields[index]?.typeId ?? 0));
        kept.add(values, nameBytes);
      }
      const isLate = performance.now() > deadlineMs;
      if (raw.length < asked || kept.isTruncated() || isLate) {
        // Nothing was changed, and the transaction ends with its session.
        return { columns, rows: kept.rows, isTruncated: kept.isTruncated() || isLate };
      }
    }
  } catch (error) {
    if (!(error instanceof AnswerTooBig)) throw error;
    return { columns, rows: kept.rows, isTruncated: true };
  }
}

import { AnswerTooBig } from "../answer-too-big.ts";
import { type FleetServer, readerName, type Tenant } from "../fleet.ts";
import { keepRows, nameBytesOf } from "../kept-rows.ts";
import {
  answerBytesMax,
  type QuestionRunner,
  questionLockTimeoutMs,
  type ReaderSession,
} from "../questions.ts";
import { readySession } from "../with-session.ts";
import { type MysqlConnect, type MysqlSession, targetOn } from "./session.ts";
import { mysqlValue } from "./values.ts";

/** The server says first that it gives up; then we stop waiting for it. */
const graceMs = 2_000;

/** Questions on MySQL and MariaDB: sessions that take one statement at a time. */
export function mysqlQuestions(connect: MysqlConnect): QuestionRunner {
  async function open(
    server: FleetServer,
    login: { user: string; password: string; database: string },
    timeoutMs: number,
  ): Promise<MysqlSession> {
    const target = targetOn(server, { ...login, statementTimeoutMs: timeoutMs + graceMs });
    const opening = connect({ ...target, isSingleStatement: true });
    return await readySession(opening, (session) => session.query(settings(timeoutMs)));
  }

  async function asCustomer<Value>(
    server: FleetServer,
    tenant: Tenant,
    timeoutMs: number,
    use: (session: MysqlSession) => Promise<Value>,
  ): Promise<Value> {
    const { login: user, password, dbName: database } = tenant;
    const session = await open(server, { user, password, database }, timeoutMs);
    try {
      return await use(session);
    } finally {
      void session.close();
    }
  }

  return {
    async openReader(server, { databaseId, dbName: database }, { password }, timeoutMs) {
      const user = readerName(databaseId);
      return readerSession(await open(server, { user, password, database }, timeoutMs));
    },

    async change(server, tenant, sql, _schemas, { affectedMax, timeoutMs }) {
      return await asCustomer(server, tenant, timeoutMs, async (session) => {
        await session.query("START TRANSACTION READ WRITE");
        const { affectedRows } = await session.each(sql, nothing);
        const isKept = affectedMax === null || affectedRows <= affectedMax;
        await session.query(isKept ? "COMMIT" : "ROLLBACK");
        return { affectedRows, isKept };
      });
    },

    async define(server, tenant, sql, _schemas, timeoutMs) {
      await asCustomer(server, tenant, timeoutMs, (session) => session.each(sql, nothing));
    },
  };
}

const nothing = { onRow: () => true, bytesMax: 64 * 1024 * 1024 };

/**
 * Quotes mean quotes and backslashes escape, whatever the server's mode, for so the guard has read
 * the statement. MySQL and MariaDB name their time limit differently, and each skips what the other
 * reads in these comments.
 */
function settings(timeoutMs: number): string {
  const lockSeconds = Math.max(1, Math.round(questionLockTimeoutMs / 1_000));
  const seconds = (timeoutMs / 1_000).toFixed(3);
  return `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION',
    time_zone = '+00:00', lock_wait_timeout = ${lockSeconds},
    innodb_lock_wait_timeout = ${lockSeconds}
    /*M!100100 , max_statement_time = ${seconds} */
    /*!50708 , max_execution_time = ${Math.ceil(timeoutMs)} */`;
}

function readerSession(session: MysqlSession): ReaderSession {
  return {
    async rows(sql, params) {
      const [rows = []] = await session.query(sql, params);
      return rows;
    },

    async explain(sql) {
      await session.each(`EXPLAIN ${sql}`, nothing);
    },

    async read(sql, _schemas, limits) {
      const kept = keepRows(limits);
      let columns: string[] = [];
      // A statement without its own LIMIT ends by itself; the rest is cut off with the session.
      await session.query(`SET SESSION sql_select_limit = ${limits.rowsMax + 1}`);
      await session.query("START TRANSACTION READ ONLY");
      try {
        await session.each(sql, {
          bytesMax: answerBytesMax(limits),
          onRow(values, fields) {
            if (columns.length === 0) columns = fields.map(({ name }) => name);
            const row = values.map((value, index) => {
              const field = fields[index];
              return field ? mysqlValue(value, field) : null;
            });
            kept.add(row, nameBytesOf(columns));
            return !kept.isTruncated();
          },
        });
      } catch (error) {
        if (!(error instanceof AnswerTooBig)) throw error;
        return { columns, rows: kept.rows, isTruncated: true };
      }
      return { columns, rows: kept.rows, isTruncated: kept.isTruncated() };
    },

    close: () => session.close(),
  };
}

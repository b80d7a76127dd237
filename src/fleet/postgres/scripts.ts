import type { FleetServer, Tenant } from "../fleet.ts";
import { postgresLiteral as literal } from "../identifiers.ts";
import {
  lockTimeoutMs,
  type ScriptRunner,
  type ScriptSession,
  type ScriptStatement,
  scriptStatementTimeoutMs,
} from "../scripts.ts";
import { withSession } from "../with-session.ts";
import { type PostgresConnect, type PostgresSession, rowsOfTag, targetOn } from "./session.ts";

/** How long a session that was told to end is waited for. */
const endWaitMs = 5_000;

/** Set again after whatever may have changed them; a role's own defaults are set aside as well. */
const ourSettings = [
  `SET LOCAL statement_timeout = ${scriptStatementTimeoutMs}`,
  `SET LOCAL lock_timeout = ${lockTimeoutMs}`,
];

const beginning = [
  "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
  ...ourSettings,
  "SET LOCAL standard_conforming_strings = on",
  "SET LOCAL idle_in_transaction_session_timeout = 60000",
  "SET LOCAL client_min_messages = warning",
  "SELECT pg_current_xact_id()::text AS id",
].join("; ");

/** Scripts on PostgreSQL: one transaction, whose id tells later whether it was committed. */
export function postgresScripts(connect: PostgresConnect): ScriptRunner {
  async function openAsCustomer(
    server: FleetServer,
    { login: user, password, dbName: database }: Tenant,
  ): Promise<PostgresSession> {
    const statementTimeoutMs = scriptStatementTimeoutMs;
    return await connect(targetOn(server, { user, password, database, statementTimeoutMs }));
  }

  return {
    async open(server, tenant) {
      return scriptSession(await openAsCustomer(server, tenant));
    },

    async settle(server, tenant, checkpoint) {
      const id = literal(checkpoint);
      // The id of a running transaction is shown without its epoch.
      // A login ends its own sessions alone, and one of a rotation acts as the first login.
      const end = `SELECT pg_terminate_backend(pid, ${endWaitMs}) FROM pg_stat_activity
        WHERE usename = current_user
          AND backend_xid::text::bigint = ${id}::bigint % 4294967296`;
      const [row] = await withSession(openAsCustomer(server, tenant), (session) =>
        session.query(`${end}; SET ROLE NONE; ${end}; RESET ROLE;
          SELECT pg_xact_status(${id}::xid8) AS status`),
      );
      if (row?.status === "committed") return "kept";
      return row?.status === "aborted" ? "undone" : "unknown";
    },
  };
}

function scriptSession(session: PostgresSession): ScriptSession {
  return {
    isTransaction: true,
    async begin() {
      const [row] = await session.query(beginning);
      return String(row?.id);
    },
    async run(statements, onDone) {
      const { text, isOurs } = withSettings(statements);
      let done = 0;
      await session.script(text, (tag) => {
        if (!isOurs[done++]) onDone(rowsOfTag(tag));
      });
    },
    async commit() {
      // Deferred constraints are checked here, and may take as long as a statement.
      await session.query("COMMIT");
    },
    async rollback() {
      await session.query("ROLLBACK");
    },
    close: () => session.close(),
  };
}

/** The statements as one text, our settings set first and after each that may have changed them. */
function withSettings(statements: readonly ScriptStatement[]): { text: string; isOurs: boolean[] } {
  const parts: string[] = [];
  const isOurs: boolean[] = [];
  for (const { text, mayChangeSettings } of statements) {
    // A comment at the end of a statement must not swallow what follows.
    parts.push(`${text}\n;`);
    isOurs.push(false);
    if (!mayChangeSettings) continue;
    for (const setting of ourSettings) {
      parts.push(`${setting};`);
      isOurs.push(true);
    }
  }
  return { text: parts.join("\n"), isOurs };
}

import { mysqlLiteral as literal, mysqlGrantedDatabase } from "./identifiers.ts";
import type { MysqlSession, Rows } from "./mysql-session.ts";
import { growingRights, rights } from "./mysql-tenant.ts";

/**
 * Stops writes in a MySQL database: its logins own nothing there, so rights that are taken stay
 * taken, for routines and views that run as their makers too. A session keeps the rights it found
 * when it chose its database, so all that are open are ended.
 */
const endPollMs = 25;
const endPollsMax = 80;
const noSuchThread = 1094;

async function rowsOf(session: MysqlSession, statement: string): Promise<Rows> {
  const [rows = []] = await session.query(statement);
  return rows;
}

/** Every login with rights on the database, whoever gave them. */
async function granteesOf(session: MysqlSession, dbName: string) {
  const place = mysqlGrantedDatabase(dbName);
  const pattern = literal(place.slice(1, -1));
  const rows = await rowsOf(
    session,
    `SELECT user AS user, host AS host, delete_priv AS may_delete FROM mysql.db WHERE db = ${pattern}`,
  );
  return rows.map((row) => ({
    user: String(row.user),
    account: `${literal(String(row.user))}@${literal(String(row.host))}`,
    mayDelete: row.may_delete === "Y",
    place,
  }));
}

/** Has the database refuse writes of all its logins. Safe to repeat. */
export async function stopMysqlWrites(session: MysqlSession, dbName: string): Promise<void> {
  const grantees = await granteesOf(session, dbName);
  for (const { account, place } of grantees) {
    await session.query(`REVOKE ${growingRights} ON ${place}.* FROM ${account}`);
  }
  await endSessions(
    session,
    grantees.map(({ user }) => user),
  );
}

/** Gives the logins that could write their rights back. Safe to repeat. */
export async function allowMysqlWrites(session: MysqlSession, dbName: string): Promise<void> {
  for (const { account, place, mayDelete } of await granteesOf(session, dbName)) {
    // One that may not delete is a reader, and never wrote.
    if (!mayDelete) continue;
    await session.query(`GRANT ${rights} ON ${place}.* TO ${account}`);
  }
}

/** Ends the sessions that were there before; those that began since have found the rights as they are. */
async function endSessions(session: MysqlSession, users: readonly string[]): Promise<void> {
  if (users.length === 0) return;
  const [status] = await rowsOf(session, "SHOW GLOBAL STATUS LIKE 'Connections'");
  const newest = Math.trunc(Number(status?.Value));
  const names = users.map(literal).join(", ");
  for (let poll = 0; poll < endPollsMax; poll++) {
    const before = await rowsOf(
      session,
      `SELECT id AS id FROM information_schema.processlist
       WHERE id <= ${newest} AND user IN (${names})`,
    );
    if (before.length === 0) return;
    for (const { id } of before) await end(session, id);
    await new Promise((resolve) => setTimeout(resolve, endPollMs));
  }
  throw new Error("Sessions that were told to end are still there");
}

async function end(session: MysqlSession, threadId: unknown): Promise<void> {
  try {
    await session.query(`KILL CONNECTION ${Math.trunc(Number(threadId))}`);
  } catch (error) {
    const isGone = error instanceof Error && "errno" in error && error.errno === noSuchThread;
    if (!isGone) throw error;
  }
}

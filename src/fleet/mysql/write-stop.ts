import { mysqlLiteral as literal, mysqlGrantedDatabase } from "../identifiers.ts";
import { endSessions } from "./end-sessions.ts";
import type { MysqlSession } from "./session.ts";
import { growingRights, rights } from "./tenant-sql.ts";

/**
 * Stops writes in a MySQL database: its logins own nothing there, so rights that are taken stay
 * taken, for routines and views that run as their makers too. A session keeps the rights it found
 * when it chose its database, so all that are open are ended.
 */
type Grantee = { user: string; account: string; mayDelete: boolean; place: string };

/** Every login with rights on the database, whoever gave them. */
async function granteesOf(session: MysqlSession, dbName: string): Promise<Grantee[]> {
  const place = mysqlGrantedDatabase(dbName);
  const pattern = literal(place.slice(1, -1));
  const [rows = []] = await session.query(
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
  await endSessionsOf(
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
async function endSessionsOf(session: MysqlSession, users: readonly string[]): Promise<void> {
  if (users.length === 0) return;
  const [[status] = []] = await session.query("SHOW GLOBAL STATUS LIKE 'Connections'");
  const newest = Math.trunc(Number(status?.Value));
  await endSessions(
    session,
    `SELECT id AS id FROM information_schema.processlist
     WHERE id <= ${newest} AND user IN (${users.map(literal).join(", ")})`,
  );
}

import { readerName } from "../fleet.ts";
import { mysqlLiteral as literal, mysqlGrantedDatabase } from "../identifiers.ts";
import { type ReaderMaker, readerConnectionsMax, readerStatementSeconds } from "../readers.ts";
import { withSession } from "../with-session.ts";
import { adminTarget, type MysqlConnect, type MysqlSession } from "./session.ts";
import { createReaders, flavourOf, identifiedBy, readers } from "./tenant-sql.ts";

const statementTimeoutMs = 60_000;

/** Makes the reader of a MySQL or MariaDB database, as the operator. */
export function mysqlReader(connect: MysqlConnect): ReaderMaker {
  return {
    async make(server, tenant, password, stage) {
      const database = stage === "customer" ? tenant.dbName : null;
      await withSession(connect(adminTarget(server, statementTimeoutMs)), (session) =>
        makeReader(session, tenant.databaseId, password, database),
      );
    },
  };
}

async function makeReader(
  session: MysqlSession,
  databaseId: number,
  password: string,
  database: string | null,
): Promise<void> {
  const name = readerName(databaseId);
  const login = `${literal(name)}@'%'`;
  const key = Math.trunc(databaseId);
  const [[facts] = []] = await session.query(`
    SET SESSION sql_mode = 'STRICT_ALL_TABLES'; ${createReaders};
    SELECT version() AS version, EXISTS (SELECT 1 FROM ${readers} WHERE database_id = ${key})
      AS is_ours, EXISTS (SELECT 1 FROM mysql.user WHERE user = ${literal(name)}) AS stands`);
  if (Number(facts?.stands) === 1 && Number(facts?.is_ours) !== 1) {
    throw new Error(`${name} belongs to something else`);
  }
  const flavour = flavourOf(String(facts?.version));
  const credential = identifiedBy(flavour, password);
  // MySQL has no such limit of an account; the session sets its own on both.
  const time = flavour === "mariadb" ? ` MAX_STATEMENT_TIME ${readerStatementSeconds}` : "";
  const limits = `WITH MAX_USER_CONNECTIONS ${readerConnectionsMax}${time}`;
  const grants =
    database === null
      ? []
      : [`GRANT SELECT, SHOW VIEW ON ${mysqlGrantedDatabase(database)}.* TO ${login}`];
  await session.query(
    [
      `INSERT IGNORE INTO ${readers} (database_id) VALUES (${key})`,
      `CREATE USER IF NOT EXISTS ${login} ${credential} ${limits}`,
      `ALTER USER ${login} ${credential} ${limits} ACCOUNT UNLOCK`,
      ...grants,
    ].join(";\n"),
  );
}

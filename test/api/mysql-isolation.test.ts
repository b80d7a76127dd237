import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { newDatabase, newTenant } from "../support/api.ts";
import { mysqlAdmin, mysqlQuery, mysqlTest } from "../support/mysql.ts";

/** Two customers on one MySQL server. `mine` is hostile; nothing of it may reach `theirs`. */
type Database = {
  db_name: string;
  db_username: string;
  host: string;
  port: number;
  connection_string: string;
};

const hasMysql = inject("suite").mysql !== null;
let mine: Database;
let theirs: Database;
/** A session of the other customer, for whoever wants to end it. */
let theirThread: number;
let theirSession: Awaited<ReturnType<typeof createConnection>>;
const outFile = join(tmpdir(), `polypuma-hostile-${process.pid}.txt`);

beforeAll(async () => {
  if (!hasMysql) return;
  const [me, them] = await Promise.all([newTenant(), newTenant()]);
  [mine, theirs] = await Promise.all([
    newDatabase(me, { db_type: "mysql" }),
    newDatabase(them, { db_type: "mysql" }),
  ]);
  await mysqlQuery(theirs.connection_string, "CREATE TABLE secrets (text varchar(50))");
  await mysqlQuery(theirs.connection_string, "INSERT INTO secrets VALUES ('theirs alone')");
  await mysqlQuery(theirs.connection_string, "CREATE PROCEDURE reveal() SELECT text FROM secrets");
  await mysqlQuery(mine.connection_string, "CREATE TABLE own (id int, text varchar(50))");
  theirSession = await createConnection(theirs.connection_string);
  theirThread = theirSession.threadId ?? 0;
  return async () => {
    await theirSession.end();
  };
});

/** Runs statements in one session of the hostile customer; the rows of the last. */
async function asMine(...statements: string[]): Promise<unknown> {
  const connection = await createConnection(mine.connection_string);
  connection.on("error", () => {});
  try {
    let answer: unknown;
    for (const statement of statements) [answer] = await connection.query(statement);
    return answer;
  } finally {
    await connection.end();
  }
}

/** Puts the names of the test's databases into a statement. */
function filled(statement: string): string {
  return statement
    .replaceAll("THEIRS", `\`${theirs.db_name}\``)
    .replaceAll("THEIR_NAME", `'${theirs.db_name}'`)
    .replaceAll("THEIR_LOGIN", `'${theirs.db_username}'@'%'`)
    .replaceAll("THEIR_THREAD", `${theirThread}`)
    .replaceAll("MY_LOGIN", `'${mine.db_username}'@'%'`)
    .replaceAll("MINE", `\`${mine.db_name}\``)
    .replaceAll("OUT_FILE", `'${outFile}'`);
}

const refused: string[] = [
  // Another customer's data.
  "USE THEIRS",
  "SELECT * FROM THEIRS.secrets",
  "INSERT INTO THEIRS.secrets VALUES ('x')",
  "UPDATE THEIRS.secrets SET text = 'x'",
  "DELETE FROM THEIRS.secrets",
  "TRUNCATE TABLE THEIRS.secrets",
  "DROP TABLE THEIRS.secrets",
  "ALTER TABLE THEIRS.secrets ADD x int",
  "RENAME TABLE THEIRS.secrets TO MINE.secrets",
  "RENAME TABLE own TO THEIRS.own",
  "CREATE TABLE THEIRS.mine (id int)",
  "CREATE TABLE copied LIKE THEIRS.secrets",
  "CREATE TABLE copied SELECT * FROM THEIRS.secrets",
  "CREATE VIEW peek AS SELECT * FROM THEIRS.secrets",
  "CALL THEIRS.reveal()",
  "HANDLER THEIRS.secrets OPEN",
  "LOCK TABLES THEIRS.secrets WRITE",
  "SHOW TABLES FROM THEIRS",
  "SHOW CREATE DATABASE THEIRS",
  "SHOW COLUMNS FROM THEIRS.secrets",
  "SHOW CREATE TABLE THEIRS.secrets",
  "SHOW CREATE PROCEDURE THEIRS.reveal",
  "SHOW INDEX FROM THEIRS.secrets",
  "DESCRIBE THEIRS.secrets",
  "DROP DATABASE THEIRS",
  "ALTER DATABASE THEIRS CHARACTER SET latin1",
  "CREATE TRIGGER spy BEFORE INSERT ON THEIRS.secrets FOR EACH ROW SET @x = 1",
  "CREATE TABLE child (id int, FOREIGN KEY (id) REFERENCES THEIRS.secrets (text))",
  "ANALYZE TABLE THEIRS.secrets",
  "KILL THEIR_THREAD",
  "KILL QUERY THEIR_THREAD",
  // The server's own tables, and the operator's.
  "SELECT * FROM mysql.user",
  "SELECT * FROM mysql.global_priv",
  "SELECT * FROM mysql.db",
  "SELECT * FROM mysql.proc",
  "SELECT * FROM mysql.innodb_table_stats",
  "UPDATE mysql.global_priv SET Priv = '{}'",
  "SELECT * FROM polypuma.tenants",
  "DELETE FROM polypuma.tenants",
  "USE polypuma",
  "SELECT * FROM performance_schema.threads",
  "SELECT * FROM sys.processlist",
  "SELECT * FROM information_schema.innodb_sys_tables",
  "SHOW ENGINE INNODB STATUS",
  "SHOW BINARY LOGS",
  "SHOW MASTER STATUS",
  "SHOW SLAVE STATUS",
  "SHOW GRANTS FOR THEIR_LOGIN",
  "SHOW CREATE USER THEIR_LOGIN",
  // Databases of other names, `test` and wildcards among them.
  "CREATE DATABASE other",
  "CREATE DATABASE `%`",
  "CREATE DATABASE `_________________`",
  "CREATE DATABASE test",
  "CREATE DATABASE test_mine",
  "CREATE TABLE test.mine (id int)",
  // Logins and rights.
  "CREATE USER evil IDENTIFIED BY 'x'",
  "CREATE ROLE evil",
  "DROP USER THEIR_LOGIN",
  "RENAME USER THEIR_LOGIN TO evil",
  "ALTER USER THEIR_LOGIN IDENTIFIED BY 'x'",
  "SET PASSWORD FOR THEIR_LOGIN = PASSWORD('x')",
  "ALTER USER MY_LOGIN WITH MAX_USER_CONNECTIONS 1000",
  "ALTER USER MY_LOGIN ACCOUNT UNLOCK",
  "GRANT ALL ON *.* TO MY_LOGIN",
  "GRANT ALL ON THEIRS.* TO MY_LOGIN",
  "GRANT SELECT ON MINE.* TO THEIR_LOGIN",
  "GRANT PROXY ON THEIR_LOGIN TO MY_LOGIN",
  "GRANT USAGE ON *.* TO MY_LOGIN WITH MAX_USER_CONNECTIONS 1000",
  "REVOKE ALL ON THEIRS.* FROM THEIR_LOGIN",
  // Another's identity.
  "CREATE DEFINER = THEIR_LOGIN PROCEDURE borrowed() SELECT * FROM THEIRS.secrets",
  "CREATE DEFINER = 'root'@'127.0.0.1' VIEW borrowed AS SELECT * FROM own",
  "CREATE DEFINER = 'root'@'127.0.0.1' FUNCTION borrowed() RETURNS int RETURN 1",
  "CREATE DEFINER = 'root'@'127.0.0.1' TRIGGER borrowed BEFORE INSERT ON own FOR EACH ROW SET @x = 1",
  "CREATE EVENT mine ON SCHEDULE EVERY 1 SECOND DO INSERT INTO own VALUES (1, 'x')",
  "CREATE DEFINER = THEIR_LOGIN EVENT mine ON SCHEDULE EVERY 1 SECOND DO DELETE FROM secrets",
  // Files, plugins and the server itself.
  "LOAD DATA INFILE '/etc/passwd' INTO TABLE own",
  "SELECT 'x' INTO OUTFILE OUT_FILE",
  "SELECT 'x' INTO DUMPFILE OUT_FILE",
  "CREATE TABLE outside (id int) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NAME='/etc/passwd'",
  "CREATE SERVER elsewhere FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')",
  "INSTALL PLUGIN evil SONAME 'evil.so'",
  "INSTALL SONAME 'ha_connect'",
  "UNINSTALL PLUGIN federated",
  "CREATE FUNCTION evil RETURNS STRING SONAME 'evil.so'",
  "SET GLOBAL max_connections = 1",
  "SET GLOBAL local_infile = 1",
  "SET GLOBAL general_log = 1",
  "SET GLOBAL init_connect = 'DROP DATABASE x'",
  "SET GLOBAL event_scheduler = 1",
  "SET SESSION sql_log_bin = 0",
  "SET SESSION binlog_format = 'ROW'",
  "SET SESSION debug_dbug = 'd'",
  "FLUSH PRIVILEGES",
  "FLUSH TABLES WITH READ LOCK",
  "FLUSH LOGS",
  "RESET MASTER",
  "RESET QUERY CACHE",
  "SHUTDOWN",
  "CHANGE MASTER TO MASTER_HOST = '127.0.0.1'",
  "START SLAVE",
  "PURGE BINARY LOGS BEFORE NOW()",
  "BINLOG 'AAAA'",
  "CACHE INDEX THEIRS.secrets IN other",
];

/** A lack of rights, or of the thing itself; no error of syntax. */
const refusals =
  /denied|you need \(at least one of\)|not allowed|not owner|Unknown (storage engine|system variable|database)|Can't open shared library|does(n't| not) exist|DISABLED/;

describe("a hostile MySQL customer is refused", () => {
  test.skipIf(!hasMysql).each(refused)("%s", async (statement) => {
    await expect(asMine(filled(statement))).rejects.toThrow(refusals);
  });
});

/** What is answered, and tells nothing of others. */
const answeredWithNothing: string[] = [
  "SELECT 1 FROM information_schema.schemata WHERE schema_name = THEIR_NAME",
  "SELECT 1 FROM information_schema.tables WHERE table_schema = THEIR_NAME",
  "SELECT 1 FROM information_schema.columns WHERE table_schema = THEIR_NAME",
  "SELECT 1 FROM information_schema.routines WHERE routine_schema = THEIR_NAME",
  "SELECT 1 FROM information_schema.processlist WHERE user <> substring_index(current_user(), '@', 1)",
  "SELECT 1 FROM information_schema.schema_privileges WHERE table_schema = THEIR_NAME",
  "SELECT 1 FROM information_schema.user_privileges WHERE grantee NOT LIKE concat('''', substring_index(current_user(), '@', 1), '''%')",
  "SELECT 1 FROM information_schema.schemata WHERE schema_name IN ('mysql', 'polypuma', 'sys', 'test')",
  "SHOW DATABASES LIKE 'polypuma'",
  "SHOW TRIGGERS FROM MINE",
  "SELECT load_file('/etc/passwd') AS text FROM dual WHERE load_file('/etc/passwd') IS NOT NULL",
];

describe("a hostile MySQL customer learns nothing", () => {
  test.skipIf(!hasMysql).each(answeredWithNothing)("%s", async (statement) => {
    expect(await asMine(filled(statement))).toEqual([]);
  });

  mysqlTest("of the other customer's sessions", async () => {
    const rows = await asMine("SHOW FULL PROCESSLIST");
    expect(JSON.stringify(rows)).not.toContain(theirs.db_username);
  });

  mysqlTest("from a file that the server would ask this machine for", async () => {
    await expect(asMine("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE own")).rejects.toThrow();
  });

  mysqlTest("through a federated table as another login", async () => {
    const url = `mysql://root@${mine.host}:${mine.port}/mysql/user`;
    const statement = `CREATE TABLE far (User char(128)) ENGINE=FEDERATED CONNECTION='${url}'`;
    await expect(asMine(statement, "SELECT * FROM far")).rejects.toThrow();
  });
});

mysqlTest("a hostile MySQL customer ends nobody's sessions but his own", async () => {
  await asMine(filled("KILL USER THEIR_LOGIN"));
  const [alive] = await theirSession.query("SELECT 1 AS one");
  expect(alive).toEqual([{ one: 1 }]);
});

mysqlTest("a right on a name with a wildcard in it is a right on that name alone", async () => {
  const { mysqlGrantedDatabase } = await import("../../src/fleet/identifiers.ts");
  const letters = `w${process.pid}`;
  const login = `wild${process.pid}`;
  await mysqlAdmin(`CREATE DATABASE \`${letters}xdb\``);
  await mysqlAdmin(`CREATE USER '${login}'@'%' IDENTIFIED BY 'x'`);
  await mysqlAdmin(`GRANT ALL ON ${mysqlGrantedDatabase(`${letters}_db`)}.* TO '${login}'@'%'`);
  const at = `mysql://${login}:x@${mine.host}:${mine.port}`;
  await mysqlQuery(`${at}/`, `CREATE DATABASE \`${letters}_db\``);
  await expect(mysqlQuery(`${at}/${letters}xdb`, "SELECT 1")).rejects.toThrow(/denied/);
  await mysqlAdmin(`DROP USER '${login}'@'%'`);
  for (const name of [`${letters}xdb`, `${letters}_db`]) await mysqlAdmin(`DROP DATABASE ${name}`);
});

mysqlTest("after all that, the other customer and the server are as they were", async () => {
  expect(await mysqlQuery(theirs.connection_string, "SELECT * FROM secrets")).toEqual([
    { text: "theirs alone" },
  ]);
  expect(await mysqlQuery(theirs.connection_string, "SHOW TABLES")).toHaveLength(1);
  const [alive] = await theirSession.query("SELECT 1 AS one");
  expect(alive).toEqual([{ one: 1 }]);
  expect(existsSync(outFile)).toBe(false);
  expect(readdirSync(tmpdir()).filter((name) => name.includes(`hostile-${process.pid}`))).toEqual(
    [],
  );
  const logins = await mysqlAdmin(
    "SELECT user FROM mysql.user WHERE user NOT REGEXP '^(u[0-9]+b?|q[0-9]+_ro|_s[0-9]+)$' ORDER BY user",
  );
  expect(logins.map((row) => row.User ?? row.user)).toEqual(["mariadb.sys", "root"]);
  const own = await mysqlAdmin(`SHOW GRANTS FOR '${mine.db_username}'@'%'`);
  const grants = own.map((row) => String(Object.values(row)[0]));
  expect(grants).toHaveLength(2);
  expect(grants[0]).toMatch(/^GRANT USAGE ON \*\.\* TO .* WITH MAX_USER_CONNECTIONS 10$/);
  expect(grants[1]).toMatch(new RegExp(`ON \`${mine.db_name}\`\\.\\* TO `));
  expect(grants.join()).not.toMatch(/GRANT OPTION|EVENT|FILE|SUPER|PROCESS/);
});

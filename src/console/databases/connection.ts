import type { DatabaseView } from "../../polykomos/databases/view.ts";

/** How to connect to a database, in the forms that people paste. Pure. */
export type ConnectionForm = { id: string; name: string; text: string };

type Login = Pick<
  DatabaseView,
  "db_type" | "host" | "port" | "db_name" | "db_username" | "connection_string"
>;

/** In the place of a password that is not shown. */
const hiddenPassword = "***";

/** `password` null hides it. Every value is letters, digits and hyphens, so no form needs quoting. */
export function connectionForms(login: Login, password: string | null): ConnectionForm[] {
  const shown = password ?? hiddenPassword;
  // The string has the password when it is of one database, and a mask when it is of a list.
  const url = login.connection_string.replace(/:[^:@/]*@/, () => `:${shown}@`);
  const isTls = url.includes("?ssl");
  return login.db_type === "mysql"
    ? mysqlForms(login, shown, url, isTls)
    : postgresForms(login, shown, url, isTls);
}

function postgresForms(login: Login, password: string, url: string, isTls: boolean) {
  const { host, port, db_name: name, db_username: user } = login;
  return [
    { id: "url", name: "URL", text: url },
    { id: "psql", name: "psql", text: `psql "${url}"` },
    {
      id: "env",
      name: ".env",
      text: lines(
        `DATABASE_URL="${url}"`,
        `PGHOST=${host}`,
        `PGPORT=${port}`,
        `PGDATABASE=${name}`,
        `PGUSER=${user}`,
        `PGPASSWORD=${password}`,
        ...(isTls ? ["PGSSLMODE=require"] : []),
      ),
    },
    {
      id: "node",
      name: "Node",
      text: lines(
        `import pg from "pg"; // npm install pg`,
        "",
        `const client = new pg.Client({ connectionString: "${url}" });`,
        "await client.connect();",
        `console.log((await client.query("select version()")).rows);`,
        "await client.end();",
      ),
    },
    {
      id: "python",
      name: "Python",
      text: lines(
        `import psycopg  # pip install "psycopg[binary]"`,
        "",
        `with psycopg.connect("${url}") as connection:`,
        `    print(connection.execute("select version()").fetchone())`,
      ),
    },
  ];
}

function mysqlForms(login: Login, password: string, url: string, isTls: boolean) {
  const { host, port, db_name: name, db_username: user } = login;
  const options = `--host=${host} --port=${port} --user=${user} --password=${password}`;
  // The clients of MySQL (since 8.0) and of MariaDB have no option for TLS in common.
  const commands = isTls
    ? [
        { id: "mysql", name: "mysql", text: `mysql ${options} --ssl-mode=REQUIRED ${name}` },
        { id: "mariadb", name: "mariadb", text: `mariadb ${options} --ssl ${name}` },
      ]
    : [{ id: "mysql", name: "mysql", text: `mysql ${options} ${name}` }];
  return [
    { id: "url", name: "URL", text: url },
    ...commands,
    {
      id: "env",
      name: ".env",
      text: lines(
        `DATABASE_URL='${url}'`,
        `DB_HOST=${host}`,
        `DB_PORT=${port}`,
        `DB_DATABASE=${name}`,
        `DB_USERNAME=${user}`,
        `DB_PASSWORD=${password}`,
      ),
    },
    {
      id: "node",
      name: "Node",
      text: lines(
        `import mysql from "mysql2/promise"; // npm install mysql2`,
        "",
        `const connection = await mysql.createConnection('${url}');`,
        `const [rows] = await connection.query("select version()");`,
        "console.log(rows);",
        "await connection.end();",
      ),
    },
    {
      id: "python",
      name: "Python",
      text: lines(
        ...(isTls ? ["import ssl"] : []),
        "import pymysql  # pip install pymysql",
        "",
        "connection = pymysql.connect(",
        `    host="${host}", port=${port}, user="${user}",`,
        `    password="${password}", database="${name}",`,
        ...(isTls ? ["    ssl=ssl.create_default_context(),"] : []),
        ")",
        "with connection.cursor() as cursor:",
        `    cursor.execute("select version()")`,
        "    print(cursor.fetchone())",
      ),
    },
  ];
}

function lines(...each: string[]): string {
  return each.join("\n");
}

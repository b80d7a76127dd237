// `npm run sql -- [--url|--uuid] [database] [statement]`: uses a database of the demo user with nothing
// but Node. Without a name the newest database is meant, without a statement `SELECT version()`.

import { join } from "node:path";
import { DatabaseError } from "pg";
import { callAs, findListed, must, textAt } from "./call.ts";
import { withMysql, withPostgres } from "./database-session.ts";
import { type Demo, readDemo } from "./demo.ts";
import { explain, failure } from "./failure.ts";
import { parseWords } from "./parse-words.ts";

const usage = "Usage: npm run sql -- [--url|--uuid] [database] [statement]";
const demoFile = join(import.meta.dirname, "..", ".data", "demo.json");

async function main(): Promise<void> {
  const options = { url: { type: "boolean" }, uuid: { type: "boolean" } } as const;
  const { values, positionals } = parseWords({ allowPositionals: true, options }, usage);
  const [name, statement = "SELECT version()"] = positionals;
  const demo = readDemo(demoFile);
  if (demo === null) throw failure("There is no .data/demo.json yet. Run: npm start");
  const uuid = await databaseUuid(demo, name);
  if (values.uuid) {
    console.log(uuid);
    return;
  }
  const url = await connectionString(demo, uuid);
  if (values.url) console.log(url);
  else if (url.startsWith("mysql:")) await runMysqlStatement(url, statement);
  else await runStatement(url, statement);
}

async function databaseUuid(demo: Demo, name: string | undefined): Promise<string> {
  const user = callAs(demo.url, demo.polykomosKey);
  const isWanted = (database: Record<string, unknown>) =>
    name === undefined || database.name === name;
  const found = await findListed(user, "/api/v1/databases", isWanted);
  if (found === null) throw failure(`There is no database ${name ?? "yet"}. Create it first.`);
  return textAt(found, "uuid");
}

async function connectionString(demo: Demo, uuid: string): Promise<string> {
  const user = callAs(demo.url, demo.polykomosKey);
  const database = await must(user, "GET", `/api/v1/databases/${uuid}`);
  return textAt(database, "data", "connection_string");
}

async function runStatement(url: string, statement: string): Promise<void> {
  const result = await withPostgres(url, (client) => client.query(statement));
  for (const { command, rowCount, rows } of [result].flat()) {
    if (rows.length > 0) console.table(rows);
    else console.log(rowCount === null ? command : `${command} ${rowCount}`);
  }
}

async function runMysqlStatement(url: string, statement: string): Promise<void> {
  const [answer] = await withMysql(url, (connection) => connection.query(statement));
  if (Array.isArray(answer)) console.table(answer);
  else console.log(`OK, ${answer.affectedRows} rows affected`);
}

function describe(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.severity}: ${error.message}`;
  if (error instanceof Error && "sqlMessage" in error) return `ERROR: ${error.sqlMessage}`;
  return explain(error);
}

main().catch((error: unknown) => {
  console.error(describe(error));
  process.exitCode = 1;
});

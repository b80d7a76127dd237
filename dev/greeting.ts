import { randomUUID } from "node:crypto";
import type { Demo } from "./demo.ts";
import { shopNames } from "./seed-shop.ts";

type GreetingOptions = {
  demo: Demo;
  root: string;
  elapsedSeconds: number;
  colour: boolean;
  hasPsql: boolean;
  /** There is a server for MySQL databases too. */
  hasMysql: boolean;
};

const databaseName = "my-first-db";
const mysqlDatabaseName = "my-first-mysql-db";

/** The text shown when all is ready: commands that work as they stand, pasted anywhere. */
export function greeting(options: GreetingOptions): string {
  const { demo, elapsedSeconds, colour } = options;
  const bold = (text: string) => (colour ? `\u001B[1m${text}\u001B[0m` : text);
  const dim = (text: string) => (colour ? `\u001B[2m${text}\u001B[0m` : text);
  const sections = [...polykomosCommands(options), ...pumaCommands(demo)];
  return [
    "",
    `${bold("polypuma")} is ready after ${elapsedSeconds.toFixed(1)} s on ${bold(demo.url)}`,
    ...sections.flatMap(([title, command]) => ["", dim(`# ${title}`), command]),
    "",
    dim("The keys are in .data/demo.json. Ctrl-C stops everything."),
    "",
  ].join("\n");
}

function polykomosCommands({ demo, root, hasPsql, hasMysql }: GreetingOptions): [string, string][] {
  const authorization = `-H 'Authorization: Bearer ${demo.polykomosKey}'`;
  const json = "-H 'Content-Type: application/json'";
  const sql = `npm --prefix ${shellWord(root)} run -s sql --`;
  const create = (body: string) =>
    `curl -s -X POST '${demo.url}/api/v1/databases?wait=true' ${authorization} -H 'Idempotency-Key: ${randomUUID()}' ${json} -d '${body}'`;
  const mysql: [string, string][] = [
    ["Create a MySQL database", create(`{"name":"${mysqlDatabaseName}","db_type":"mysql"}`)],
    ["Use it", `${sql} ${mysqlDatabaseName} 'SELECT version()'`],
  ];
  return [
    ["Who am I?", `curl -s ${demo.url}/api/v1/me ${authorization}`],
    ["Create a PostgreSQL database", create(`{"name":"${databaseName}"}`)],
    hasPsql
      ? ["Use it", `psql "$(${sql} --url ${databaseName})"`]
      : ["Use it (there is no psql here)", `${sql} ${databaseName} 'SELECT version()'`],
    ...(hasMysql ? mysql : []),
    [
      "Ask the shop a question",
      `curl -s ${demo.url}/api/v1/query_executions ${authorization} ${json} -d "{\\"database_uuid\\":\\"$(${sql} --uuid ${shopNames.postgres})\\",\\"query\\":\\"How many customers are there in each city?\\"}"`,
    ],
  ];
}

function pumaCommands({ url, pumaKey }: Demo): [string, string][] {
  if (pumaKey === null) return [];
  const authorization = `-H 'Authorization: Bearer ${pumaKey}'`;
  const json = "-H 'Content-Type: application/json'";
  return [
    [
      "Remember something",
      `curl -s -X POST ${url}/v1/notes ${authorization} ${json} -d '{"text":"hello","done":false}'`,
    ],
    [
      "Recall it",
      `curl -s -G ${url}/v1/notes ${authorization} --data-urlencode 'filter={"done":false}'`,
    ],
    ["List the tables", `curl -s ${url}/v1/_tables ${authorization}`],
  ];
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

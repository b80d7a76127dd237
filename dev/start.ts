// `npm start`: everything a developer needs, brought up in order and taken down in reverse. What
// fails gives one line that says what to do; whatever ends this process ends all it has started.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { readDemo, seed, writeDemo } from "./demo.ts";
import { explain, failure } from "./failure.ts";
import { greeting } from "./greeting.ts";
import { type Health, untilHealthz } from "./healthz.ts";
import { type RunningMariadb, startMariadbIfThere } from "./mariadb.ts";
import { createDatabase, migrate } from "./migrate.ts";
import { type NeonEndpoint, startNeonEndpoint } from "./neon-endpoint.ts";
import { isOnPath } from "./on-path.ts";
import { isPortFree, loopback } from "./ports.ts";
import { type RunningPostgres, startPostgres } from "./postgres.ts";
import { startSchedule } from "./schedule.ts";
import { loadSecrets } from "./secrets.ts";
import { seedShops } from "./seed-shop.ts";
import { newShutdown } from "./shutdown.ts";
import { readArguments, type StartArguments } from "./start-arguments.ts";
import { type RunningWorker, startWorker } from "./worker.ts";
import { writeVariables } from "./worker-variables.ts";

const storeDatabase = "polypuma";
const healthTimes = { withinMs: 120_000, everyMs: 50 };
// One Ctrl-C can arrive twice: from the terminal, and passed on by npm.
const secondSignalAfterMs = 800;

const root = join(import.meta.dirname, "..");
const shutdown = newShutdown();

async function main(): Promise<void> {
  const arguments_ = readArguments(process.argv.slice(2), process.env.PORT);
  const url = `http://${loopback}:${arguments_.port}`;
  const data = await openDataFolder(root, arguments_.fresh);
  if (!(await isPortFree(arguments_.port))) {
    throw failure(
      `Port ${arguments_.port} is taken. Stop the program that has it, or choose another: PORT=${arguments_.port + 1} npm start`,
    );
  }
  const mariadb = startMariadb(data);
  const postgres = await shutdown.own(startPostgres({ folder: data.postgres }));
  const storeUrl = postgres.url(storeDatabase);
  await createDatabase(postgres.url("postgres"), storeDatabase);
  await migrate(storeUrl);
  const endpoint = await shutdown.own(startNeonEndpoint({ storeUrl, servers: [postgres] }));

  const adminToken = prepareVariables(arguments_, data, url, storeUrl, endpoint);
  const worker = launchWorker(arguments_, data);
  await shutdown.own(worker);
  stopWhenOneEnds(postgres, worker);
  await untilHealthz(url, isAnswering, healthTimes);
  const mysql = await mariadb;
  mysql?.ended.then((reason) => endWith(endedLine("MariaDB", reason)));
  const demo = await seed(data.demo, url, adminToken, { postgres, mysql });
  await shutdown.own({ stop: startSchedule(url, adminToken) });
  await untilHealthz(url, isReady, healthTimes);
  await seedShops(demo, mysql === null ? ["postgres"] : ["postgres", "mysql"]);
  const elapsedSeconds = performance.now() / 1_000;
  const colour = process.stdout.isTTY;
  const hasPsql = isOnPath("psql");
  const hasMysql = mysql !== null;
  console.log(greeting({ demo, root, elapsedSeconds, colour, hasPsql, hasMysql }));
}

/** Comes up beside the rest. Its failure is told where it is waited for, and must not end us before. */
function startMariadb(data: DataFolder): Promise<RunningMariadb | null> {
  const say = (line: string) => console.error(line);
  const mariadb = startMariadbIfThere({ folder: data.mariadb }, say);
  shutdown
    .own(mariadb.then((server) => server ?? { stop: () => undefined }))
    .catch(() => undefined);
  return mariadb;
}

/** Writes what the Worker is told and gives the operator's token; `.dev.vars` stands between. */
function prepareVariables(
  { variables }: StartArguments,
  data: DataFolder,
  url: string,
  storeUrl: string,
  endpoint: NeonEndpoint,
): string {
  const secrets = loadSecrets(data.secrets);
  const adminToken = variables.ADMIN_TOKEN ?? secrets.ADMIN_TOKEN;
  writeVariables(data.defaultVariables, {
    WEBHOOK_ALLOW_LOOPBACK: "true",
    MAIL_TRANSPORT: "log",
    DEV_MODE: "true",
  });
  writeVariables(data.ourVariables, {
    ...secrets,
    STORE_URL: storeUrl,
    NEON_ENDPOINT: endpoint.url,
    PUBLIC_URL: url,
    ...variables,
  });
  const demo = readDemo(data.demo);
  if (demo !== null) writeDemo(data.demo, { ...demo, url, adminToken });
  return adminToken;
}

function launchWorker({ port }: StartArguments, data: DataFolder): RunningWorker {
  const own = join(root, ".dev.vars");
  return startWorker({
    root,
    port,
    stateFolder: data.worker,
    variableFiles: [data.defaultVariables, ...(existsSync(own) ? [own] : []), data.ourVariables],
    colour: process.stderr.isTTY,
    onLine: (line) => console.error(line),
  });
}

function stopWhenOneEnds(postgres: RunningPostgres, worker: RunningWorker): void {
  worker.ended.then(() => endWith(endedLine("The Worker", "")));
  postgres.ended.then((reason) => endWith(endedLine("PostgreSQL", reason)));
}

function endedLine(what: string, reason: string): string {
  const why = reason === "" ? "" : ` (${reason})`;
  return `${what} ended by itself${why}. Everything is stopped; start again: npm start`;
}

function isAnswering(): boolean {
  return true;
}

function isReady({ status }: Health): boolean {
  return status === 200;
}

async function endWith(line: string): Promise<void> {
  // Once the end has begun, everything that still runs into a wall does so because of it.
  if (shutdown.begun) return;
  console.error(line);
  await shutdown.run();
  process.exit(1);
}

let firstSignalMs: number | null = null;

async function endOnSignal(): Promise<void> {
  firstSignalMs ??= performance.now();
  if (performance.now() - firstSignalMs > secondSignalAfterMs) process.exit(1);
  if (shutdown.begun) return;
  await shutdown.run();
  process.exit(0);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, endOnSignal);
// A closed terminal must not keep the end from being orderly.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
main().catch((error: unknown) => endWith(explain(error)));

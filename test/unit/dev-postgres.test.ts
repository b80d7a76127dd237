import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import { loopback } from "../../dev/ports.ts";
import { type RunningPostgres, startPostgres } from "../../dev/postgres.ts";
import { isAlive } from "../../dev/processes.ts";
import { removeHome } from "../../dev/server-home.ts";
import { serverFolder } from "../support/server-folder.ts";

const base = serverFolder("polypuma-dev-postgres-");
const folders: string[] = [];
let made = 0;

function newFolder(): string {
  made += 1;
  const folder = join(base, String(made));
  folders.push(folder);
  return folder;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows[0] ?? [];
  } finally {
    await client.end();
  }
}

function start(folder: string): Promise<RunningPostgres> {
  return startPostgres({ folder, fast: true });
}

afterAll(async () => {
  for (const folder of folders) await removeHome(folder);
  rmSync(base, { recursive: true, force: true });
});

test("starts empty, keeps data, password and port, and leaves no process", async () => {
  const folder = newFolder();
  const first = await start(folder);
  expect(await ask(first.url("postgres"), "SHOW server_version_num")).toEqual([
    expect.stringMatching(/^18/),
  ]);
  await ask(first.url("postgres"), "CREATE DATABASE kept");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start(folder);
  expect([second.port, second.password]).toEqual([first.port, first.password]);
  expect(await ask(second.url("kept"), "SELECT current_database()")).toEqual(["kept"]);
  await second.stop();
});

test("asks for the password and stands on loopback only", async () => {
  const server = await start(newFolder());
  const wrong = server.url("postgres").replace(server.password, "wrong");
  await expect(ask(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  expect(await ask(server.url("postgres"), "SHOW listen_addresses")).toEqual([loopback]);
  expect(await ask(server.url("postgres"), "SHOW unix_socket_directories")).toEqual([""]);
  await server.stop();
});

test("takes another port when its own is taken, and its own settings when given", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await first.stop();
  const squatter = createServer().listen(first.port, loopback);
  await once(squatter, "listening");
  const second = await startPostgres({ folder, fast: true, settings: { max_connections: "40" } });
  expect(second.port).not.toBe(first.port);
  expect(await ask(second.url("postgres"), "SHOW max_connections")).toEqual(["40"]);
  await second.stop();
  squatter.close();
});

test("refuses a second start in the same folder while the first one runs", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await expect(start(folder)).rejects.toThrow(`Process ${process.pid} already runs PostgreSQL`);
  await first.stop();
});

test("starts again after its launcher was killed and the server lived on", async () => {
  const folder = newFolder();
  const script = `
    const { startPostgres } = await import(${JSON.stringify(resolve("dev/postgres.ts"))});
    const server = await startPostgres({ folder: ${JSON.stringify(folder)}, fast: true });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const launcher = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [output] = await once(launcher.stdout, "data");
  const orphan = Number(output);
  launcher.kill("SIGKILL");
  await once(launcher, "exit");
  expect(isAlive(orphan)).toBe(true);

  const server = await start(folder);
  expect(isAlive(orphan)).toBe(false);
  expect(await ask(server.url("postgres"), "SELECT 1")).toEqual([1]);
  await server.stop();
});

test("starts again after the server itself was killed", async () => {
  const folder = newFolder();
  const first = await start(folder);
  process.kill(first.pid, "SIGKILL");
  await first.ended;
  await first.stop();
  const second = await start(folder);
  expect(await ask(second.url("postgres"), "SELECT 1")).toEqual([1]);
  await second.stop();
});

test("clears an id file whose process id now belongs to another program", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await first.stop();
  const idFile = join(folder, "cluster", "postmaster.pid");
  writeFileSync(idFile, `${process.pid}\n`);
  const second = await start(folder);
  await second.stop();
  expect(existsSync(idFile)).toBe(false);
});

test("does not take the data of a start that was killed while it made them", async () => {
  const folder = newFolder();
  mkdirSync(join(folder, "cluster.partial-1", "base"), { recursive: true });
  const server = await start(folder);
  expect(existsSync(join(folder, "cluster.partial-1"))).toBe(false);
  await server.stop();
});

test.each([
  ["PG_VERSION is gone", (cluster: string) => rmSync(join(cluster, "PG_VERSION"))],
  ["PG_VERSION is not", (cluster: string) => writeFileSync(join(cluster, "PG_VERSION"), "\0\0")],
  ["pg_control is cut", (cluster: string) => truncateSync(join(cluster, "global/pg_control"), 100)],
  [
    "pg_control is nonsense",
    (cluster: string) => writeFileSync(join(cluster, "global/pg_control"), Buffer.alloc(8192, 7)),
  ],
])("says in one line what to do when %s", async (_, damage) => {
  const folder = newFolder();
  const server = await start(folder);
  await server.stop();
  damage(join(folder, "cluster"));
  const error = await start(folder).catch((caught: Error) => caught);
  expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]*npm start -- --fresh$/) });
});

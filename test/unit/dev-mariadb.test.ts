import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, expect, inject, test } from "vitest";
import { type RunningMariadb, startMariadb } from "../../dev/mariadb.ts";
import { findMariadb } from "../../dev/mariadb-programs.ts";
import { loopback } from "../../dev/ports.ts";
import { isAlive } from "../../dev/processes.ts";
import { removeHome } from "../../dev/server-home.ts";
import { serverFolder } from "../support/server-folder.ts";

const base = serverFolder("polypuma-dev-mariadb-");
const folders: string[] = [];
let made = 0;

// The run has looked for one before, and said so when there is none.
const found = inject("suite").mysql ? await findMariadb() : null;
const programs = found && "programs" in found ? found.programs : { server: "", scripts: null };
const testWithServer = test.skipIf(programs.server === "");

function newFolder(): string {
  made += 1;
  const folder = join(base, String(made));
  folders.push(folder);
  return folder;
}

async function ask(server: RunningMariadb, sql: string): Promise<unknown> {
  const { host, port, user, password } = server;
  const connection = await createConnection({ host, port, user, password, rowsAsArray: true });
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

function start(folder: string): Promise<RunningMariadb> {
  return startMariadb({ folder, programs, fast: true });
}

afterAll(async () => {
  for (const folder of folders) await removeHome(folder);
  rmSync(base, { recursive: true, force: true });
});

testWithServer("starts empty, keeps data, password and port, and leaves no process", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await ask(first, "CREATE DATABASE kept");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(statSync(join(folder, "settings.json")).mode & 0o777).toBe(0o600);

  const second = await start(folder);
  expect([second.port, second.password]).toEqual([first.port, first.password]);
  expect(await ask(second, "SHOW DATABASES LIKE 'kept'")).toEqual([["kept"]]);
  await second.stop();
});

testWithServer("asks for the password, stands on loopback only, and has one login", async () => {
  const server = await start(newFolder());
  const wrong = ask({ ...server, password: "wrong" }, "SELECT 1");
  await expect(wrong).rejects.toMatchObject({ errno: 1045 });
  expect(await ask(server, "SELECT @@bind_address, @@socket, @@local_infile")).toEqual([
    [loopback, "", 0],
  ]);
  expect(await ask(server, "SELECT user, host FROM mysql.user ORDER BY user")).toEqual([
    ["mariadb.sys", "localhost"],
    ["root", "127.0.0.1"],
  ]);
  const sys = createConnection({ host: loopback, port: server.port, user: "mariadb.sys" });
  await expect(sys).rejects.toMatchObject({ errno: 1045 });
  expect(await ask(server, "SHOW DATABASES LIKE 'test'")).toEqual([]);
  await server.stop();
});

testWithServer(
  "takes another port when its own is taken, and its own settings when given",
  async () => {
    const folder = newFolder();
    const first = await start(folder);
    await first.stop();
    const squatter = createServer().listen(first.port, loopback);
    await once(squatter, "listening");
    const flags = ["--max-connections=40"];
    const second = await startMariadb({ folder, programs, fast: true, flags });
    expect(second.port).not.toBe(first.port);
    expect(await ask(second, "SELECT @@max_connections")).toEqual([[40]]);
    await second.stop();
    squatter.close();
  },
);

testWithServer("refuses a second start in the same folder while the first one runs", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await expect(start(folder)).rejects.toThrow(`Process ${process.pid} already runs MariaDB`);
  await first.stop();
});

testWithServer("starts again after its launcher was killed and the server lived on", async () => {
  const folder = newFolder();
  const script = `
      const { startMariadb } = await import(${JSON.stringify(resolve("dev/mariadb.ts"))});
      const programs = ${JSON.stringify(programs)};
      const server = await startMariadb({ folder: ${JSON.stringify(folder)}, programs, fast: true });
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
  expect(await ask(server, "SELECT 1")).toEqual([[1]]);
  await server.stop();
});

testWithServer("starts again after the server itself was killed", async () => {
  const folder = newFolder();
  const first = await start(folder);
  process.kill(first.pid, "SIGKILL");
  await first.ended;
  await first.stop();
  const second = await start(folder);
  expect(await ask(second, "SELECT 1")).toEqual([[1]]);
  await second.stop();
});

testWithServer("does not end a program that has the process id of an earlier server", async () => {
  const folder = newFolder();
  const first = await start(folder);
  await first.stop();
  writeFileSync(join(folder, "cluster", "server.pid"), `${process.pid}\n`);
  const second = await start(folder);
  await second.stop();
});

testWithServer("does not take the data of a start that was killed while it made them", async () => {
  const folder = newFolder();
  mkdirSync(join(folder, "cluster.partial-1", "mysql"), { recursive: true });
  const server = await start(folder);
  expect(existsSync(join(folder, "cluster.partial-1"))).toBe(false);
  await server.stop();
});

testWithServer(
  "removes its home, with a server left running there, also where only a link to it stands",
  async () => {
    const closed = join(base, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const folder = join(closed, "data");
    const server = await start(folder);
    // Only root starts it as another user, who cannot enter a folder closed like this one.
    expect(lstatSync(folder).isSymbolicLink()).toBe(process.geteuid?.() === 0);
    await removeHome(folder);
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await server.stop();
  },
);

test.skipIf(programs.server === "" || process.geteuid?.() !== 0)(
  "ends a server left running in a home whose link somebody has deleted",
  async () => {
    const closed = join(base, "closed too");
    mkdirSync(closed, { mode: 0o700 });
    const folder = join(closed, "data");
    folders.push(folder);
    const first = await start(folder);
    rmSync(folder);
    const second = await start(folder);
    expect(isAlive(first.pid)).toBe(false);
    await second.stop();
    await first.stop();
  },
);

testWithServer.each([
  ["ibdata1 is missing", (data: string) => rmSync(join(data, "ibdata1"))],
  ["ibdata1 is cut", (data: string) => truncateSync(join(data, "ibdata1"), 100)],
  [
    "the folder mysql is missing",
    (data: string) => rmSync(join(data, "mysql"), { recursive: true }),
  ],
  [
    "a table of logins is nonsense",
    (data: string) => writeFileSync(join(data, "mysql/global_priv.MAI"), Buffer.alloc(8192, 7)),
  ],
  [
    "ibdata1 is nonsense",
    (data: string) => writeFileSync(join(data, "ibdata1"), Buffer.alloc(12 * 1024 * 1024, 7)),
  ],
])("says in one line what to do when %s", async (_, damage) => {
  const folder = newFolder();
  const server = await start(folder);
  await server.stop();
  damage(join(folder, "cluster"));
  const error = await start(folder).catch((caught: Error) => caught);
  expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]*npm start -- --fresh$/) });
});

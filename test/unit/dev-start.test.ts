import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test, vi } from "vitest";
import { readDemo, seed, writeDemo } from "../../dev/demo.ts";
import { greeting } from "../../dev/greeting.ts";
import { untilHealthz } from "../../dev/healthz.ts";
import { takeLock } from "../../dev/lock.ts";
import { loadSecrets } from "../../dev/secrets.ts";
import { newShutdown } from "../../dev/shutdown.ts";
import { readArguments } from "../../dev/start-arguments.ts";
import { writeVariables } from "../../dev/worker-variables.ts";

const folder = mkdtempSync(join(tmpdir(), `polypuma-dev-start-${process.pid}-`));
const demo = {
  url: "http://127.0.0.1:8787",
  adminToken: "admin",
  polykomosKey: "pk_live_a_b",
  pumaKey: null,
};

afterAll(() => rmSync(folder, { recursive: true }));

async function withServer(answer: RequestListener, use: (origin: string) => Promise<void>) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("understands --fresh, several --var and PORT", () => {
  const words = ["--fresh", "--var", "POOL_TARGET:1", "--var=PUBLIC_URL:http://a:1"];
  expect(readArguments(words, "9000")).toEqual({
    port: 9000,
    fresh: true,
    variables: { POOL_TARGET: "1", PUBLIC_URL: "http://a:1" },
  });
  expect(readArguments([], undefined)).toEqual({ port: 8787, fresh: false, variables: {} });
});

test.each([
  [["--frsh"], undefined, "Unknown option '--frsh'"],
  [["fresh"], undefined, "Unexpected argument 'fresh'"],
  [["--var", "POOL_TARGET"], undefined, "--var needs NAME:VALUE"],
  [["--var"], undefined, "argument missing"],
  [[], "0", "PORT must be a number"],
  [[], "65536", "PORT must be a number"],
  [[], "8e3", "PORT must be a number"],
])("answers %j with PORT=%s in one line that shows the usage", (words, port, reason) => {
  expect(() => readArguments(words, port)).toThrow(reason);
  expect(() => readArguments(words, port)).toThrow(/^[^\n]+Usage: [^\n]+$/);
});

test("keeps secrets between starts where only their owner can read them", () => {
  const path = join(folder, "secrets.json");
  const first = loadSecrets(path);
  expect(first.SEALING_KEYS).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
  expect(loadSecrets(path)).toEqual(first);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "half a fi");
  expect(() => loadSecrets(path)).toThrow(/npm start -- --fresh$/);
});

test("writes variables so that quotes and dollar signs survive", () => {
  const path = join(folder, "worker.env");
  writeVariables(path, { PLAIN: "a=b#c", MONEY: "$5 and $HOME", QUOTED: `it's "so"` });
  expect(readFileSync(path, "utf8")).toBe(
    `PLAIN='a=b#c'\nMONEY='\\$5 and \\$HOME'\nQUOTED=\`it's "so"\`\n`,
  );
  expect(() => writeVariables(path, { BOTH: "'`" })).toThrow("BOTH");
});

test("gives the demo file the documented fields, and takes back only a whole one", () => {
  const path = join(folder, "demo.json");
  writeDemo(path, demo);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    url: "http://127.0.0.1:8787",
    admin_token: "admin",
    polykomos_key: "pk_live_a_b",
    puma_key: null,
  });
  expect(readDemo(path)).toEqual(demo);
  writeFileSync(path, '{"url":"http://127.0.0.1:8787"}');
  expect(readDemo(path)).toBeNull();
  expect(readDemo(join(folder, "absent.json"))).toBeNull();
});

test("makes a demo user without a pumaDB key when sign-in links are mailed", async () => {
  const answers: Record<string, object> = {
    "GET /admin/v1/users": { data: [{ id: 1, email: "demo@example.com" }], has_more: false },
    "POST /admin/v1/users/1/keys": { api_key: "pk_live_a_b" },
    "POST /auth/magic-link": { ok: true },
    "GET /admin/v1/servers": { data: [{ id: 1, name: "local-postgres", port: 1 }] },
    "POST /admin/v1/servers/1/activate": {},
  };
  await withServer(
    ({ method, url }, response) => {
      const answer = answers[`${method} ${url}`];
      response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
    },
    async (url) => {
      const path = join(folder, "mailed.json");
      const postgres = { host: "127.0.0.1", port: 1, user: "a", password: "b" };
      const made = await seed(path, url, "admin", { postgres, mysql: null });
      expect(made).toEqual({
        url,
        adminToken: "admin",
        polykomosKey: "pk_live_a_b",
        pumaKey: null,
      });
      expect(readDemo(path)).toEqual(made);
    },
  );
});

test("waits for the Worker as long as it may, however long the start took before", async () => {
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + 600_000);
  let asked = 0;
  await withServer(
    (_, response) => {
      asked += 1;
      response.writeHead(asked > 2 ? 200 : 503).end(`asked ${asked} times`);
    },
    async (origin) => {
      const isReady = ({ status }: { status: number }) => status === 200;
      const times = { withinMs: 5_000, everyMs: 1 };
      expect(await untilHealthz(origin, isReady, times)).toMatchObject({ text: "asked 3 times" });
      const late = untilHealthz(origin, () => false, { withinMs: 50, everyMs: 1 });
      await expect(late).rejects.toThrow(/not ready after 0.05 s: 200 asked \d+ times$/);
    },
  );
  clock.mockRestore();
});

test.each([
  ["admin.ts", ["users", "list", "--nmae", "a"], "Unknown option '--nmae'. "],
  ["sql.ts", ["--ulr"], "Unknown option '--ulr'. "],
  ["store.ts", ["migrate"], "connect ECONNREFUSED 127.0.0.1:1"],
])("answers %s %j in one line", (program, words, reason) => {
  const path = join(import.meta.dirname, "../../dev", program);
  // Nobody listens there.
  const env = { ...process.env, STORE_URL: "postgresql://a:b@127.0.0.1:1/c" };
  const { stderr, status } = spawnSync(process.execPath, [path, ...words], {
    encoding: "utf8",
    env,
  });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toContain(reason);
  expect(status).toBe(1);
});

test("gives a lock to one process at a time, and to the next one after a kill", () => {
  const path = join(folder, "lock");
  const first = takeLock(path);
  expect(takeLock(path)).toEqual({ taken: false, pid: process.pid });
  if (first.taken) first.release();
  expect(existsSync(path)).toBe(false);

  const dead = spawnSync("true").pid;
  writeFileSync(path, JSON.stringify({ pid: dead, identity: `${dead} 1` }));
  expect(takeLock(path).taken).toBe(true);
  // The same process id, but not the process that took the lock.
  writeFileSync(path, JSON.stringify({ pid: process.pid, identity: `${process.pid} 1` }));
  expect(takeLock(path).taken).toBe(true);
  writeFileSync(path, "half a li");
  expect(takeLock(path).taken).toBe(true);
});

test("gives the lock of a killed process to one of those that come at the same moment", async () => {
  const locks = Array.from({ length: 40 }, (_, index) => join(folder, `contended-${index}`));
  const dead = JSON.stringify({ pid: spawnSync("true").pid, identity: "none" });
  for (const path of locks) writeFileSync(path, dead);
  // Each goes for a lock at the same time as the others, and lives until all have.
  const script = `
    const { createInterface } = await import("node:readline");
    const { takeLock } = await import(${JSON.stringify(resolve("dev/lock.ts"))});
    const lines = createInterface({ input: process.stdin });
    lines.once("line", (beginAtMs) => {
      const taken = ${JSON.stringify(locks)}.filter((path, index) => {
        while (Date.now() < Number(beginAtMs) + index * 10);
        return takeLock(path).taken;
      });
      console.log(JSON.stringify(taken));
    });
    console.log("ready");`;
  const starters = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, nextLine: async () => String((await lines.next()).value) };
  });
  const nextLines = () => Promise.all(starters.map(({ nextLine }) => nextLine()));
  expect(await nextLines()).toEqual(starters.map(() => "ready"));
  const beginAtMs = Date.now() + 100;
  for (const { child } of starters) child.stdin.write(`${beginAtMs}\n`);
  const outputs = await nextLines();
  for (const { child } of starters) child.stdin.end();
  expect(outputs.flatMap((output) => JSON.parse(output)).sort()).toEqual(locks.toSorted());
});

test("ends what was started in reverse order, also what was still starting", async () => {
  const ended: string[] = [];
  const shutdown = newShutdown();
  const thing = (name: string) => ({ stop: () => void ended.push(name) });
  await shutdown.own(thing("first"));
  let start = (_: ReturnType<typeof thing>) => {};
  const starting = new Promise<ReturnType<typeof thing>>((resolve) => {
    start = resolve;
  });
  shutdown.own(starting);
  shutdown.own(Promise.reject(new Error("never started"))).catch(() => undefined);
  const done = shutdown.run();
  expect(shutdown.begun).toBe(true);
  start(thing("second"));
  await Promise.all([done, shutdown.run()]);
  expect(ended).toEqual(["second", "first"]);
});

test("greets with commands that can be pasted from any folder, and with psql only where it is", () => {
  const options = { demo, root: "/home/me/my clone", elapsedSeconds: 3.14, colour: false };
  const text = greeting({ ...options, hasPsql: true, hasMysql: false });
  expect(text).toContain("is ready after 3.1 s on http://127.0.0.1:8787");
  expect(text).toContain(
    `psql "$(npm --prefix '/home/me/my clone' run -s sql -- --url my-first-db)"`,
  );
  expect(text).not.toContain("/v1/notes");
  expect(text).not.toContain("mysql");
  const withPuma = greeting({
    ...options,
    demo: { ...demo, pumaKey: "puma" },
    hasPsql: false,
    hasMysql: true,
  });
  expect(withPuma).toContain("run -s sql -- my-first-db 'SELECT version()'");
  expect(withPuma).toContain('{"name":"my-first-mysql-db","db_type":"mysql"}');
  expect(withPuma).toContain("/v1/notes -H 'Authorization: Bearer puma'");
});

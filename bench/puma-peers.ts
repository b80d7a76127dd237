import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "../dev/migrate.ts";
import { freePort } from "../dev/ports.ts";
import { startPostgres } from "../dev/postgres.ts";
import { startPumaWorker } from "../test/support/puma-worker.ts";
import { serverFolder } from "../test/support/server-folder.ts";
import { noteRow, raisedLimits, signIn } from "./puma-account.ts";
import { type Call, type Client, load, openClient, type Run } from "./puma-load.ts";
import { median, rangeOf } from "./rows.ts";

/**
 * The same load on pumaDB, parse-server on PostgreSQL and @triplit/server on lmdb, side by side in
 * interleaved rounds. Each holds 1,000 rows in the table that is queried and takes adds in another. The
 * peers are installed from bench/peers into a folder of the system's temporary files.
 */
type PeerRow = { name: string; load: string; perSecond: string; p95Ms: string };

const concurrency = 8;
const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const queriesPerRound = 400;
const addsPerRound = 300;

type Side = {
  name: string;
  client: Client;
  add: (table: string, index: number) => Call;
  query: (table: string) => Call;
  /** How many rows an answer to the query holds. */
  rowsIn: (body: string) => number;
  stop(): Promise<void>;
};

/** The folder with the peers, installed if it is not yet. */
function installPeers(): string {
  const source = join(import.meta.dirname, "peers");
  const lock = readFileSync(join(source, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `polypuma-bench-peers-${digest}`);
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  if (!existsSync(join(folder, "node_modules", ".package-lock.json"))) {
    // Not `ci`, which refuses where a registry lacks an optional build for another platform.
    execFileSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
  }
  return folder;
}

async function startPeer(folder: string, script: string, words: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(folder, script), ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  await new Promise<void>((ready, failed) => {
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk;
      if (output.includes("ready")) ready();
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.once("exit", () => failed(new Error(`${script} ended: ${output}`)));
  });
  return child;
}

async function startPuma(): Promise<Side> {
  // Workerd itself: the peers have no development proxy in front of them either.
  const worker = await startPumaWorker({ vars: raisedLimits });
  const client = openClient(worker.url, concurrency);
  const token = await signIn(worker.url, client);
  return {
    name: "pumaDB",
    client,
    add: (table, index) => ({ method: "POST", path: `/v1/${table}`, token, body: noteRow(index) }),
    query: (table) => ({ method: "GET", path: `/v1/${table}?limit=25`, token }),
    rowsIn: (body) => JSON.parse(body).rows.length,
    stop: () => worker.stop(),
  };
}

async function startParse(folder: string, databaseUrl: string): Promise<Side> {
  const port = await freePort();
  const child = await startPeer(folder, "parse.mjs", [String(port), databaseUrl]);
  const client = openClient(`http://127.0.0.1:${port}`, concurrency, {
    "x-parse-application-id": "bench",
    "x-parse-rest-api-key": "bench-rest",
  });
  return {
    name: "parse-server on PostgreSQL",
    client,
    add: (table, index) => ({
      method: "POST",
      path: `/parse/classes/${table}`,
      body: noteRow(index),
    }),
    query: (table) => ({
      method: "GET",
      path: `/parse/classes/${table}?limit=25&order=-createdAt`,
    }),
    rowsIn: (body) => JSON.parse(body).results.length,
    stop: async () => void child.kill(),
  };
}

function triplitToken(secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { "x-triplit-token-type": "secret", "x-triplit-project-id": "bench" };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

async function startTriplit(folder: string, data: string): Promise<Side> {
  const port = await freePort();
  const secret = "bench-secret-bench-secret-bench-secret";
  const child = await startPeer(folder, "triplit.mjs", [String(port), data, secret]);
  const client = openClient(`http://127.0.0.1:${port}`, concurrency);
  const token = triplitToken(secret);
  const post = (path: string, body: object): Call => ({
    method: "POST",
    path,
    token,
    body: JSON.stringify(body),
  });
  return {
    name: "@triplit/server on lmdb",
    client,
    // Triplit has no arrays without a schema; the tags go as text.
    add: (table, index) =>
      post("/insert", {
        collectionName: table,
        entity: { ...JSON.parse(noteRow(index)), tags: "alpha,beta", createdAt: Date.now() },
      }),
    query: (table) =>
      post("/fetch", {
        query: { collectionName: table, order: [["createdAt", "DESC"]], limit: 25 },
      }),
    rowsIn: (body) => JSON.parse(body).length,
    stop: async () => void child.kill(),
  };
}

/** `median (least–most)`. */
function spread(values: readonly number[], digits = 0): string {
  const [least, most] = rangeOf(values);
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

async function comparePeers(): Promise<PeerRow[]> {
  const peers = installPeers();
  const data = serverFolder("polypuma-bench-");
  const postgres = await startPostgres({ folder: join(data, "postgres") });
  const sides: Side[] = [];
  try {
    await createDatabase(postgres.url("postgres"), "parse");
    sides.push(await startPuma());
    sides.push(await startParse(peers, postgres.url("parse")));
    sides.push(await startTriplit(peers, join(data, "lmdb")));
    for (const side of sides) {
      await load(side.client, 1_000, 1, (index) => side.add("Full", index));
      await load(side.client, 200, concurrency, (index) => side.add("Adds", index));
      await load(side.client, 200, concurrency, () => side.query("Full"));
      const { body } = await side.client.send(side.query("Full"));
      if (side.rowsIn(body) !== 25) throw new Error(`${side.name}: ${body.slice(0, 500)}`);
    }
    const runs = sides.map(() => ({ add: [] as Run[], query: [] as Run[] }));
    for (let round = 0; round < rounds; round++) {
      for (const [index, side] of sides.entries()) {
        const adds = await load(side.client, addsPerRound, concurrency, (at) =>
          side.add("Adds", at),
        );
        runs[index]?.add.push(adds);
        const queries = await load(side.client, queriesPerRound, concurrency, () =>
          side.query("Full"),
        );
        runs[index]?.query.push(queries);
      }
    }
    return sides.flatMap(({ name }, index) =>
      (["add", "query"] as const).map((kind) => {
        const own = runs[index]?.[kind] ?? [];
        return {
          name,
          load: kind === "add" ? "add" : "query of 25 of 1,000",
          perSecond: spread(own.map(({ perSecond }) => perSecond)),
          p95Ms: spread(
            own.map(({ p95Ms }) => p95Ms),
            1,
          ),
        };
      }),
    );
  } finally {
    for (const side of sides) {
      side.client.close();
      await side.stop();
    }
    await postgres.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

console.table((await comparePeers()).sort((a, b) => a.load.localeCompare(b.load)));
process.exit();

import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Client, DatabaseError } from "pg";
import { withPostgres } from "../dev/database-session.ts";
import { createDatabase, migrate } from "../dev/migrate.ts";
import { startNeonEndpoint } from "../dev/neon-endpoint.ts";
import type { OnStatement } from "../dev/neon-sql.ts";
import { type RunningPostgres, startPostgres } from "../dev/postgres.ts";
import { createSealer } from "../src/lib/sealed.ts";
import { capsJson } from "../src/polykomos/databases/demand.ts";
import { defaultPlans } from "../src/polykomos/databases/plans.ts";
import { serverPasswordContext } from "../src/polykomos/databases/seal-contexts.ts";
import { scopes } from "../src/polykomos/scopes.ts";
import { type TourSend, tourApi } from "../test/support/api-tour.ts";
import { buildWorker } from "../test/support/build.ts";
import { fillStore } from "../test/support/filled-store.ts";
import { serverFolder } from "../test/support/server-folder.ts";
import { startWorker, testSecrets } from "../test/support/worker.ts";
import { median, type Row, withBar } from "./rows.ts";
import { ask, asOperator } from "./tenant.ts";

/**
 * How each operation's statements grow with the store: every statement that the Worker sends is run
 * first by itself, rolled back, on stores of a hundred to a hundred thousand databases with ten accounts
 * to a database and a server to a hundred. What is compared is the blocks they touch, which no other
 * work on the machine changes; the time is told beside it.
 */
const suite = "scale";
const storeName = "polypuma";
const sizes = (process.env.BENCH_SCALE ?? "100,1000,10000,100000").split(",").map(Number);
const accountsPerDatabase = 10;
const databasesPerServer = 100;
/** A tree grows by a level: three times the blocks for a thousand times the rows is already much. */
const growthAtMost = 3;
const placementRounds = 20;
const quietMs = 100;
const background = "in the background";
/**
 * What is about all servers or all rows by its meaning, and filters of the audit log, which look through
 * the team's own entries: docs/scale.md says how each holds.
 */
const aboutEverything = /^(admin(Sweep|List\w+|GetPool|Reseal)|listAuditLog|in the background)$/;

type Measure = { blocks: number; ms: number };
/** What was measured of a store of one size. */
type StoreMeasures = { operations: ReadonlyMap<string, Measure>; placement: Measure };

/**
 * Runs a statement by itself and takes it back; `null` when the server refuses that, because it waits
 * for what the real one holds.
 */
async function explain(client: Client, text: string, params: unknown[]): Promise<Measure | null> {
  try {
    await client.query("BEGIN");
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, params);
    const { Plan: plan, "Execution Time": ms } = rows[0]["QUERY PLAN"][0];
    return { blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], ms };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return null;
  } finally {
    await client.query("ROLLBACK");
  }
}

async function placementOf(client: Client): Promise<Measure> {
  const text = "SELECT * FROM servers_with_room('postgres', NULL, 1, 5, 0, $1::jsonb)";
  const rounds: Measure[] = [];
  for (let round = 0; round < placementRounds; round++) {
    const measured = await explain(client, text, [capsJson(defaultPlans)]);
    if (measured) rounds.push(measured);
  }
  return {
    blocks: median(rounds.map((each) => each.blocks)),
    ms: median(rounds.map((each) => each.ms)),
  };
}

/** Measures the statements that a Worker sends, each as one of the operation that is under way. */
type Watch = {
  onStatement: OnStatement;
  operations: ReadonlyMap<string, Measure>;
  /** Begins an operation once nothing comes any more of the one before; `null` ends the last. */
  turnTo(operationId: string | null): Promise<void>;
};

function watchStatements(client: Client): Watch {
  const operations = new Map<string, Measure>();
  let current: string | null = null;
  let statements = 0;
  // One after another: the statements of an operation may come side by side.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    operations,
    async onStatement(text, params) {
      const operationId = current;
      statements++;
      if (operationId === null || text.includes("pg_advisory")) return;
      const mine = turn.then(() => explain(client, text, params));
      turn = mine;
      const found = await mine;
      if (!found) return;
      const before = operations.get(operationId) ?? { blocks: 0, ms: 0 };
      operations.set(operationId, {
        blocks: before.blocks + found.blocks,
        ms: before.ms + found.ms,
      });
    },
    async turnTo(operationId) {
      // What the operation before left to do in the background is none of this one's.
      current = background;
      for (let seen = -1; seen !== statements; await pause(quietMs)) seen = statements;
      current = operationId;
    },
  };
}

type Owner = { userId: number; teamId: number; key: string };

/** Makes a user with a key and gives them the databases of a filled store. */
async function fill(url: string, storeUrl: string, databases: number): Promise<Owner> {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await asOperator(url, "POST", "/users", { email, name: "Large" });
  const { id: userId, teams } = user.data;
  const { api_key: key } = await asOperator(url, "POST", `/users/${userId}/keys`, {
    name: "bench",
    permissions: scopes,
    controls: { requests_per_minute: 1_000_000 },
  });
  const owner = { userId, teamId: teams[0].id };
  const sealer = createSealer(testSecrets.SEALING_KEYS);
  const begunAt = performance.now();
  await fillStore(storeUrl, {
    databases,
    accounts: databases * accountsPerDatabase,
    servers: Math.max(1, databases / databasesPerServer),
    owner,
    sealPassword: (server) => sealer.seal("none", serverPasswordContext(server)),
  });
  const seconds = Math.round((performance.now() - begunAt) / 1_000);
  console.log(`  ${databases} databases filled in ${seconds} s`);
  return { ...owner, key };
}

/** Runs each operation once, told to `watch`. */
async function tour(
  url: string,
  server: RunningPostgres,
  { key, userId, teamId }: Owner,
  watch: Watch,
): Promise<void> {
  const sendWith =
    (token: string, base: string): TourSend =>
    (method, path, body) =>
      ask(url, token, method, base + path, body);
  const tourist = {
    operator: sendWith(testSecrets.ADMIN_TOKEN, "/admin/v1"),
    customer: sendWith(key, "/api/v1"),
    userId,
    teamId,
    server,
    sendWith: (token: string) => sendWith(token, "/api/v1"),
  };
  await tourApi(tourist, watch.turnTo, () => {});
  await watch.turnTo(null);
}

/** Measures a store of that size, on a server of its own: two stores would give one name twice on one. */
async function measure(
  postgres: RunningPostgres,
  script: string,
  databases: number,
): Promise<StoreMeasures> {
  await createDatabase(postgres.url("postgres"), storeName);
  const storeUrl = postgres.url(storeName);
  await migrate(storeUrl);
  return await withPostgres(storeUrl, async (client) => {
    await client.query("SET lock_timeout = '500ms'");
    const watch = watchStatements(client);
    const { onStatement, operations } = watch;
    const neon = await startNeonEndpoint({ storeUrl, servers: [postgres], onStatement });
    const worker = await startWorker({
      compressing: true,
      script,
      vars: { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, WEBHOOK_ALLOW_LOOPBACK: "true" },
    });
    try {
      await tour(worker.url, postgres, await fill(worker.url, storeUrl, databases), watch);
      const figures = [...operations].map(
        ([id, { blocks, ms }]) => `${id} ${blocks}/${ms.toFixed(1)}`,
      );
      console.log(`  ${figures.join(", ")}`);
      return { operations, placement: await placementOf(client) };
    } finally {
      await worker.stop();
      await neon.stop();
    }
  });
}

function growth(
  name: string,
  all: readonly StoreMeasures[],
  of: (each: StoreMeasures) => Measure | undefined,
): Row {
  // From the second size on pages of lists are full.
  const from = all[1] ?? all[0];
  const first = from && of(from);
  const last = all.at(-1);
  const end = last && of(last);
  const curve = all.map((each) => of(each)?.blocks ?? 0).join(" → ");
  const times = all.map((each) => (of(each)?.ms ?? 0).toFixed(1)).join(" → ");
  const blocks = end?.blocks ?? 0;
  const floor = Math.max(1, first?.blocks ?? 1);
  return {
    suite,
    name: `${name}: ${curve} blocks; ${times} ms`,
    value: blocks,
    unit: "blocks",
    floor,
    ratio: blocks / floor,
  };
}

export async function run(): Promise<Row[]> {
  const folder = serverFolder("polypuma-bench-");
  try {
    const script = await buildWorker("src/index.ts", "bench-product");
    const all: StoreMeasures[] = [];
    for (const databases of sizes) {
      const postgres = await startPostgres({ folder: join(folder, `${databases}`), fast: true });
      try {
        all.push(await measure(postgres, script, databases));
      } finally {
        await postgres.stop();
      }
    }
    const operations = [...(all[0]?.operations.keys() ?? [])];
    const rows = operations.map((operation) => {
      const row = growth(operation, all, (each) => each.operations.get(operation));
      return aboutEverything.test(operation)
        ? row
        : withBar(row, { of: "ratio", atMost: growthAtMost });
    });
    return [...rows, growth("placing one (no claim)", all, (each) => each.placement)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

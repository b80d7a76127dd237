import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { createDatabase, migrate } from "../dev/migrate.ts";
import { startNeonEndpoint } from "../dev/neon-endpoint.ts";
import { type RunningPostgres, startPostgres } from "../dev/postgres.ts";
import { createSealer } from "../src/lib/sealed.ts";
import { capsJson } from "../src/polykomos/databases/demand.ts";
import { defaultPlans } from "../src/polykomos/databases/plans.ts";
import { serverPasswordContext } from "../src/polykomos/databases/seal-contexts.ts";
import { scopes } from "../src/polykomos/scopes.ts";
import { type TourSend, tourApi } from "../test/support/api-tour.ts";
import { buildWorker } from "../test/support/build.ts";
import { fillStore } from "../test/support/filled-store.ts";
import { testSecrets } from "../test/support/worker.ts";
import { ask } from "./rig.ts";
import { median, type Row, withBar } from "./rows.ts";
import { startMeasured } from "./worker.ts";

/**
 * How each operation's statements grow with the store: every statement that the Worker sends is run
 * first by itself, rolled back, on stores of a hundred to a hundred thousand databases with ten accounts
 * to a database and a server to a hundred. What is compared is the blocks they touch, which no other
 * work on the machine changes; the time is told beside it.
 */
const suite = "scale";
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
type Measured = { operations: Map<string, Measure>; placement: Measure; sweepMs: number };

function sumBy(into: Map<string, Measure>, name: string, { blocks, ms }: Measure): void {
  const before = into.get(name) ?? { blocks: 0, ms: 0 };
  into.set(name, { blocks: before.blocks + blocks, ms: before.ms + ms });
}

/** Runs a statement by itself and takes it back; `null` when it waits for what the real one holds. */
async function explain(client: Client, text: string, params: unknown[]): Promise<Measure | null> {
  try {
    await client.query("BEGIN");
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, params);
    const { Plan: plan, "Execution Time": ms } = rows[0]["QUERY PLAN"][0];
    return { blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], ms };
  } catch {
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

async function measure(postgres: RunningPostgres, script: string, databases: number) {
  const name = `scale_${databases}`;
  await createDatabase(postgres.url("postgres"), name);
  const storeUrl = postgres.url(name);
  await migrate(storeUrl);
  const client = new Client({ connectionString: storeUrl });
  await client.connect();
  await client.query("SET lock_timeout = '500ms'");
  const measured: Measured = { operations: new Map(), placement: { blocks: 0, ms: 0 }, sweepMs: 0 };
  let current: string | null = null;
  let sweptMs = 0;
  let statements = 0;
  // One after another: the statements of an operation may come side by side.
  let turn: Promise<unknown> = Promise.resolve();
  const neon = await startNeonEndpoint({
    storeUrl,
    servers: [postgres],
    onStatement: async (text, params) => {
      const operationId = current;
      statements++;
      if (operationId === null || text.includes("pg_advisory")) return;
      const mine = turn.then(() => explain(client, text, params));
      turn = mine;
      const found = await mine;
      if (found) sumBy(measured.operations, operationId, found);
      if (found && operationId === "adminSweep") sweptMs += found.ms;
    },
  });
  const worker = await startMeasured({
    script,
    vars: { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, WEBHOOK_ALLOW_LOOPBACK: "true" },
  });
  try {
    const send =
      (token: string, base: string): TourSend =>
      (method, path, body) =>
        ask(worker.url + base, token, method, path, body);
    const operator = send(testSecrets.ADMIN_TOKEN, "/admin/v1");
    const email = `${crypto.randomUUID()}@example.com`;
    const { id: userId, teams } = (await operator("POST", "/users", { email, name: "Large" })).body
      .data;
    const key = await operator("POST", `/users/${userId}/keys`, {
      name: "bench",
      permissions: scopes,
      controls: { requests_per_minute: 1_000_000 },
    });
    const sealer = createSealer(testSecrets.SEALING_KEYS);
    const begunAt = performance.now();
    await fillStore(storeUrl, {
      databases,
      accounts: databases * accountsPerDatabase,
      servers: Math.max(1, databases / databasesPerServer),
      owner: { userId, teamId: teams[0].id },
      sealPassword: (server) => sealer.seal("none", serverPasswordContext(server)),
    });
    const seconds = Math.round((performance.now() - begunAt) / 1_000);
    console.log(`  ${databases} databases filled in ${seconds} s`);
    await tourApi(
      {
        operator,
        customer: send(key.body.api_key, "/api/v1"),
        userId,
        teamId: teams[0].id,
        server: postgres,
        sendWith: (token) => send(token, "/api/v1"),
      },
      async (operationId) => {
        // What the operation before left to do in the background is none of this one's.
        current = background;
        for (let seen = -1; seen !== statements; await pause(quietMs)) seen = statements;
        current = operationId;
      },
      () => {},
    );
    current = null;
    measured.placement = await placementOf(client);
    const told = [...measured.operations].map(
      ([id, { blocks, ms }]) => `${id} ${blocks}/${ms.toFixed(1)}`,
    );
    console.log(`  ${told.join(", ")}`);
    measured.sweepMs = sweptMs;
    return measured;
  } finally {
    current = null;
    await worker.stop();
    await neon.stop();
    await client.end();
  }
}

function growth(
  name: string,
  all: readonly Measured[],
  of: (each: Measured) => Measure | undefined,
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
  const folder = mkdtempSync(join(tmpdir(), "polypuma-scale-"));
  const postgres = await startPostgres({ folder, fast: true });
  try {
    const script = await buildWorker("src/index.ts", "bench-product");
    const all: Measured[] = [];
    for (const databases of sizes) all.push(await measure(postgres, script, databases));
    const operations = [...(all[0]?.operations.keys() ?? [])];
    const rows = operations.map((operation) => {
      const row = growth(operation, all, (each) => each.operations.get(operation));
      return aboutEverything.test(operation)
        ? row
        : withBar(row, { of: "ratio", atMost: growthAtMost });
    });
    return [...rows, growth("placing one (no claim)", all, (each) => each.placement)];
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

import { buildWorker } from "../test/support/build.ts";
import { type LoadClient, type LoadResult, startLoadClient } from "./load.ts";
import { type Rig, withRig } from "./rig.ts";
import { comparedRow, type Row, withBar } from "./rows.ts";
import { furnish } from "./tenant.ts";
import type { MeasuredWorker } from "./worker.ts";

/**
 * Requests per second of the read path beside a bare Worker with the same RPC and statement. Each
 * round loads every target for a moment, the next round in the opposite order, and ratios are taken
 * within a round: what else the machine does meets both sides alike. Both get the same request.
 * Throughput has the promise; processor time is the steadier figure on a busy machine.
 */
const suite = "read";
const connections = 16;
const rounds = 31;
const slotSeconds = 0.3;
const warmUpSeconds = 2;
const listedDatabases = 25;
const throughputAtLeast = 0.8;

type Target = { worker: MeasuredWorker; path: string; token: string };
type Slot = LoadResult & { cpuMicroseconds: number };
type Comparison = { name: string; ours: string; floor: string };

const comparisons: readonly Comparison[] = [
  { name: "GET /me beside 1 RPC", ours: "me", floor: "bareRpc" },
  { name: "GET /me beside 1 RPC, same headers", ours: "me", floor: "bareHeaders" },
  { name: "GET /me beside 1 RPC + 1 query", ours: "me", floor: "bareUser" },
  { name: "GET /databases of 25", ours: "databases", floor: "bareList" },
];

async function measure(client: LoadClient, target: Target, seconds: number): Promise<Slot> {
  const { worker, path, token } = target;
  const before = worker.cpuSeconds();
  const result = await client.run({ url: worker.url + path, token, connections, seconds });
  const used = worker.cpuSeconds() - before;
  return { ...result, cpuMicroseconds: (used * 1e6) / Math.max(1, result.requests) };
}

/** Databases that were never built: the list reads only the store. */
const insertDatabases = `
  INSERT INTO databases (uuid, team_id, name, plan, status, engine, region, server_id, db_name,
    password_sealed, has_remote_resources, created_at, updated_at)
  SELECT gen_random_uuid(), (SELECT min(team_id) FROM memberships), 'bench-' || n, 'free', 'active',
    'postgres', 'local', (SELECT min(id) FROM fleet_servers), 'bench-' || n, repeat('x', 140), true,
    now(), now()
  FROM generate_series(1, ${listedDatabases}) n`;

/** What a Worker without a gate that knows the user would have to ask. */
const userStatement = { text: "SELECT name, email FROM users WHERE id = $1", params: [1] };

async function startTargets(rig: Rig): Promise<Record<string, Target>> {
  const script = await buildWorker("src/index.ts", "bench-product");
  const bareScript = await buildWorker("bench/bare-entry.ts", "bench-bare");
  const product = await rig.start(script);
  const tenant = await furnish(rig, product.url);
  await rig.storeSql(insertDatabases);
  const { body } = await tenant.send("GET", "/api/v1/databases");
  if (!Array.isArray(body.data) || body.data.length !== listedDatabases) {
    throw new Error("The list does not have the databases that were put there");
  }
  const listStatement = JSON.stringify(rig.lastStatement());
  const bareUser = await rig.start(bareScript, { STATEMENT: JSON.stringify(userStatement) });
  const bareList = await rig.start(bareScript, { STATEMENT: listStatement });
  return {
    bareHeaders: { worker: bareUser, path: "/rpc?headers", token: tenant.key },
    bareRpc: { worker: bareUser, path: "/rpc", token: tenant.key },
    me: { worker: product, path: "/api/v1/me", token: tenant.key },
    bareUser: { worker: bareUser, path: "/rpc-sql", token: tenant.key },
    databases: { worker: product, path: "/api/v1/databases", token: tenant.key },
    bareList: { worker: bareList, path: "/rpc-sql", token: tenant.key },
  };
}

function compare(slots: readonly Record<string, Slot>[], comparison: Comparison) {
  const pairs = (figure: (slot: Slot) => number) =>
    slots.map((slot) => {
      const [ours, floor] = [slot[comparison.ours], slot[comparison.floor]];
      if (!ours || !floor) throw new Error(`${comparison.name} was not measured`);
      return { ours: figure(ours), floor: figure(floor) };
    });
  return (what: string, unit: string, figure: (slot: Slot) => number): Row =>
    comparedRow({ suite, name: `${comparison.name}, ${what}`, unit }, pairs(figure));
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const targets = Object.entries(await startTargets(rig));
    const client = startLoadClient();
    try {
      for (const [, target] of targets) await measure(client, target, warmUpSeconds);
      const slots: Record<string, Slot>[] = [];
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? targets : targets.toReversed();
        const slot: Record<string, Slot> = {};
        for (const [name, target] of order) slot[name] = await measure(client, target, slotSeconds);
        slots.push(slot);
      }
      return comparisons.flatMap((comparison) => {
        const row = compare(slots, comparison);
        const throughput = row("throughput", "req/s", (slot) => slot.perSecond);
        return [
          withBar(throughput, { of: "ratio", atLeast: throughputAtLeast }),
          row("CPU time", "µs/req", (slot) => slot.cpuMicroseconds),
          row("p95", "ms", (slot) => slot.p95Ms),
        ];
      });
    } finally {
      client.stop();
    }
  });
}

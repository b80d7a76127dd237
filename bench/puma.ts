import { termOf } from "../src/puma/rows/rules/terms.ts";
import { startPumaWorker } from "../test/support/puma-worker.ts";
import { addsOfNotes, noteRow, raisedLimits, signIn } from "./puma-account.ts";
import { costRows } from "./puma-costs.ts";
import { type Call, type Client, load, openClient, type Run } from "./puma-load.ts";
import { comparedRow, median, type Row, rangeOf, withBar } from "./rows.ts";

/**
 * pumaDB through the whole stack beside its floor, a bare Worker and object that run the same
 * statements with no checks: interleaved rounds, so that both meet the same machine.
 */
const suite = "puma";
const ratioBar = { of: "ratio", atLeast: 0.8 } as const;
/** Comparisons that the product promises something of. */
const promised = new Set(["add", "query of 25"]);

const concurrency = 8;
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);

type Sides = { ours: (index: number) => Call; floor: (index: number) => Call };

type Stage = {
  /** Of our Worker. */
  url: string;
  ours: Client;
  floor: Client;
  token: string;
  stop(): Promise<void>;
};

async function startStage(): Promise<Stage> {
  const [worker, bare] = await Promise.all([
    startPumaWorker({ vars: raisedLimits, compressing: true }),
    startPumaWorker({ entry: "bench/puma-floor-entry.ts", compressing: true }),
  ]);
  const [ours, floor] = [openClient(worker.url, concurrency), openClient(bare.url, concurrency)];
  const token = await signIn(worker.url, ours);
  return {
    url: worker.url,
    ours,
    floor,
    token,
    async stop() {
      for (const client of [ours, floor]) client.close();
      await Promise.all([worker.stop(), bare.stop()]);
    },
  };
}

async function fill(stage: Stage, table: string, count: number): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    const operations = addsOfNotes(Math.min(100, count - start), start);
    const body = JSON.stringify({ operations });
    const { status } = await stage.ours.send({
      method: "POST",
      path: `/v1/${table}/batch`,
      token: stage.token,
      body,
    });
    if (status !== 200) throw new Error(`Not filled: ${status}`);
    for (const { row } of operations) {
      const term = termOf("status", row.status);
      const filled = JSON.stringify(row);
      await stage.floor.send({
        method: "POST",
        path: `/upsert/x/${table}?term=${encodeURIComponent(`${termOf("n", row.n)}${term}`)}`,
        body: filled,
      });
    }
  }
}

function sidesOf(stage: Stage): Record<string, Sides & { count: number; table?: string }> {
  const { token } = stage;
  const open = encodeURIComponent('{"status":"open"}');
  const openTerm = encodeURIComponent(termOf("status", "open"));
  const batch = JSON.stringify({ operations: addsOfNotes(100) });
  const keyOf = (index: number) => index % 200;
  return {
    add: {
      count: 500,
      ours: (index) => ({ method: "POST", path: "/v1/adds", token, body: noteRow(index) }),
      floor: (index) => ({ method: "POST", path: "/add/x/adds", body: noteRow(index) }),
    },
    "query of 25": {
      count: 800,
      ours: () => ({ method: "GET", path: "/v1/full?limit=25", token }),
      floor: () => ({ method: "GET", path: "/query/x/full?limit=25" }),
    },
    "filter over 1,000 rows": {
      count: 500,
      ours: () => ({ method: "GET", path: `/v1/full?filter=${open}`, token }),
      floor: () => ({ method: "GET", path: `/filter/x/full?term=${openTerm}` }),
    },
    "upsert over 200 rows": {
      count: 400,
      ours: (index) => ({
        method: "POST",
        path: "/v1/upserts/upsert",
        token,
        body: `{"key":"n","row":${noteRow(keyOf(index))}}`,
      }),
      floor: (index) => ({
        method: "POST",
        path: `/upsert/x/upserts?term=${encodeURIComponent(termOf("n", keyOf(index)))}`,
        body: noteRow(keyOf(index)),
      }),
    },
    "batch of 100 adds": {
      count: 15,
      ours: () => ({ method: "POST", path: "/v1/batches/batch", token, body: batch }),
      floor: () => ({ method: "POST", path: "/batch/x/batches", body: batch }),
    },
  };
}

async function compare(
  stage: Stage,
  name: string,
  sides: Sides & { count: number },
): Promise<{ row: Row; ours: Run[] }> {
  const results: { ours: Run; floor: Run }[] = [];
  const once = async (part: number) => ({
    ours: await load(stage.ours, Math.ceil(sides.count * part), concurrency, sides.ours),
    floor: await load(stage.floor, Math.ceil(sides.count * part), concurrency, sides.floor),
  });
  await once(0.5);
  for (let round = 0; round < rounds; round++) results.push(await once(1));
  const row = comparedRow(
    { suite, name, unit: "req/s" },
    results.map(({ ours, floor }) => ({ ours: ours.perSecond, floor: floor.perSecond })),
  );
  return {
    ours: results.map(({ ours }) => ours),
    row: promised.has(name) ? withBar(row, ratioBar) : row,
  };
}

/** How throughput changes with the rows of a table and with the tables of an account. */
async function growth(stage: Stage): Promise<Row[]> {
  const { ours } = stage;
  const query = (table: string) => () => ({
    method: "GET",
    path: `/v1/${table}?limit=25`,
    token: stage.token,
  });
  const small = await load(ours, 1_500, concurrency, query("tiny"));
  const large = await load(ours, 1_500, concurrency, query("full"));
  const fresh = { ...stage, token: await signIn(stage.url, ours) };
  const add = (index: number) => ({
    method: "POST",
    path: "/v1/adds",
    token: fresh.token,
    body: noteRow(index),
  });
  const oneTable = await load(ours, 1_000, concurrency, add);
  for (let table = 1; table < 20; table++) await fill(fresh, `more${table}`, 1);
  const manyTables = await load(ours, 1_000, concurrency, add);
  const row = (name: string, after: Run, before: Run): Row => ({
    suite,
    name,
    unit: "req/s",
    value: after.perSecond,
    floor: before.perSecond,
    ratio: after.perSecond / before.perSecond,
  });
  return [
    row("growth: query of 25, from 10 to 1,000 rows", large, small),
    row("growth: add, from 1 to 20 tables", manyTables, oneTable),
  ];
}

/** Runs everything; a few minutes on two cores. */
export async function run(): Promise<Row[]> {
  const stage = await startStage();
  try {
    await fill(stage, "full", 1_000);
    await fill(stage, "tiny", 10);
    const rows: Row[] = [];
    const p95s = new Map<string, number[]>();
    for (const [name, sides] of Object.entries(sidesOf(stage))) {
      const { row, ours } = await compare(stage, name, sides);
      rows.push(row);
      p95s.set(
        name,
        ours.map(({ p95Ms }) => p95Ms),
      );
    }
    const [query = [], filter = []] = [p95s.get("query of 25"), p95s.get("filter over 1,000 rows")];
    const p95 = {
      suite,
      name: "filter over 1,000 rows p95, beside query of 25",
      value: median(filter),
      range: rangeOf(filter),
      floor: median(query),
      ratio: median(filter) / median(query),
      unit: "ms",
    };
    rows.push(withBar(p95, { of: "ratio", atMost: 2 }));
    rows.push(...(await growth(stage)), ...(await costRows(suite)));
    return rows;
  } finally {
    await stage.stop();
  }
}

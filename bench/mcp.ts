import { modern } from "../test/support/mcp-clients.ts";
import { type PumaWorker, startPumaWorker } from "../test/support/puma-worker.ts";
import { noteRow, raisedLimits, signIn } from "./puma-account.ts";
import { type Call, type Client, load, openClient } from "./puma-load.ts";
import { comparedRow, type Row, withBar } from "./rows.ts";
import { type Measured, measured } from "./worker.ts";

/**
 * What a call of a tool costs beside the same call over REST, in processor time of one Worker that
 * serves both in turns. `by the package` is the same call when nothing stands in front of it.
 */
const suite = "mcp";
const ratioBar = { of: "ratio", atMost: 1.5 } as const;
const concurrency = 8;
const calls = 600;
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);

type Side = { client: Client; call(index: number): Call };
type Stage = { rest: Client; worker: PumaWorker & Measured; token: string };

/** A Worker with 100 rows to query. `replace` changes sources, by their paths. */
async function startStage(
  replace: Record<string, (source: string) => string> = {},
): Promise<Stage> {
  const options = { vars: raisedLimits, replace };
  const worker = await measured(() => startPumaWorker(options));
  const rest = openClient(worker.url, concurrency);
  const token = await signIn(worker.url, rest);
  for (let row = 0; row < 100; row++) {
    await rest.send({ method: "POST", path: "/v1/full", token, body: noteRow(row) });
  }
  return { worker, rest, token };
}

const accept = "application/json, text/event-stream";
const revisions: Record<string, (params: Record<string, unknown>) => ReturnType<typeof modern>> = {
  "2026-07-28": (params) => modern("tools/call", params),
  "2025-11-25": (params) => ({
    body: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
    headers: { "mcp-protocol-version": "2025-11-25" },
  }),
};

function sidesOf(
  { rest, token, worker }: Stage,
  messageOf: (params: Record<string, unknown>) => ReturnType<typeof modern>,
): Record<string, { rest: Side; mcp: Side }> {
  const over = (params: Record<string, unknown>, bodyOf: (index: number) => string): Side => ({
    client: openClient(worker.url, concurrency, { ...messageOf(params).headers, accept }),
    call: (index) => ({ method: "POST", path: "/mcp", token, body: bodyOf(index) }),
  });
  const query = { name: "query", arguments: { table: "full", limit: 25 } };
  const queryBody = JSON.stringify(messageOf(query).body);
  const rowHere = '"the row"';
  const add = { name: "add", arguments: { table: "adds", row: "the row" } };
  const addBody = JSON.stringify(messageOf(add).body);
  return {
    add: {
      rest: {
        client: rest,
        call: (index) => ({ method: "POST", path: "/v1/adds", token, body: noteRow(index) }),
      },
      mcp: over(add, (index) => addBody.replace(rowHere, noteRow(index))),
    },
    "query of 25": {
      rest: { client: rest, call: () => ({ method: "GET", path: "/v1/full?limit=25", token }) },
      mcp: over(query, () => queryBody),
    },
  };
}

/** Microseconds of processor time for each call. */
async function costOf(stage: Stage, { client, call }: Side): Promise<number> {
  const before = stage.worker.cpuSeconds();
  await load(client, calls, concurrency, call);
  return ((stage.worker.cpuSeconds() - before) / calls) * 1_000_000;
}

async function mustWork({ client, call }: Side): Promise<void> {
  const { status, body } = await client.send(call(0));
  if (status !== 200 || body.includes('"isError"') || !body.includes("structuredContent")) {
    throw new Error(`Not a result: ${status} ${body.slice(0, 500)}`);
  }
}

/** `variant` stands behind the names of rows; the product itself has none, and the bar. */
async function compare(stage: Stage, revision: string, variant: string): Promise<Row[]> {
  const messageOf = revisions[revision];
  if (!messageOf) throw new Error(`No such revision: ${revision}`);
  const rows: Row[] = [];
  for (const [name, { rest, mcp }] of Object.entries(sidesOf(stage, messageOf))) {
    await mustWork(mcp);
    const once = async () => ({
      ours: await costOf(stage, mcp),
      floor: await costOf(stage, rest),
    });
    await once();
    const results = [];
    for (let round = 0; round < rounds; round++) results.push(await once());
    const head = { suite, name: `${name}, ${revision}${variant}`, unit: "µs CPU" };
    const row = comparedRow(head, results);
    rows.push(variant === "" ? withBar(row, ratioBar) : row);
    mcp.client.close();
  }
  return rows;
}

export async function run(): Promise<Row[]> {
  const stage = await startStage();
  const packaged = await startStage({
    "src/puma/mcp/serve.ts": (source) =>
      source.replace("answersHotCalls: true", "answersHotCalls: false"),
  });
  try {
    return [
      ...(await compare(stage, "2026-07-28", "")),
      ...(await compare(stage, "2025-11-25", "")),
      ...(await compare(packaged, "2026-07-28", ", by the package")),
    ];
  } finally {
    for (const { rest, worker } of [stage, packaged]) {
      rest.close();
      await worker.stop();
    }
  }
}

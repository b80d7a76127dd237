import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { startLink } from "../test/faults/link.ts";
import { buildWorker } from "../test/support/build.ts";
import { modern } from "../test/support/mcp-clients.ts";
import { fillPool, sweep } from "./pool.ts";
import { costOf1000, prices, type Use } from "./prices.ts";
import { newTenant, type Rig, registerPostgres, type Tenant, withRig } from "./rig.ts";
import type { Row } from "./rows.ts";
import { cpuSecondsOf, type MeasuredWorker } from "./worker.ts";

/**
 * What operations cost on the platform: everything with a price is counted through the whole stack, and
 * multiplied with the public prices (bench/prices.ts). Counts are exact; processor time is this machine's.
 */
const suite = "cost";
const repeats = 20;
const quietMs = 500;
const quietWithinMs = 30_000;

type Stage = {
  rig: Rig;
  worker: MeasuredWorker;
  fleetStatements(): number;
};

/** Processor time of a PostgreSQL, its ended sessions included (fields 16 and 17 of proc_pid_stat(5)). */
async function postgresCpu(rig: Rig): Promise<() => number> {
  const [row] = await rig.storeSql("SELECT pg_read_file('postmaster.pid') AS text");
  const main = Number.parseInt(String(row?.text), 10);
  return () => {
    const [, fields = ""] = readFileSync(`/proc/${main}/stat`, "utf8").split(") ");
    const ended = fields
      .split(" ")
      .slice(13, 15)
      .reduce((sum, each) => sum + Number(each), 0);
    const living = readdirSync(`/proc/${main}/task`)
      .flatMap((task) =>
        readFileSync(`/proc/${main}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
      )
      .map((pid) => {
        try {
          return cpuSecondsOf(Number(pid));
        } catch {
          // It ended in between, and is counted next time.
          return 0;
        }
      });
    return living.reduce((sum, each) => sum + each, ended / 100) * 1_000;
  };
}

async function countOf(stage: Stage, postgresMs: () => number): Promise<Use> {
  const answer = await fetch(`${stage.worker.url}/bench/use`);
  const counted: Omit<
    Use,
    "workerCpuMs" | "storeRoundTrips" | "fleetStatements" | "postgresCpuMs"
  > = JSON.parse(await answer.text());
  return {
    ...counted,
    workerCpuMs: stage.worker.cpuSeconds() * 1_000,
    storeRoundTrips: stage.rig.neon.counters.roundTrips,
    fleetStatements: stage.fleetStatements(),
    postgresCpuMs: postgresMs(),
  };
}

/** Waits until nothing is counted any more: what an operation began goes on after its answer. */
async function quiet(count: () => Promise<Use>): Promise<Use> {
  const deadline = Date.now() + quietWithinMs;
  let before = await count();
  while (Date.now() < deadline) {
    await pause(quietMs);
    const now = await count();
    const keys = ["objectRequests", "storeRoundTrips", "fleetStatements", "messages"] as const;
    if (keys.every((key) => now[key] === before[key])) return now;
    before = now;
  }
  throw new Error("The Worker does not come to rest");
}

function perOperation(before: Use, after: Use, count: number): Use {
  const names = Object.keys(before) as (keyof Use)[];
  const entries = names.map((name) => [name, (after[name] - before[name]) / count]);
  return Object.fromEntries(entries) as Use;
}

const shown: [keyof Use, string][] = [
  ["workerRequests", "requests"],
  ["objectRequests", "object calls"],
  ["objectRowsRead", "rows read"],
  ["objectRowsWritten", "rows written"],
  ["messages", "messages"],
  ["kvReads", "KV reads"],
  ["kvWrites", "KV writes"],
  ["storeRoundTrips", "store"],
  ["fleetStatements", "fleet"],
  ["workerCpuMs", "CPU ms"],
];

function nameOf(operation: string, use: Use): string {
  const parts = shown
    .filter(([name]) => use[name] >= 0.05)
    .map(([name, word]) => `${Math.round(use[name] * 10) / 10} ${word}`);
  return `${operation} (${parts.join(", ")})`;
}

type Operation = {
  name: string;
  /** Runs it once; `index` counts from 0. */
  run(index: number): Promise<unknown>;
  count?: number;
};

async function startReceiver(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function pumaKey(url: string): Promise<{ key: string; email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const asked = await sendJson(url, "POST", "/auth/magic-link", null, { email });
  const token = String(asked.dev_magic_link).split("/").at(-1);
  const verified = await sendJson(url, "POST", "/auth/verify", null, { token });
  return { key: String(verified.api_key), email };
}

async function sendJson(
  url: string,
  method: string,
  path: string,
  key: string | null,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text.startsWith("{") ? JSON.parse(text) : {};
}

function pumaOperations(url: string, key: string): Operation[] {
  const row = { title: "A note", text: "Deploy on Tuesdays.", tags: ["deploy"], done: false };
  const send = (method: string, path: string, body?: unknown) => () =>
    sendJson(url, method, path, key, body);
  const call = (name: string, values: Record<string, unknown>) => async () => {
    const { body, headers } = modern("tools/call", { name, arguments: values });
    await sendJson(url, "POST", "/mcp", key, body, {
      ...headers,
      accept: "application/json, text/event-stream",
    });
  };
  return [
    { name: "pumaDB: sign in by mail", run: () => pumaKey(url), count: 5 },
    { name: "pumaDB: add a row", run: send("POST", "/v1/notes", row) },
    { name: "pumaDB: query 25 rows", run: send("GET", "/v1/notes?limit=25") },
    {
      name: "pumaDB: upsert a row",
      run: (index) =>
        sendJson(url, "POST", "/v1/people/upsert", key, {
          key: "email",
          row: { email: `${index % 5}@example.com`, seen: index },
        }),
    },
    {
      name: "pumaDB: add 10 rows in a batch",
      run: send("POST", "/v1/batched/batch", {
        operations: Array.from({ length: 10 }, () => ({ action: "add", row })),
      }),
    },
    { name: "pumaDB: count rows", run: send("GET", "/v1/notes/count") },
    {
      name: "pumaDB: make a link to a query",
      run: send("POST", "/v1/_query_links", { table: "notes" }),
    },
    { name: "pumaDB: add a row over MCP", run: call("add", { table: "notes", row }) },
    { name: "pumaDB: query 25 rows over MCP", run: call("query", { table: "notes", limit: 25 }) },
    {
      name: "OAuth: register a client",
      run: () =>
        sendJson(url, "POST", "/oauth/register", null, {
          client_name: "Bench",
          redirect_uris: ["https://client.example/callback"],
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
        }),
    },
  ];
}

async function polykomosOperations(stage: Stage, tenant: Tenant): Promise<Operation[]> {
  const send = (method: string, path: string, body?: unknown) => () =>
    tenant.send(method, `/api/v1${path}`, body);
  const create = async (name: string) => {
    const { body } = await tenant.send("POST", "/api/v1/databases?wait=true", { name });
    return (body.data as { uuid: string }).uuid;
  };
  const made: string[] = [];
  const uuid = await create("kept");
  const one = `/databases/${uuid}`;
  const script = "CREATE TABLE IF NOT EXISTS customers (id int PRIMARY KEY, name text, city text)";
  const { body } = await tenant.send("POST", "/api/v1/blueprints", {
    name: "Shop",
    sql_content: script,
    engine: "postgres",
  });
  const { uuid: blueprint } = body.data as { uuid: string };
  return [
    {
      name: "POST /databases, from the pool",
      run: async (index) => made.push(await create(`pooled-${index}`)),
      count: 5,
    },
    {
      name: "POST /databases, cold",
      run: async (index) => made.push(await create(`cold-${index}`)),
      count: 5,
    },
    { name: "GET /me", run: send("GET", "/me") },
    { name: "GET /databases", run: send("GET", "/databases") },
    { name: "GET /databases/{uuid}", run: send("GET", one) },
    { name: "GET /operations", run: send("GET", "/operations") },
    {
      name: "PATCH /databases/{uuid}, the name",
      run: (index) => tenant.send("PATCH", `/api/v1${one}`, { name: `named-${index}` }),
    },
    {
      name: "PATCH /databases/{uuid}/quotas",
      run: (index) =>
        tenant.send("PATCH", `/api/v1${one}/quotas`, { connection_hard_limit: 4 + (index % 2) }),
    },
    {
      name: "POST …/blueprint_applications",
      run: send("POST", `${one}/blueprint_applications`, { blueprint_uuid: blueprint, wait: true }),
    },
    {
      name: "POST /query_executions, embedded translator",
      run: send("POST", "/query_executions", {
        database_uuid: uuid,
        query: "How many customers are there?",
      }),
    },
    {
      name: "POST …/credentials/rotate",
      run: send("POST", `${one}/credentials/rotate`, {}),
      count: 5,
    },
    {
      name: "DELETE /databases/{uuid}",
      run: async () => tenant.send("DELETE", `/api/v1/databases/${made.pop()}`),
      count: 10,
    },
    {
      name: "a sweep with one server (the cron, once a minute)",
      run: () => sweep(stage.worker.url),
    },
  ];
}

async function withReceiver(tenant: Tenant, url: string): Promise<Operation[]> {
  await tenant.send("POST", "/api/v1/webhook_endpoints", { url });
  const { body } = await tenant.send("GET", "/api/v1/databases");
  const [{ uuid } = { uuid: "" }] = body.data as { uuid: string }[];
  return [
    {
      name: "PATCH /databases/{uuid}, the name, told to one webhook",
      run: (index) => tenant.send("PATCH", `/api/v1/databases/${uuid}`, { name: `told-${index}` }),
    },
  ];
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    let statements = 0;
    const link = await startLink(rig.postgres, () => {
      statements++;
    });
    rig.neon.allow(rig.postgres.host, link.port);
    const receiver = await startReceiver();
    try {
      const script = await buildWorker("bench/cost-entry.ts", "bench-cost");
      const worker = await rig.start(script, {
        DEV_MODE: "true",
        MAIL_TRANSPORT: "log",
        WEBHOOK_ALLOW_LOOPBACK: "true",
        SERVER_CHECK_SECONDS: "0",
        STORAGE_CHECK_SECONDS: "0",
        MAGIC_LINKS_PER_CLIENT_PER_HOUR: "1000",
        PUMA_WRITES_PER_MINUTE: "100000",
        PUMA_READS_PER_MINUTE: "100000",
      });
      const stage: Stage = { rig, worker, fleetStatements: () => statements };
      await registerPostgres(rig, worker.url, { port: link.port });
      const tenant = await newTenant(worker.url, [
        "databases:read",
        "databases:write",
        "blueprints:read",
        "blueprints:write",
        "webhooks:write",
        "queries:read",
        "queries:write",
      ]);
      const operations = [
        ...(await polykomosOperations(stage, tenant)),
        ...(await withReceiver(tenant, receiver.url).then(([told]) => (told ? [told] : []))),
        ...pumaOperations(worker.url, (await pumaKey(worker.url)).key),
      ];
      // As many as a refill builds on a server at once, and as many as are claimed.
      await fillPool(rig, script, 5);
      const postgresMs = await postgresCpu(rig);
      const count = () => countOf(stage, postgresMs);
      const rows: Row[] = [];
      for (const operation of operations) {
        const times = operation.count ?? repeats;
        const before = await quiet(count);
        for (let index = 0; index < times; index++) await operation.run(index);
        const use = perOperation(before, await quiet(count), times);
        const dollars = costOf1000(use);
        rows.push({
          suite,
          name: nameOf(operation.name, use),
          value: dollars * 100,
          unit: "¢ per 1,000",
        });
      }
      return [
        ...rows,
        {
          suite,
          name: "the store's smallest compute (0.25 CU), always on",
          value: 0.25 * 24 * 30 * prices.storeCpuHour,
          unit: "$ a month",
        },
      ];
    } finally {
      await receiver.stop();
      await link.stop();
    }
  });
}

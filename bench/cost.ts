import { setTimeout as pause } from "node:timers/promises";
import { startLink } from "../test/faults/link.ts";
import { buildWorker } from "../test/support/build.ts";
import { polykomosOperations, pumaOperations } from "./cost-operations.ts";
import { fillPool } from "./pool.ts";
import { costOf1000, prices, type Use } from "./prices.ts";
import { childrenCpuSecondsOf } from "./process-use.ts";
import { type Rig, withRig } from "./rig.ts";
import type { Row } from "./rows.ts";
import { newTenant, registerServer } from "./tenant.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";
import type { MeasuredWorker } from "./worker.ts";

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

/** Milliseconds of processor time that a PostgreSQL has used, its ended sessions included. */
async function postgresCpu(rig: Rig): Promise<() => number> {
  const [row] = await rig.storeSql("SELECT pg_read_file('postmaster.pid') AS text");
  const pid = Number.parseInt(String(row?.text), 10);
  return () => childrenCpuSecondsOf(pid) * 1_000;
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

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    let statements = 0;
    const link = await startLink(rig.postgres, () => {
      statements++;
    });
    rig.neon.allow(rig.postgres.host, link.port);
    const receiver = await startWebhookReceiver();
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
      await registerServer(worker.url, "postgres", { ...rig.postgres, port: link.port });
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
        ...(await polykomosOperations(worker.url, tenant, receiver.url("/hook"))),
        ...(await pumaOperations(worker.url)),
      ];
      // As many as a refill builds on a server at once, and as many as are claimed.
      await fillPool(rig, script, 5);
      const postgresMs = await postgresCpu(rig);
      const count = () => countOf(stage, postgresMs);
      const rows: Row[] = [];
      for (const operation of operations) {
        const times = operation.count ?? repeats;
        await operation.prepare?.();
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
      receiver.stop();
      await link.stop();
    }
  });
}

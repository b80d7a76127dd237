import { setTimeout as pause } from "node:timers/promises";
import { buildWorker } from "../test/support/build.ts";
import { type Rig, withRig } from "./rig.ts";
import { comparedRow, quantile, type Row, rangeOf, withBar } from "./rows.ts";
import { furnish, newTenant, type Tenant } from "./tenant.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";
import type { MeasuredWorker } from "./worker.ts";

/**
 * From the sending of a change to the first byte at a receiver; the same with fifty dead receivers
 * beside it, in turns; and how long ten thousand deliveries take. Receivers are local and real.
 */
const suite = "webhooks";
const latencyChanges = 200;
const rounds = 5;
const changesPerRound = 40;
/** Between two changes, so that what is measured is not a queue of our own making. */
const pauseMs = 20;
const isolationPauseMs = 150;
const deadEndpoints = 50;
const drainEvents = 1_000;
const drainEndpoints = 10;
const changesAtOnce = 8;
const patienceMs = 180_000;

type Subject = { tenant: Tenant; uuids: string[]; path: string };

async function subject(rig: Rig, worker: MeasuredWorker, rowCount: number): Promise<Subject> {
  const tenant = await newTenant(worker.url, [
    "databases:read",
    "databases:write",
    "webhooks:read",
    "webhooks:write",
  ]);
  const [team] = await rig.storeSql("SELECT max(id) AS id FROM teams");
  const teamId = team?.id;
  // A rename touches nothing but the store, so rows without a database on a server do.
  const rows = await rig.storeSql(
    `INSERT INTO databases (uuid, team_id, name, plan, status, engine, region, server_id, db_name,
       password_sealed, has_remote_resources, created_at, updated_at)
     SELECT gen_random_uuid(), $1::int, 'w-' || $1::int || '-' || n, 'free', 'active', 'postgres', 'local',
       (SELECT min(id) FROM fleet_servers), 'w-' || $1::int || '-' || n, repeat('x', 140), false, now(),
       now() FROM generate_series(1, $2) n RETURNING uuid`,
    [teamId, rowCount],
  );
  const uuids = rows.map((row) => String(row.uuid));
  return { tenant, uuids, path: `/quick/${crypto.randomUUID()}` };
}

async function listen(tenant: Tenant, url: string): Promise<void> {
  await tenant.send("POST", "/api/v1/webhook_endpoints", { url, events: ["database.updated"] });
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Renames one row; when the request was sent. */
async function change({ tenant, uuids }: Subject, count: number, name: string): Promise<number> {
  const sentAtMs = nowMs();
  const uuid = uuids[count % uuids.length];
  await tenant.send("PATCH", `/api/v1/databases/${uuid}`, { name });
  return sentAtMs;
}

/** Milliseconds from the sending of each change to its first byte. */
async function latencies(
  receiver: WebhookReceiver,
  of: Subject,
  changes: number,
  everyMs = pauseMs,
): Promise<number[]> {
  const sent = new Map<string, number>();
  await receiver.take();
  for (let count = 0; count < changes; count++) {
    const name = `r-${crypto.randomUUID().slice(0, 12)}`;
    sent.set(name, await change(of, count, name));
    await pause(everyMs);
  }
  const waits: number[] = [];
  const deadlineMs = nowMs() + patienceMs;
  while (waits.length < changes) {
    for (const { path, name, atMs } of await receiver.take()) {
      const sentAtMs = sent.get(name);
      if (path === of.path && sentAtMs !== undefined) waits.push(atMs - sentAtMs);
    }
    if (nowMs() > deadlineMs) throw new Error(`Only ${waits.length} of ${changes} have come`);
    await pause(5);
  }
  return waits;
}

function latencyRows(waits: readonly number[]): Row[] {
  const head = { suite, unit: "ms", range: rangeOf(waits) };
  const name = "change → first byte";
  return [
    withBar(
      { ...head, name: `${name}, p50`, value: quantile(waits, 0.5) },
      { of: "value", atMost: 150 },
    ),
    withBar(
      { ...head, name: `${name}, p95`, value: quantile(waits, 0.95) },
      { of: "value", atMost: 500 },
    ),
  ];
}

/** A port on which nobody listens. */
const closedPort = 1;

async function isolation(
  rig: Rig,
  worker: MeasuredWorker,
  receiver: WebhookReceiver,
): Promise<Row[]> {
  const [alone, beside] = [await subject(rig, worker, 10), await subject(rig, worker, 10)];
  await listen(alone.tenant, receiver.url(alone.path));
  const p95Of = async (of: Subject) =>
    quantile(await latencies(receiver, of, changesPerRound, isolationPauseMs), 0.95);
  await latencies(receiver, alone, 10);
  const before = await p95Of(alone);
  for (let dead = 0; dead < deadEndpoints; dead++) {
    // Half hang, half refuse the connection.
    const url = dead % 2 === 0 ? receiver.url(`/hang/${dead}`) : `http://127.0.0.1:${closedPort}/`;
    await listen(beside.tenant, url);
  }
  await listen(beside.tenant, receiver.url(beside.path));
  const pairs: { ours: number; floor: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await p95Of(beside);
    pairs.push({ ours, floor: await p95Of(alone) });
  }
  const name = `p95 with ${deadEndpoints} dead receivers beside it`;
  return [
    { suite, name: "p95 alone, before there are dead ones", value: before, unit: "ms" },
    withBar(comparedRow({ suite, name, unit: "ms" }, pairs), { of: "ratio", atMost: 2 }),
  ];
}

async function drain(rig: Rig, worker: MeasuredWorker, receiver: WebhookReceiver): Promise<Row[]> {
  const of = await subject(rig, worker, 50);
  for (let count = 0; count < drainEndpoints; count++) {
    await listen(of.tenant, receiver.url(`${of.path}/${count}`));
  }
  await receiver.take();
  const startedAtMs = nowMs();
  const usedBefore = worker.cpuSeconds();
  const statementsBefore = rig.neon.counters.statements;
  let begun = 0;
  async function changeOn(): Promise<void> {
    while (begun < drainEvents) {
      begun += 1;
      await change(of, begun, `d-${begun}-${crypto.randomUUID().slice(0, 8)}`);
    }
  }
  const changing = Promise.all(Array.from({ length: changesAtOnce }, changeOn));
  const wanted = drainEvents * drainEndpoints;
  const seen = new Set<string>();
  let total = 0;
  let lastAtMs = startedAtMs;
  while (seen.size < wanted) {
    for (const { path, id, atMs } of await receiver.take()) {
      if (!path.startsWith(of.path)) continue;
      seen.add(path + id);
      total += 1;
      lastAtMs = Math.max(lastAtMs, atMs);
    }
    if (nowMs() > startedAtMs + patienceMs) throw new Error(`Only ${seen.size} have come`);
    await pause(20);
  }
  await changing;
  const cpu = worker.cpuSeconds() - usedBefore;
  // Less the change itself.
  const statements = rig.neon.counters.statements - statementsBefore - drainEvents;
  const seconds = (lastAtMs - startedAtMs) / 1_000;
  const name = `${drainEvents} changes to ${drainEndpoints} receivers`;
  const perSecond = { suite, name, value: wanted / seconds, unit: "deliveries/s" };
  return [
    withBar(perSecond, { of: "value", atLeast: 200 }),
    { suite, name: `${name}, sent more than once`, value: total - wanted, unit: "messages" },
    { suite, name: `${name}, store`, value: statements / wanted, unit: "statements/delivery" },
    { suite, name: `${name}, Worker's CPU`, value: (cpu * 1e6) / wanted, unit: "µs/delivery" },
  ];
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-webhooks");
    const worker = await rig.start(script, { WEBHOOK_ALLOW_LOOPBACK: "true" });
    await furnish(rig, worker.url);
    const receiver = await startWebhookReceiver();
    try {
      const one = await subject(rig, worker, 10);
      await listen(one.tenant, receiver.url(one.path));
      await latencies(receiver, one, 20);
      const latency = latencyRows(await latencies(receiver, one, latencyChanges));
      const drained = await drain(rig, worker, receiver);
      return [...latency, ...drained, ...(await isolation(rig, worker, receiver))];
    } finally {
      receiver.stop();
    }
  });
}

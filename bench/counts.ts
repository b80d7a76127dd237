import { setTimeout as pause } from "node:timers/promises";
import { buildWorker } from "../test/support/build.ts";
import { fillPool } from "./pool.ts";
import { type Rig, withRig } from "./rig.ts";
import { type Row, withBar } from "./rows.ts";
import { furnish, type Tenant } from "./tenant.ts";

/**
 * What each operation costs in calls: RPCs to the account's gate, SQL round trips to the store and
 * sessions opened on a server. Exact, and the same on every machine.
 */
const suite = "counts";

/** Work that goes on after the answer has ended by then. */
const settleMs = 400;

type Counts = { rpcs: number; roundTrips: number; sessions: number };

async function read(rig: Rig, url: string): Promise<Counts> {
  const answer = await fetch(`${url}/bench/gate-calls`);
  const calls: Record<string, number> = JSON.parse(await answer.text());
  const { roundTrips, webSocketSessions } = rig.neon.counters;
  const rpcs = Object.values(calls).reduce((sum, each) => sum + each, 0);
  return { rpcs, roundTrips, sessions: webSocketSessions };
}

async function countsOf(rig: Rig, url: string, work: () => Promise<unknown>): Promise<Counts> {
  const before = await read(rig, url);
  await work();
  await pause(settleMs);
  const after = await read(rig, url);
  return {
    rpcs: after.rpcs - before.rpcs,
    roundTrips: after.roundTrips - before.roundTrips,
    sessions: after.sessions - before.sessions,
  };
}

/** Reads promise one RPC and at most one round trip; nothing is promised of writes. */
function rowsOf(name: string, counts: Counts, promised?: Counts): Row[] {
  const row = (what: string, value: number, atMost: number | undefined): Row => {
    const plain: Row = { suite, name: `${name}: ${what}`, value, unit: "" };
    return atMost === undefined ? plain : withBar(plain, { of: "value", atMost });
  };
  return [
    row("gate RPCs", counts.rpcs, promised?.rpcs),
    row("SQL round trips", counts.roundTrips, promised?.roundTrips),
    row("sessions opened", counts.sessions, promised?.sessions),
  ];
}

async function createDatabase(tenant: Tenant, name: string): Promise<string> {
  const { body } = await tenant.send("POST", "/api/v1/databases?wait=true", { name });
  return body.data.uuid;
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("bench/counting-entry.ts", "bench-counting");
    const { url } = await rig.start(script);
    const tenant = await furnish(rig, url);
    const rows: Row[] = [];
    const count = async (name: string, promised: Counts | null, work: () => Promise<unknown>) => {
      rows.push(...rowsOf(name, await countsOf(rig, url, work), promised ?? undefined));
    };
    const send = (method: string, path: string, body?: unknown) => () =>
      tenant.send(method, `/api/v1${path}`, body);

    let uuid = "";
    await count("POST /databases, cold, waited for", null, async () => {
      uuid = await createDatabase(tenant, "cold");
    });
    await fillPool(rig, script, 1);
    await count("POST /databases, from the pool", null, () => createDatabase(tenant, "pooled"));

    const noSql = { rpcs: 1, roundTrips: 0, sessions: 0 };
    const oneQuery = { rpcs: 1, roundTrips: 1, sessions: 0 };
    await count("GET /me", noSql, send("GET", "/me"));
    await count("GET /databases", oneQuery, send("GET", "/databases"));
    await count("GET /databases/{uuid}", oneQuery, send("GET", `/databases/${uuid}`));
    await count("GET /operations", oneQuery, send("GET", "/operations"));
    await count("GET /limits", noSql, send("GET", "/limits"));
    await count("GET /database_types", oneQuery, send("GET", "/database_types"));
    await count(
      "PATCH /databases/{uuid}",
      null,
      send("PATCH", `/databases/${uuid}`, { name: "b" }),
    );
    const quotas = { connection_hard_limit: 5 };
    const quotasPath = `/databases/${uuid}/quotas`;
    await count("PATCH /databases/{uuid}/quotas", null, send("PATCH", quotasPath, quotas));
    await count("DELETE /databases/{uuid}", null, send("DELETE", `/databases/${uuid}`));
    return rows;
  });
}

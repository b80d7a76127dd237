import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { type NeonEndpoint, startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { createSealer } from "../../src/lib/sealed.ts";
import { capsJson } from "../../src/polykomos/databases/demand.ts";
import { defaultPlans } from "../../src/polykomos/databases/plans.ts";
import { serverPasswordContext } from "../../src/polykomos/databases/seal-contexts.ts";
import { admin, call, newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { type TourSend, tourApi } from "../support/api-tour.ts";
import { declared } from "../support/declarations.ts";
import { fillStore } from "../support/filled-store.ts";
import { type Sent, tablesReadWhole } from "../support/plans.ts";
import { superuserUrl } from "../support/sql.ts";
import { type RunningWorker, startWorker, testSecrets } from "../support/worker.ts";

/** A store of its own on the run's PostgreSQL, with thousands of databases, users and servers in it. */
const databases = 4_000;
const accounts = 20_000;
const servers = 97;

let worker: RunningWorker;
let neon: NeonEndpoint;
let client: Client;
let tenant: Tenant;
/** Each statement that the Worker sent, once, with the operation that was run first when it did. */
const sent = new Map<string, Sent & { operationId: string }>();
const ran: { operationId: string; status: number; body: unknown }[] = [];
let operationId = "setup";

beforeAll(async () => {
  const { script, postgres } = inject("suite");
  const name = `scale-${randomUUID().slice(0, 8)}`;
  await createDatabase(superuserUrl("postgres"), name);
  const storeUrl = superuserUrl(name);
  await migrate(storeUrl);
  neon = await startNeonEndpoint({
    storeUrl,
    servers: [postgres],
    onStatement: (text, params) => {
      if (!sent.has(text)) sent.set(text, { text, params, operationId });
    },
  });
  worker = await startWorker({
    script,
    vars: {
      STORE_URL: storeUrl,
      NEON_ENDPOINT: neon.url,
      WEBHOOK_ALLOW_LOOPBACK: "true",
    },
  });
  tenant = await newTenant({ url: worker.url });
  await fillStore(storeUrl, { databases, accounts, servers, owner: tenant, sealPassword });
  client = new Client({ connectionString: storeUrl });
  await client.connect();
  await runTour();
}, 240_000);

afterAll(async () => {
  await client.end();
  await worker.stop();
  await neon.stop();
});

async function sealPassword(serverName: string): Promise<string> {
  const sealer = createSealer(testSecrets.SEALING_KEYS);
  return await sealer.seal("none", serverPasswordContext(serverName));
}

async function runTour(): Promise<void> {
  const { url } = worker;
  const sendWith =
    (token: string): TourSend =>
    (method, path, body) =>
      call(method, `/api/v1${path}`, { url, token, body });
  await tourApi(
    {
      operator: (method, path, body) => admin(method, path, { url, body }),
      customer: sendWith(tenant.key),
      userId: tenant.userId,
      teamId: tenant.teamId,
      server: inject("suite").postgres,
      sendWith,
    },
    (begun) => {
      operationId = begun;
    },
    (ended, { status, body }) => ran.push({ operationId: ended, status, body }),
  );
}

/** What the tour cannot do, for it has nothing of the kind: the statements run all the same. */
const refused = ["adminRetryJob", "adminRebuildDatabase", "adminListOrphans"];

test("every operation of the API was run", () => {
  const wanted = declared.map((each) => each.operationId).sort();
  expect([...new Set(ran.map((each) => each.operationId))].sort()).toEqual(wanted);
  const failed = ran.filter((each) => each.status >= 400);
  expect(failed.filter((each) => !refused.includes(each.operationId))).toEqual([]);
});

/**
 * Tables that may be read whole: they stay small however many customers there are, with a row a server,
 * a plan or a region, or they are emptied by every sweep.
 */
const smallTables = new Set([
  "fleet_servers",
  "fleet_reconciliations",
  "storage_checks",
  "server_promises",
  "pools",
  "pool_claims",
  "installation",
  // The newest thousand.
  "dead_messages",
  // What stands on servers and belongs to nobody.
  "fleet_orphans",
]);

/** What is about everything, and is asked for by the operator or the clock, never by a customer. */
const aboutEverything = [
  // How many texts each key has sealed, and sealing them anew, a part at a time.
  "adminListSealingKeys",
  "adminReseal",
  // A sample of each database's usage, every quarter of an hour.
  "INSERT INTO usage_samples",
];

test("no statement reads a table that grows from end to end", async () => {
  const found: string[] = [];
  for (const each of sent.values()) {
    const tables = await tablesReadWhole(client, each);
    const growing = tables.filter((table) => !smallTables.has(table));
    const name = `${each.operationId}: ${growing.join(", ")}\n${each.text}`;
    const isAllowed = aboutEverything.some((part) => name.includes(part));
    if (growing.length > 0 && !isAllowed) found.push(name);
  }
  expect(found).toEqual([]);
});

describe("what servers have promised", () => {
  const caps = capsJson(defaultPlans);

  test("is what their databases ask of them, after all that was done", async () => {
    const { rows } = await client.query(
      `SELECT s.name, to_jsonb(server_load(s.id, $1::jsonb)) AS kept, jsonb_build_object(
         'databases', count(d.id), 'connections', coalesce(sum(coalesce(d.connection_hard_limit,
           ($1::jsonb->coalesce(d.plan, 'free')->>'connections')::int))
           FILTER (WHERE d.id IS NOT NULL AND d.deleted_at IS NULL), 0),
         'bytes', coalesce(sum(coalesce(d.storage_hard_limit_gb,
           ($1::jsonb->coalesce(d.plan, 'free')->>'gb')::float8)) FILTER (WHERE d.id IS NOT NULL), 0) * 1073741824) AS summed
       FROM fleet_servers s LEFT JOIN databases d ON d.server_id = s.id AND d.destroyed_at IS NULL
       GROUP BY s.id ORDER BY s.id`,
      [caps],
    );
    expect(rows).toHaveLength(servers + 1);
    for (const { name, kept, summed } of rows) expect([name, kept]).toEqual([name, summed]);
  });

  test("is looked up without a look at the databases", async () => {
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
       SELECT * FROM servers_with_room('postgres', NULL, 1, 5, 0, $1::jsonb)`,
      [caps],
    );
    const plan = rows[0]["QUERY PLAN"][0].Plan;
    const blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
    expect(blocks).toBeLessThan(servers * 10);
  });

  test("is the same summed up", async () => {
    const loads = async () =>
      (
        await client.query(
          "SELECT s.id, to_jsonb(server_load(s.id, $1::jsonb)) AS load FROM fleet_servers s ORDER BY s.id",
          [caps],
        )
      ).rows;
    const { uuid } = await newDatabase(tenant, { region: "local" });
    const before = await loads();
    const limits = [0.1, 0.3, 0.7, 0.2, 0.6, 0.9, 0.4, 0.8];
    for (const [index, gb] of limits.entries()) {
      const body = { connection_hard_limit: 1 + (index % 5), storage_hard_limit_gb: gb };
      const answer = await tenant.call("PATCH", `/api/v1/databases/${uuid}/quotas`, { body });
      expect(answer.status).toBe(200);
    }
    const changed = await loads();
    expect(changed).not.toEqual(before);
    await admin("POST", "/sweep", { url: worker.url });
    expect(await loads()).toEqual(changed);
    const [{ most }] = (
      await client.query(
        "SELECT max(count)::int AS most FROM (SELECT count(*) FROM server_promises GROUP BY server_id) c",
      )
    ).rows;
    expect(most).toBeLessThan(8);
  });
});

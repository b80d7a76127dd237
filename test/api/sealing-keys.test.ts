import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { getTableColumns, isTable } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameOf, sealedColumns } from "../../src/admin/sealing/sealed-columns.ts";
import * as schema from "../../src/db/schema/index.ts";
import { startWorld, type World } from "../faults/world.ts";
import { admin, newDatabase, newTenant, type Tenant, until } from "../support/api.ts";
import { applyBlueprint, newBlueprint } from "../support/blueprints.ts";
import { root } from "../support/build.ts";
import { type Receiver, startReceiver, verified } from "../support/receiver.ts";
import { sql } from "../support/sql.ts";
import { testSecrets } from "../support/worker.ts";

/** Taking a sealing key out of use: nothing that it sealed is lost. */
const keyOf = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;
const [first, second] = [keyOf("k1", 1), keyOf("k2", 2)];

let world: World;
let receiver: Receiver;
let tenant: Tenant;

beforeAll(async () => {
  receiver = await startReceiver();
  const vars = { SEALING_KEYS: first, WEBHOOK_ALLOW_LOOPBACK: "true" };
  world = await startWorld(vars);
  tenant = await newTenant({ url: world.url });
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** As the tenant, wherever the Worker listens now. */
async function call(method: string, path: string, options: object = {}) {
  return await tenant.call(method, `/api/v1${path}`, { ...options, url: world.url });
}

async function restartWith(keys: string): Promise<void> {
  world.kill();
  await world.restart(0, { SEALING_KEYS: keys });
}

type Key = { id: string; state: string; sealed: number; places: { name: string }[] };

async function keys(): Promise<Key[]> {
  return (await admin("GET", "/sealing_keys", { url: world.url })).body.data;
}

type Step = { place: string; resealed: number; unreadable: number; next: string | null };

async function step(startingAfter: string | null): Promise<Step> {
  const body = startingAfter === null ? {} : { starting_after: startingAfter };
  const answer = await admin("POST", "/sealing_keys/reseal", { url: world.url, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.data;
}

/** All steps from the beginning; how many texts each place had. */
async function resealAll(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let next: string | null = null; ; ) {
    const done = await step(next);
    expect(done.unreadable, done.place).toBe(0);
    counts[done.place] = (counts[done.place] ?? 0) + done.resealed;
    next = done.next;
    if (next === null) return counts;
  }
}

test("every sealed column of the store is known to the resealing", () => {
  const columns = Object.values(schema)
    .filter((each) => isTable(each))
    .flatMap((table) =>
      Object.values(getTableColumns(table))
        .filter(({ name }) => name.endsWith("_sealed"))
        .map(({ name }) => `${getTableConfig(table as PgTable).name}.${name}`),
    );
  expect(columns.length).toBeGreaterThan(5);
  expect(sealedColumns.map(nameOf).sort()).toEqual(columns.sort());
});

test("a step that there is not is refused", async () => {
  const wrong = [
    ...["nowhere:1", "databases.password_sealed:x", "answers:", "answers:-1", ""],
    ...[`answers:${"9".repeat(18)}`, `operations.credential_sealed:${"-".repeat(36)}`],
  ];
  for (const starting_after of wrong) {
    const body = { starting_after };
    const refused = await admin("POST", "/sealing_keys/reseal", { url: world.url, body });
    expect([starting_after, refused.status]).toEqual([starting_after, 422]);
  }
});

test("after a rotation all is sealed anew, the old key goes, and everything still opens", async () => {
  const database = await newDatabase(tenant);
  const rotating = await newDatabase(tenant);
  const named = { key: randomUUID(), body: { name: `kept-${randomUUID().slice(0, 8)}` } };
  const kept = await call("POST", "/databases?wait=true", named);
  expect(kept.status).toBe(201);
  const hook = await call("POST", "/webhook_endpoints", { body: { url: receiver.url() } });
  const hookPath = `/webhook_endpoints/${hook.body.data.id}`;
  const changed = await call("POST", `${hookPath}/rotate_secret`);
  const script = "CREATE TABLE IF NOT EXISTS t (a text); INSERT INTO t VALUES ({{a}})";
  const variables = { a: { type: "string" } };
  const blueprint = await newBlueprint(tenant, script, { variables });
  const values = { a: "a value that may be a secret" };
  const applied = await applyBlueprint(tenant, database.uuid, blueprint, { variables: values });
  expect(applied.status).toBe(200);
  // One rotation is under way: its password waits in the operation.
  world.link.cut();
  const rotate = { body: { overlap_seconds: 600 } };
  const waiting = call("POST", `/databases/${rotating.uuid}/credentials/rotate`, rotate).catch(
    () => {},
  );
  await until(
    () => world.store("SELECT 1 FROM operations WHERE credential_sealed IS NOT NULL"),
    (rows) => rows.length === 1,
  );

  await restartWith(`${second},${first}`);
  await waiting;
  const [newest, older, ...others] = await keys();
  expect([newest?.id, newest?.state, newest?.sealed]).toEqual(["k2", "newest", 0]);
  expect([older?.id, older?.state]).toEqual(["k1", "older"]);
  expect(older?.places.map(({ name }) => name).sort()).toEqual(sealedColumns.map(nameOf).sort());
  expect(others).toEqual([]);

  // It breaks off in the middle, and is begun again.
  const begun = await step((await step(null)).next);
  expect(begun.resealed).toBeGreaterThan(0);
  await restartWith(`${second},${first}`);
  const counts = await resealAll();
  expect(counts.answers).toBeGreaterThan(4);
  const [only, old] = await keys();
  expect(only?.sealed).toBe(older?.sealed);
  expect([old?.id, old?.sealed]).toEqual(["k1", 0]);
  expect(await resealAll()).toEqual({ answers: 0 });

  await restartWith(second);
  expect((await keys()).map(({ id }) => id)).toEqual(["k2"]);
  world.link.mend();
  // The runner that was killed holds the operation for a while.
  await world.moveClock(60_000);
  await world.settle();
  for (const { uuid, connection_string: before } of [database, rotating]) {
    const { body } = await call("GET", `/databases/${uuid}`);
    const isRotated = uuid === rotating.uuid;
    expect(body.data.connection_string === before).toBe(!isRotated);
    expect(await sql(body.data.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  }
  const again = await call("POST", "/databases?wait=true", named);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body.data).toEqual(kept.body.data);
  expect((await call("POST", `${hookPath}/test_deliveries`)).body.data.status).toBe("delivered");
  const message = receiver.received.at(-1);
  if (!message) throw new Error("Nothing came");
  for (const { secret } of [hook.body, changed.body]) verified(message, secret);
  const path = `/blueprint_applications/${applied.body.data.id}`;
  expect((await call("GET", path)).body.data.variable_values).toEqual(values);
  const asked = { database_uuid: database.uuid, query: "How many t are there?" };
  const answer = await call("POST", "/query_executions", { body: asked });
  expect(answer.body.result.rows).toEqual([{ count: 1 }]);
  await newDatabase({
    ...tenant,
    call: (method, at, options) => call(method, at.slice(7), options),
  });
});

test("what no key of the ring opens is counted, and holds up nothing", async () => {
  await restartWith(`${keyOf("k3", 3)},${second}`);
  await world.store(
    `INSERT INTO fleet_servers (name, engine, region, transport, host, port, advertised_host, tls,
       admin_user, admin_password_sealed, state, created_at, updated_at)
     SELECT lost.name, engine, 'nowhere', transport, host, port, advertised_host, tls, admin_user,
       lost.sealed, 'draining', now(), now() FROM fleet_servers,
       (VALUES ('lost', 'v1.k0.AAAAAAAAAAAAAAAA.AAAA'), ('broken', 'v1.k2.AAAAAAAAAAAAAAAA.AAAA'))
         AS lost (name, sealed)`,
  );
  // As an operator does it.
  const env = { ...process.env, POLYPUMA_URL: world.url, ADMIN_TOKEN: testSecrets.ADMIN_TOKEN };
  const command = ["dev/admin.ts", "reseal"];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env });
  const unreadable = [...stdout.matchAll(/"unreadable": (\d+)/g)].map(([, count]) => Number(count));
  expect(unreadable.length).toBeGreaterThan(3);
  expect(unreadable.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(stdout.match(/"next": null/g)).toHaveLength(1);
  const left = (await keys()).map(({ id, state, sealed }) => [id, state, sealed > 0, sealed]);
  expect(left).toEqual([
    ["k3", "newest", true, expect.any(Number)],
    ["k2", "older", true, 1],
    ["k0", "missing", true, 1],
  ]);
});

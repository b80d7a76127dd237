import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, admin, type Tenant, until } from "../support/api.ts";
import { accept, type Receiver, startReceiver, verified } from "../support/receiver.ts";
import {
  newEndpoint,
  newNamedRow,
  startWebhookWorld,
  type WebhookWorld,
} from "../support/webhooks.ts";

/** Past every lease, so that what a dead deliverer held is free. */
const pastTheLeaseMs = 60_000;
const endpoints = 10;
const changes = 100;
/** The Worker dies when the receivers have so many messages. */
const killsAt = [50, 300, 700];
/** How many deliveries to an endpoint that works are under way at once. */
const underWayMax = 10;

let world: WebhookWorld;
let receiver: Receiver;
let killAfter: { statement: RegExp; kill(): void } | null = null;

beforeAll(async () => {
  world = await startWebhookWorld({ REQUESTS_PER_MINUTE: "1000000" }, (text) => {
    if (!killAfter?.statement.test(text)) return;
    // The statement itself goes on: it is committed, and its answer finds nobody.
    killAfter.kill();
    killAfter = null;
  });
  // A little slower than the Worker is quick, so that there is always something under way.
  receiver = await startReceiver((response, request) => {
    setTimeout(() => accept(response, request), 5);
  });
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** Null when the Worker was killed under the request. */
async function unlessCutOff(asked: Promise<Answer>): Promise<Answer | null> {
  return await asked.catch((error: unknown) => {
    // What fetch throws when there is no answer, or no end of one.
    if (error instanceof TypeError) return null;
    throw error;
  });
}

/** Renames the row so often; what the Worker does not live to answer is sent again with its key. */
async function renameOften(tenant: Tenant, uuid: string): Promise<void> {
  const path = `/api/v1/databases/${uuid}`;
  for (let count = 0; count < changes; count++) {
    const request = { key: randomUUID(), body: { name: `r-${randomUUID().slice(0, 12)}` } };
    await until(
      () => unlessCutOff(tenant.call("PATCH", path, { ...request, url: world.url })),
      (answer) => answer?.status === 200,
    );
  }
}

test("the Worker's process is killed again and again among a thousand deliveries, and every event arrives", async () => {
  const tenant = await world.newTenant();
  const uuid = await newNamedRow(world, tenant);
  const secrets = new Map<string, string>();
  for (let count = 0; count < endpoints; count++) {
    const path = `/${count}`;
    const endpoint = await newEndpoint(tenant, receiver.url(path), ["database.updated"]);
    secrets.set(path, endpoint.secret);
  }
  const renaming = renameOften(tenant, uuid);
  for (const at of killsAt) {
    await until(
      async () => {
        await admin("POST", "/sweep", { url: world.url });
        return receiver.received.length;
      },
      (count) => count >= at,
    );
    await world.kill();
    await world.restart(pastTheLeaseMs);
  }
  await renaming;
  // Each restart has gone past the leases of the dead; to go further would end those of the living.
  await until(
    async () => {
      await world.sweep();
      return await world.store(
        "SELECT status, count(*)::int FROM webhook_deliveries GROUP BY status",
      );
    },
    (left) => left.every(({ status }) => status === "delivered"),
  );

  const events = await world.store("SELECT uid FROM events WHERE type = 'database.updated'");
  expect(events).toHaveLength(changes);
  const ids = events.map(({ uid }) => `msg_${String(uid).replaceAll("-", "")}`).sort();
  for (const [path, secret] of secrets) {
    const bodies = new Map<string, string>();
    for (const message of receiver.at(path)) {
      const { id } = verified(message, secret);
      expect(bodies.get(id) ?? message.body).toBe(message.body);
      bodies.set(id, message.body);
    }
    expect([...bodies.keys()].sort()).toEqual(ids);
  }
  // What was under way at a kill is sent twice, and nothing else.
  const doubled = receiver.received.length - ids.length * endpoints;
  expect(doubled).toBeLessThanOrEqual(killsAt.length * endpoints * underWayMax);
}, 180_000);

test("a create that was cut off after its row was written answers that row, with its secret, when sent again", async () => {
  const tenant = await world.newTenant();
  const request = { key: randomUUID(), body: { url: receiver.url("/cut-off") } };
  let killing = Promise.resolve();
  killAfter = {
    statement: /INSERT INTO webhook_endpoints/,
    kill() {
      killing = world.kill();
    },
  };
  const path = "/api/v1/webhook_endpoints";
  const first = await unlessCutOff(tenant.call("POST", path, request));
  expect(first).toBeNull();
  await killing;
  await world.restart(0);
  await until(
    () => world.store("SELECT id FROM webhook_endpoints WHERE url = $1", [request.body.url]),
    (rows) => rows.length === 1,
  );
  const again = await tenant.call("POST", path, { ...request, url: world.url });
  expect(again.status).toBe(201);
  const rows = await world.store("SELECT id FROM webhook_endpoints WHERE url = $1", [
    request.body.url,
  ]);
  expect(rows).toEqual([{ id: again.body.data.id }]);
  const test = `${path}/${again.body.data.id}/test_deliveries`;
  await tenant.call("POST", test, { url: world.url });
  const [message] = receiver.at("/cut-off");
  if (!message) throw new Error("Not received");
  verified(message, again.body.secret);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant, type Tenant } from "../support/api.ts";
import { accept, type Receiver, startReceiver } from "../support/receiver.ts";
import {
  deliveriesOf,
  messagesAt,
  newEndpoint,
  startWebhookWorld,
  type WebhookWorld,
} from "../support/webhooks.ts";

/** What a request had made when it failed is found by its retry: here the store goes away in between. */
let world: WebhookWorld;
let receiver: Receiver;
let tenant: Tenant;
/** The statement that fails, once. */
let failing: RegExp | null = null;

beforeAll(async () => {
  receiver = await startReceiver(accept);
  world = await startWebhookWorld({}, (text) => {
    if (!failing?.test(text)) return;
    failing = null;
    throw new Error("The store has gone away");
  });
  tenant = await newTenant({ url: world.url });
});
afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** Sends a write whose first run loses the store at a statement; the answer of its second run. */
async function retried(path: string, lostAt: RegExp, body?: object) {
  const options = { key: randomUUID(), ...(body ? { body } : {}) };
  failing = lostAt;
  const failed = await tenant.call("POST", path, options);
  expect(failed.status).toBeGreaterThanOrEqual(500);
  expect(failing).toBeNull();
  return await tenant.call("POST", path, options);
}

test("a team whose maker never heard of it is not made twice", async () => {
  const name = `team-${randomUUID().slice(0, 8)}`;
  const readsIt = /FROM memberships m\s+JOIN teams t ON t\.id = m\.team_id WHERE .* AND t\.id = /s;
  const again = await retried("/api/v1/teams", readsIt, { name });
  expect([again.status, again.body.data?.name]).toEqual([201, name]);
  const { body } = await tenant.call("GET", "/api/v1/teams");
  const made = body.data.filter((team: { name: string }) => team.name === name);
  expect(made.map((team: { id: number }) => team.id)).toEqual([again.body.data.id]);
});

/** Reads a delivery, for the answer. */
const readsDelivery = /FROM webhook_deliveries w JOIN events v .*\s+WHERE w\.id = /s;

test("a test event whose sender never heard of it is not sent twice", async () => {
  const { id } = await newEndpoint(tenant, receiver.url("/test-event"));
  const again = await retried(`/api/v1/webhook_endpoints/${id}/test_deliveries`, readsDelivery);
  expect(again.status).toBe(200);
  expect(again.body.data.status).toBe("delivered");
  expect(receiver.at("/test-event")).toHaveLength(1);
  expect((await deliveriesOf(tenant, id)).map((each) => each.id)).toEqual([again.body.data.id]);
});

test("a redelivery whose asker never heard of it is not made twice", async () => {
  const { id } = await newEndpoint(tenant, receiver.url("/redelivered"));
  const sent = await tenant.call("POST", `/api/v1/webhook_endpoints/${id}/test_deliveries`);
  const path = `/api/v1/webhook_endpoints/${id}/deliveries/${sent.body.data.id}/redeliver`;
  const again = await retried(path, readsDelivery);
  expect(again.status).toBe(200);
  await messagesAt(receiver, "/redelivered", 2);
  const known = (await deliveriesOf(tenant, id)).map((each) => each.id);
  expect(known).toEqual([again.body.data.id, sent.body.data.id]);
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/api.ts";
import { type Behaviour, type Receiver, startReceiver } from "../support/receiver.ts";
import {
  deliveriesOf,
  newEndpoint,
  newNamedRow,
  rename,
  sendTest,
  startWebhookWorld,
  type WebhookWorld,
} from "../support/webhooks.ts";

const path = "/api/v1/webhook_endpoints";

let world: WebhookWorld;
let receiver: Receiver;
const behaviours = new Map<string, Behaviour>();

beforeAll(async () => {
  world = await startWebhookWorld({ WEBHOOK_RETRY_SECONDS: "0,1" });
  receiver = await startReceiver((response, request) => {
    const behaviour = behaviours.get(request.url ?? "");
    if (behaviour) behaviour(response, request);
    else response.writeHead(204).end();
  });
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** Sends a test to a receiver that behaves so; the delivery as it is read alone. */
async function tested(behaviour: Behaviour) {
  const tenant = await world.newTenant();
  const at = `/${randomUUID()}`;
  behaviours.set(at, behaviour);
  const endpoint = await newEndpoint(tenant, receiver.url(at));
  const sent = await sendTest(tenant, endpoint.id);
  const read = await tenant.call("GET", `${path}/${endpoint.id}/deliveries/${sent.body.data.id}`);
  expect(read.status).toBe(200);
  return { tenant, endpoint, at, delivery: read.body.data };
}

test("an endpoint is read alone, by its team and nobody else", async () => {
  const tenant = await world.newTenant();
  const endpoint = await newEndpoint(tenant, receiver.url("/alone"));
  const read = await tenant.call("GET", `${path}/${endpoint.id}`);
  expect(read.status).toBe(200);
  const { secret: _, ...plain } = endpoint;
  expect(read.body.data).toEqual(plain);
  expect(JSON.stringify(read.body)).not.toContain("whsec_");
  const stranger = await world.newTenant();
  expect((await stranger.call("GET", `${path}/${endpoint.id}`)).status).toBe(404);
});

test("a delivery shows what was sent, byte for byte, and what was answered", async () => {
  const { delivery, at, endpoint, tenant } = await tested((response) => {
    response.writeHead(200).end("thank you");
  });
  const [message] = receiver.at(at);
  expect(delivery.request).toEqual({
    method: "POST",
    url: receiver.url(at),
    headers: {
      "content-type": message?.headers["content-type"],
      "user-agent": message?.headers["user-agent"],
      "webhook-id": message?.headers["webhook-id"],
    },
    body: message?.body,
  });
  expect(delivery.attempts).toEqual([
    {
      at: delivery.last_attempt_at,
      response_code: 200,
      error_class: null,
      error_message: null,
      answer: "thank you",
      duration_ms: delivery.duration_ms,
    },
  ]);
  const stranger = await world.newTenant();
  const place = `${path}/${endpoint.id}/deliveries/${delivery.id}`;
  expect((await stranger.call("GET", place)).status).toBe(404);
  const other = await newEndpoint(tenant, receiver.url("/other"));
  const elsewhere = `${path}/${other.id}/deliveries/${delivery.id}`;
  expect((await tenant.call("GET", elsewhere)).status).toBe(404);
});

test("every attempt is kept, the first one first", async () => {
  const tenant = await world.newTenant();
  const at = `/${randomUUID()}`;
  let turn = 0;
  behaviours.set(at, (response) => {
    turn += 1;
    response.writeHead(500).end(`failure ${turn}`);
  });
  const endpoint = await newEndpoint(tenant, receiver.url(at));
  await rename(tenant, await newNamedRow(world, tenant));
  const [failed] = await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([first]) => first?.status === "failed",
  );
  const { body } = await tenant.call("GET", `${path}/${endpoint.id}/deliveries/${failed?.id}`);
  const { attempts } = body.data;
  expect(attempts.map((each: { answer: string }) => each.answer)).toEqual([
    "failure 1",
    "failure 2",
  ]);
  expect(attempts.map((each: { error_class: string }) => each.error_class)).toEqual([
    "http_status",
    "http_status",
  ]);
  expect(Date.parse(attempts[1].at) - Date.parse(attempts[0].at)).toBeGreaterThanOrEqual(1_000);
});

/** What receivers answer that is no plain short text, and what is kept of it. */
const answers: [string, Buffer, (kept: string | null) => void][] = [
  ["nothing", Buffer.alloc(0), (kept) => expect(kept).toBeNull()],
  ["a long text", Buffer.from("x".repeat(50_000)), (kept) => expect(kept).toBe("x".repeat(1_000))],
  ["NUL", Buffer.from("a\0b"), (kept) => expect(kept).toBe("a\ufffdb")],
  [
    "no UTF-8",
    Buffer.from([0x61, 0xff, 0xfe, 0x62]),
    (kept) => expect(kept).toMatch(/^a\ufffd+b$/),
  ],
  [
    "a character cut in half at the end",
    Buffer.from(`${"x".repeat(999)}😀`),
    (kept) => expect(kept).toBe(`${"x".repeat(999)}\ufffd`),
  ],
  [
    "the signing secret of somebody",
    Buffer.from("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
    (kept) => expect(kept).toBe("whsec_…"),
  ],
];

test.each(answers)("a receiver that answers %s", async (_, bytes, check) => {
  const { delivery } = await tested((response) => {
    response.writeHead(500).end(bytes);
  });
  expect(delivery.response_code).toBe(500);
  check(delivery.attempts[0].answer);
});

test("a list of endpoints can be of one team alone", async () => {
  const tenant = await world.newTenant();
  const mine = await newEndpoint(tenant, receiver.url("/mine"));
  const of = async (teamId: number) => {
    const list = await tenant.call("GET", `${path}?team_id=${teamId}`);
    return list.body.data.map((each: { id: number }) => each.id);
  };
  expect(await of(tenant.teamId)).toEqual([mine.id]);
  expect(await of((await world.newTenant()).teamId)).toEqual([]);
});

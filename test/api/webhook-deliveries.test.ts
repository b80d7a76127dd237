import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defaultRetrySeconds, parseRetrySeconds } from "../../src/polykomos/webhooks/schedule.ts";
import { type Tenant, until } from "../support/api.ts";
import {
  accept,
  answerWith,
  type Behaviour,
  type Receiver,
  startReceiver,
  verified,
} from "../support/receiver.ts";
import {
  type Delivery,
  deliveriesOf,
  messagesAt,
  newEndpoint,
  newNamedRow,
  rename,
  sendTest,
  startWebhookWorld,
  type WebhookWorld,
} from "../support/webhooks.ts";

const schedule = parseRetrySeconds(defaultRetrySeconds);
const dayMs = 24 * 3_600_000;

let world: WebhookWorld;
let receiver: Receiver;
/** What each path answers; 204 where nothing is said. */
const behaviours = new Map<string, Behaviour>();

beforeAll(async () => {
  world = await startWebhookWorld({ WEBHOOK_TIMEOUT_SECONDS: "1" });
  receiver = await startReceiver((response, request) =>
    (behaviours.get(request.url ?? "") ?? accept)(response, request),
  );
});

beforeEach(() => {
  behaviours.clear();
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** A tenant with an endpoint that answers as told, and a row that can be renamed. */
async function subscribed(behaviour: Behaviour, url?: string, on: WebhookWorld = world) {
  const tenant = await on.newTenant();
  const at = `/${randomUUID()}`;
  behaviours.set(at, behaviour);
  const endpoint = await newEndpoint(tenant, url ?? receiver.url(at));
  const uuid = await newNamedRow(on, tenant);
  return { tenant, at, endpoint, secret: endpoint.secret as string, uuid };
}

/** Waits until the newest delivery has been attempted so often and is held by nobody. */
async function attempted(tenant: Tenant, endpointId: number, attempts: number): Promise<Delivery> {
  const [delivery] = await until(
    () => deliveriesOf(tenant, endpointId),
    ([first]) => (first?.attempt_count ?? 0) >= attempts,
  );
  if (!delivery) throw new Error("No delivery");
  expect(delivery.attempt_count).toBe(attempts);
  return delivery;
}

function msBetween(from: string | null, to: string | null): number {
  return Date.parse(to ?? "") - Date.parse(from ?? "");
}

/** Moves the clock to so much after the delivery's next attempt is due, and sweeps. */
async function goTo(delivery: Delivery, offsetMs: number, on: WebhookWorld = world): Promise<void> {
  const nowMs = Date.now() + on.aheadMs();
  await on.moveClock(Date.parse(delivery.next_attempt_at ?? "") + offsetMs - nowMs);
  await on.sweep();
}

async function endpointOf(tenant: Tenant, id: number) {
  const list = await tenant.call("GET", "/api/v1/webhook_endpoints?limit=100");
  return list.body.data.find((each: { id: number }) => each.id === id);
}

test("a failing receiver is tried ten times, at the times of the schedule, with one and the same message", async () => {
  const { tenant, at, endpoint, secret, uuid } = await subscribed(answerWith(500));
  await rename(tenant, uuid);
  for (let attempt = 1; attempt <= schedule.length; attempt++) {
    const delivery = await attempted(tenant, endpoint.id, attempt);
    const message = receiver.at(at)[attempt - 1];
    if (!message) throw new Error("Not received");
    verified(message, secret);
    const sentAtMs = Number(message.headers["webhook-timestamp"]) * 1_000;
    expect(Math.abs(sentAtMs - (message.atMs + world.aheadMs()))).toBeLessThan(10_000);
    expect(delivery).toMatchObject({
      response_code: 500,
      error_class: "http_status",
      error_message: "The receiver answered 500",
    });
    const delaySeconds = schedule[attempt];
    if (delaySeconds === undefined) {
      expect(delivery).toMatchObject({ status: "failed", next_attempt_at: null });
      break;
    }
    expect(delivery.status).toBe("pending");
    const waitMs = msBetween(delivery.last_attempt_at, delivery.next_attempt_at);
    expect(waitMs).toBeGreaterThanOrEqual(delaySeconds * 1_000);
    expect(waitMs).toBeLessThanOrEqual(delaySeconds * 1_200 + 1);
    if (delaySeconds > 60) {
      await goTo(delivery, -20_000);
      expect((await deliveriesOf(tenant, endpoint.id))[0]).toEqual(delivery);
    }
    await goTo(delivery, 1_000);
  }
  const messages = receiver.at(at);
  expect(messages).toHaveLength(10);
  expect(new Set(messages.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
  const times = messages.map(({ headers }) => Number(headers["webhook-timestamp"]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(messages.map(({ headers }) => headers["webhook-signature"])).size).toBe(10);
  await world.moveClock(2 * dayMs);
  await world.sweep();
  expect((await deliveriesOf(tenant, endpoint.id))[0]?.attempt_count).toBe(10);
});

test("the second attempt comes by itself, without the sweep", async () => {
  const { tenant, at, endpoint, uuid } = await subscribed(answerWith(500));
  await rename(tenant, uuid);
  await attempted(tenant, endpoint.id, 1);
  behaviours.delete(at);
  expect(await attempted(tenant, endpoint.id, 2)).toMatchObject({ status: "delivered" });
});

test.each([200, 201, 202, 204, 299])("an answer of %i ends the delivery", async (status) => {
  const { tenant, endpoint, uuid } = await subscribed(answerWith(status));
  await rename(tenant, uuid);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "delivered",
    response_code: status,
    error_class: null,
    error_message: null,
    next_attempt_at: null,
  });
  const shown = await endpointOf(tenant, endpoint.id);
  expect(shown.last_success_at).not.toBeNull();
  expect(shown.last_failure_at).toBeNull();
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) to this machine is a failure and not followed",
  async (status) => {
    const inside = await startReceiver();
    const { tenant, endpoint, uuid } = await subscribed(
      answerWith(status, { location: inside.url() }),
    );
    await rename(tenant, uuid);
    expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
      status: "pending",
      response_code: status,
      error_class: "redirect",
    });
    expect(inside.connections()).toBe(0);
    await inside.stop();
    expect((await endpointOf(tenant, endpoint.id)).last_failure_at).not.toBeNull();
  },
);

test.each([304, 400, 401, 403, 404, 409, 429, 500, 503])(
  "an answer of %i is tried again",
  async (status) => {
    const { tenant, at, endpoint, uuid } = await subscribed(answerWith(status));
    await rename(tenant, uuid);
    const delivery = await attempted(tenant, endpoint.id, 1);
    expect(delivery).toMatchObject({ status: "pending", response_code: status });
    behaviours.delete(at);
    await goTo(delivery, 100);
    expect(await attempted(tenant, endpoint.id, 2)).toMatchObject({
      status: "delivered",
      response_code: 204,
      error_class: null,
      error_message: null,
    });
  },
);

test("a Retry-After in seconds makes the wait longer", async () => {
  const { tenant, endpoint, uuid } = await subscribed(answerWith(503, { "retry-after": "3600" }));
  await rename(tenant, uuid);
  const delivery = await attempted(tenant, endpoint.id, 1);
  const waitMs = msBetween(delivery.last_attempt_at, delivery.next_attempt_at);
  expect(waitMs).toBe(3_600_000);
});

test("a Retry-After with a date is kept to", async () => {
  const at = new Date(Date.now() + world.aheadMs() + 7_200_000);
  const { tenant, endpoint, uuid } = await subscribed(
    answerWith(429, { "retry-after": at.toUTCString() }),
  );
  await rename(tenant, uuid);
  const delivery = await attempted(tenant, endpoint.id, 1);
  expect(Math.abs(Date.parse(delivery.next_attempt_at ?? "") - at.getTime())).toBeLessThan(2_000);
});

test("a Retry-After shorter than the schedule changes nothing", async () => {
  const { tenant, endpoint, uuid } = await subscribed(answerWith(503, { "retry-after": "1" }));
  await rename(tenant, uuid);
  const delivery = await attempted(tenant, endpoint.id, 1);
  const waitMs = msBetween(delivery.last_attempt_at, delivery.next_attempt_at);
  expect(waitMs).toBeGreaterThanOrEqual(5_000);
});

test("a receiver that does not answer is recorded as a timeout, at its time", async () => {
  const { tenant, endpoint, uuid } = await subscribed(() => {});
  await rename(tenant, uuid);
  const delivery = await attempted(tenant, endpoint.id, 1);
  expect(delivery).toMatchObject({
    status: "pending",
    response_code: null,
    error_class: "timeout",
    error_message: "The receiver did not answer within 1 s",
  });
  expect(delivery.duration_ms).toBeGreaterThanOrEqual(950);
  // Where nothing is set it would be fifteen seconds.
  expect(delivery.duration_ms).toBeLessThan(15_000);
});

test("a receiver that is down is recorded as no connection", async () => {
  const gone = await startReceiver();
  const url = gone.url();
  await gone.stop();
  const { tenant, endpoint, uuid } = await subscribed(accept, url);
  await rename(tenant, uuid);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "pending",
    response_code: null,
    error_class: "connection",
    error_message: expect.stringMatching(/^No connection: /),
  });
});

test("a receiver that hangs up is recorded as no connection", async () => {
  const { tenant, endpoint, uuid } = await subscribed((_, request) => {
    request.socket.destroy();
  });
  await rename(tenant, uuid);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "pending",
    response_code: null,
    error_class: "connection",
  });
});

test("a receiver that answers with nonsense is recorded as no connection", async () => {
  const { tenant, endpoint, uuid } = await subscribed((_, request) => {
    request.socket.end("this is not HTTP\r\n\r\n");
  });
  await rename(tenant, uuid);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "pending",
    error_class: "connection",
  });
});

test("of an answer of 10 MB only the beginning is read, and the connection is let go", async () => {
  const bytes = 10 * 1_024 * 1_024;
  let sent = 0;
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { tenant, endpoint, uuid } = await subscribed((response, request) => {
    request.socket.on("close", closed);
    response.writeHead(200, { "content-length": String(bytes) });
    const chunk = Buffer.alloc(16_384, 97);
    function more(): void {
      while (sent < bytes && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
      if (sent >= bytes) response.end();
    }
    response.on("drain", more);
    more();
  });
  await rename(tenant, uuid);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "delivered",
    response_code: 200,
  });
  await isClosed;
  expect(sent).toBeLessThan(bytes);
});

test("a status counts although the body after it never ends or breaks off", async () => {
  const endless = await subscribed((response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("and");
  });
  const broken = await subscribed((response, request) => {
    response.writeHead(503, { "content-length": "100" });
    response.write("and", () => request.socket.destroy());
  });
  await rename(endless.tenant, endless.uuid);
  await rename(broken.tenant, broken.uuid);
  expect(await attempted(broken.tenant, broken.endpoint.id, 1)).toMatchObject({
    status: "pending",
    response_code: 503,
  });
  expect(await attempted(endless.tenant, endless.endpoint.id, 1)).toMatchObject({
    status: "delivered",
    response_code: 200,
  });
});

test("five days of nothing but failures disable an endpoint, and the team's others are told", async () => {
  const { tenant, at, endpoint, uuid } = await subscribed(answerWith(500));
  const witness = await newEndpoint(tenant, receiver.url(`${at}/witness`), [
    "webhook_endpoint.disabled",
  ]);
  await rename(tenant, uuid);
  const first = await attempted(tenant, endpoint.id, 1);
  await world.moveClock(5 * dayMs - 3_600_000);
  await rename(tenant, uuid);
  await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([newest]) => newest?.id !== first.id && newest?.attempt_count === 1,
  );
  expect((await endpointOf(tenant, endpoint.id)).disabled_at).toBeNull();
  expect(receiver.at(`${at}/witness`)).toEqual([]);

  await world.moveClock(3_700_000);
  await rename(tenant, uuid);
  const [told] = await messagesAt(receiver, `${at}/witness`, 1);
  if (!told) throw new Error("Not told");
  const disabled = await endpointOf(tenant, endpoint.id);
  expect(disabled.status).toBe("active");
  expect(verified(told, witness.secret)).toMatchObject({
    type: "webhook_endpoint.disabled",
    data: { id: endpoint.id, team_id: tenant.teamId, disabled_at: disabled.disabled_at },
  });
  const deliveries = await deliveriesOf(tenant, endpoint.id);
  expect(deliveries).toHaveLength(3);
  for (const each of deliveries)
    expect(each).toMatchObject({ status: "failed", next_attempt_at: null });

  const before = receiver.at(at).length;
  await rename(tenant, uuid);
  await world.moveClock(3_600_000);
  await world.sweep();
  expect(await deliveriesOf(tenant, endpoint.id)).toHaveLength(3);
  const path = `/api/v1/webhook_endpoints/${endpoint.id}`;
  const again = await tenant.call("POST", `${path}/deliveries/${first.id}/redeliver`);
  expect([again.status, again.body.error.code]).toEqual([409, "conflict"]);
  expect(receiver.at(at)).toHaveLength(before);

  behaviours.delete(at);
  const enabled = await tenant.call("POST", `${path}/enable`);
  expect(enabled.body.data).toMatchObject({ id: endpoint.id, disabled_at: null });
  const redelivered = await tenant.call("POST", `${path}/deliveries/${first.id}/redeliver`);
  expect(redelivered.status).toBe(200);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "delivered",
    message_id: first.message_id,
  });
});

test("a success within the five days starts them anew", async () => {
  const { tenant, at, endpoint, uuid } = await subscribed(answerWith(500));
  await rename(tenant, uuid);
  await attempted(tenant, endpoint.id, 1);
  await world.moveClock(4 * dayMs);
  behaviours.delete(at);
  await sendTest(tenant, endpoint.id);
  behaviours.set(at, answerWith(500));
  await world.moveClock(2 * dayMs);
  await rename(tenant, uuid);
  // Either event may be the one that fails next: what waits for a failing endpoint is paced.
  await until(
    () => deliveriesOf(tenant, endpoint.id),
    (all) => {
      const successAt = all.find(({ status }) => status === "delivered")?.last_attempt_at ?? "";
      return all.some(
        (each) => each.status === "pending" && (each.last_attempt_at ?? "") > successAt,
      );
    },
  );
  expect((await endpointOf(tenant, endpoint.id)).disabled_at).toBeNull();
});

test("an endpoint that failed gets everything that waits as soon as it works again", async () => {
  const { tenant, at, endpoint, uuid } = await subscribed(answerWith(500));
  for (let count = 0; count < 30; count++) await rename(tenant, uuid);
  await messagesAt(receiver, at, 1);
  behaviours.delete(at);
  await world.moveClock(60_000);
  await world.sweep();
  const deliveries = await until(
    () => deliveriesOf(tenant, endpoint.id),
    (found) => found.every((each) => each.status === "delivered"),
  );
  expect(deliveries).toHaveLength(30);
});

test("a secret that cannot be opened holds up no other delivery and does not disable the endpoint", async () => {
  const { tenant, at, endpoint, uuid } = await subscribed(accept);
  const other = await newEndpoint(tenant, receiver.url(`${at}/other`));
  await world.store("UPDATE webhook_endpoints SET secret_sealed = 'v1.k9.a.b' WHERE id = $1", [
    endpoint.id,
  ]);
  await rename(tenant, uuid);
  await messagesAt(receiver, `${at}/other`, 1);
  expect(await attempted(tenant, endpoint.id, 1)).toMatchObject({
    status: "pending",
    error_class: "internal_error",
  });
  await attempted(tenant, other.id, 1);
  const [row] = await world.store("SELECT failing_since FROM webhook_endpoints WHERE id = $1", [
    endpoint.id,
  ]);
  expect(row).toEqual({ failing_since: null });
});

/** Nothing is tried a second time by itself, and a receiver is given up only after five seconds. */
describe("with hours between two attempts", () => {
  let patient: WebhookWorld;

  beforeAll(async () => {
    patient = await startWebhookWorld({
      WEBHOOK_RETRY_SECONDS: "0,3600,3600",
      WEBHOOK_TIMEOUT_SECONDS: "5",
    });
  });

  afterAll(async () => {
    await patient.stop();
  });

  test("a 410 revokes the endpoint and ends what was still to be sent to it", async () => {
    const { tenant, at, endpoint, uuid } = await subscribed(answerWith(503), undefined, patient);
    await rename(tenant, uuid);
    const waiting = await attempted(tenant, endpoint.id, 1);
    behaviours.set(at, answerWith(410));
    await rename(tenant, uuid);
    await attempted(tenant, endpoint.id, 1);
    const deliveries = await deliveriesOf(tenant, endpoint.id);
    expect(deliveries).toMatchObject([
      { status: "failed", response_code: 410, error_class: "gone", next_attempt_at: null },
      { id: waiting.id, status: "failed", error_class: "endpoint_revoked", next_attempt_at: null },
    ]);
    expect(await endpointOf(tenant, endpoint.id)).toMatchObject({ status: "revoked" });
    await rename(tenant, uuid);
    await goTo(waiting, 60_000, patient);
    expect(await deliveriesOf(tenant, endpoint.id)).toHaveLength(2);
    expect(receiver.at(at)).toHaveLength(2);
  });

  test("an event for an endpoint that is failing is tried within moments all the same", async () => {
    const { tenant, endpoint, uuid } = await subscribed(answerWith(500), undefined, patient);
    for (let count = 1; count <= 3; count++) {
      await rename(tenant, uuid);
      await until(
        () => deliveriesOf(tenant, endpoint.id),
        (found) => found.length === count && found[0]?.attempt_count === 1,
      );
    }
  });

  test("fifty endpoints that hang do not delay one that works", async () => {
    const tenant = await patient.newTenant();
    const uuid = await newNamedRow(patient, tenant);
    const held = new Map<string, number>();
    let mostHeld = 0;
    const hanging = await startReceiver((_, request) => {
      const path = request.url ?? "";
      held.set(path, (held.get(path) ?? 0) + 1);
      mostHeld = Math.max(mostHeld, held.get(path) ?? 0);
      request.socket.on("close", () => held.set(path, (held.get(path) ?? 0) - 1));
    });
    for (let count = 0; count < 50; count++) {
      await newEndpoint(tenant, hanging.url(`/${count}`), ["database.updated"]);
    }
    const at = `/${randomUUID()}`;
    const endpoint = await newEndpoint(tenant, receiver.url(at), ["database.updated"]);
    const waits: number[] = [];
    for (let count = 1; count <= 20; count++) {
      const name = await rename(tenant, uuid);
      const fromMs = Date.now();
      const messages = await messagesAt(receiver, at, count);
      waits.push((messages.at(-1)?.atMs ?? 0) - fromMs);
      expect(verified(messages.at(-1) ?? never(), endpoint.secret).data.name).toBe(name);
    }
    // Each of the hanging ones takes five seconds to be given up.
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(4_000);
    // Nor is any of them sent many at once.
    expect(mostHeld).toBeGreaterThan(0);
    expect(mostHeld).toBeLessThanOrEqual(5);
    await hanging.stop();
  });
});

function never(): never {
  throw new Error("Not received");
}

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventTypes } from "../../src/polykomos/webhooks/event-types.ts";
import { newDatabase, type Tenant, until } from "../support/api.ts";
import {
  accept,
  answerWith,
  type Received,
  type Receiver,
  startReceiver,
  verified,
} from "../support/receiver.ts";
import {
  deliveriesOf,
  messagesAt,
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

beforeAll(async () => {
  world = await startWebhookWorld({ DESTROY_DELAY_SECONDS: "3600", REQUESTS_PER_MINUTE: "100000" });
  receiver = await startReceiver();
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

/** A tenant with an endpoint at a path of its own. */
async function subscribed(events?: string[]) {
  const tenant = await world.newTenant();
  const at = `/${randomUUID()}`;
  const endpoint = await newEndpoint(tenant, receiver.url(at), events);
  return { tenant, at, endpoint, secret: endpoint.secret as string };
}

function byType(messages: readonly Received[], secret: string): string[] {
  return messages.map((message) => verified(message, secret).type).sort();
}

/** Waits until the attempts are recorded too: a clock that moved before would end their leases. */
async function recorded(tenant: Tenant, endpointId: number, count: number): Promise<void> {
  await until(
    () => deliveriesOf(tenant, endpointId),
    (all) => all.length === count && all.every(({ status }) => status === "delivered"),
  );
}

async function eventsOf(tenant: Tenant) {
  const list = await tenant.call("GET", "/api/v1/events?limit=100");
  return list.body.data as { id: number; type: string; message_id: string; data: object }[];
}

test("an endpoint is created with its secret, and shown without it ever after", async () => {
  const tenant = await world.newTenant();
  const url = receiver.url("/shown");
  const made = await tenant.call("POST", path, { body: { url, events: ["database.deleted"] } });
  expect(made.status).toBe(201);
  expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(made.body.data).toMatchObject({
    object: "webhook_endpoint",
    url,
    events: ["database.deleted"],
    status: "active",
    last_success_at: null,
    last_failure_at: null,
    disabled_at: null,
    team_id: tenant.teamId,
  });
  const list = await tenant.call("GET", path);
  expect(list.body).toMatchObject({ data: [made.body.data], has_more: false });
  expect(JSON.stringify(list.body)).not.toContain("whsec_");
});

test("a create sent again with its key answers the same endpoint and the same secret", async () => {
  const tenant = await world.newTenant();
  const request = { key: randomUUID(), body: { url: receiver.url("/again") } };
  const [first, second] = [
    await tenant.call("POST", path, request),
    await tenant.call("POST", path, request),
  ];
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect([second.body.secret, second.body.data]).toEqual([first.body.secret, first.body.data]);
  expect((await tenant.call("GET", path)).body.data).toHaveLength(1);
});

test.each([
  [{}, "missing_required_field", "url"],
  [{ url: "" }, "invalid_field", "url"],
  [{ url: "not a url" }, "invalid_field", "url"],
  [{ url: 7 }, "invalid_field", "url"],
  [{ url: `https://example.com/${"a".repeat(2_048)}` }, "invalid_field", "url"],
  [{ url: "https://10.0.0.1/" }, "invalid_field", "url"],
  [{ url: "https://no-such-name.example.com/" }, "invalid_field", "url"],
  [{ url: "http://127.0.0.1/", events: "all" }, "invalid_field", "events"],
  [{ url: "http://127.0.0.1/", events: ["database.exploded"] }, "invalid_field", "events.0"],
  [{ url: "http://127.0.0.1/", events: ["database.updated", null] }, "invalid_field", "events.1"],
  [{ url: "http://127.0.0.1/", team_id: 0 }, "invalid_field", "team_id"],
  [{ url: "http://127.0.0.1/", secret: "whsec_mine" }, "unknown_field", "secret"],
])("the create %j is refused with 422 %s about %s", async (body, code, field) => {
  const tenant = await world.newTenant();
  const answer = await tenant.call("POST", path, { body });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ code, details: { field } });
  expect((await tenant.call("GET", path)).body.data).toEqual([]);
});

test("an unknown event is answered with the list of events", async () => {
  const tenant = await world.newTenant();
  const body = { url: receiver.url(), events: ["database.exploded"] };
  const { error } = (await tenant.call("POST", path, { body })).body;
  expect(error.details.allowed).toEqual(eventTypes);
  for (const type of eventTypes) expect(error.message).toContain(type);
});

test("while names cannot be resolved a create is 503 and may be sent again", async () => {
  const tenant = await world.newTenant();
  const request = { key: randomUUID(), body: { url: "https://hook.example.org/in" } };
  world.nameServer.names.set("hook.example.org", [{ type: "A", data: "93.184.216.34" }]);
  world.nameServer.fail(true);
  try {
    const refused = await tenant.call("POST", path, request);
    expect([refused.status, refused.body.error.code]).toEqual([503, "unavailable"]);
  } finally {
    world.nameServer.fail(false);
  }
  expect((await tenant.call("POST", path, request)).status).toBe(201);
});

test("one create, one rename, one quota change and one delete each tell of what they did, once", async () => {
  const { tenant, at, endpoint, secret } = await subscribed();
  const { uuid } = await newDatabase(tenant);
  await rename(tenant, uuid);
  const quotas = await tenant.call("PATCH", `/api/v1/databases/${uuid}/quotas`, {
    body: { connection_hard_limit: 3 },
  });
  expect(quotas.status).toBe(200);
  expect((await tenant.call("DELETE", `/api/v1/databases/${uuid}`)).status).toBe(200);
  const told = [
    "database.deleted",
    "database.provisioned",
    "database.provisioning",
    "database.updated",
    "database.updated",
  ];
  const messages = await messagesAt(receiver, at, told.length);
  expect(byType(messages, secret)).toEqual(told);
  for (const message of messages) {
    expect(verified(message, secret).data).toMatchObject({ uuid, team_id: tenant.teamId });
  }
  const events = await eventsOf(tenant);
  expect(events.map(({ type }) => type).sort()).toEqual(told);
  expect(events.map((event) => event.message_id).sort()).toEqual(
    messages.map((message) => message.headers["webhook-id"]).sort(),
  );

  await recorded(tenant, endpoint.id, told.length);
  await world.moveClock(3_700_000);
  await world.sweep();
  const all = await messagesAt(receiver, at, told.length + 1);
  expect(byType(all, secret)).toEqual([...told, "database.destroyed"].sort());
});

test("a request that changes nothing tells of nothing", async () => {
  const { tenant, at } = await subscribed();
  const uuid = await newNamedRow(world, tenant);
  const other = await newNamedRow(world, tenant);
  const [taken] = await world.store("SELECT name FROM databases WHERE uuid = $1", [other]);
  const refused = [
    await tenant.call("PATCH", `/api/v1/databases/${uuid}`, { body: { name: taken?.name } }),
    await tenant.call("PATCH", `/api/v1/databases/${uuid}`, { body: { name: "No Good" } }),
    await tenant.call("PATCH", `/api/v1/databases/${randomUUID()}`, { body: { name: "fine" } }),
    await tenant.call("DELETE", `/api/v1/databases/${randomUUID()}`),
    await tenant.call("POST", "/api/v1/databases", { body: { name: taken?.name } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([409, 422, 404, 404, 409]);
  expect(await eventsOf(tenant)).toEqual([]);
  // Sent after them, it comes first.
  await rename(tenant, uuid);
  expect(await messagesAt(receiver, at, 1)).toHaveLength(1);
});

test("a rename sent twice with one key tells of one change", async () => {
  const { tenant, at } = await subscribed();
  const uuid = await newNamedRow(world, tenant);
  const request = { key: randomUUID(), body: { name: `n-${randomUUID().slice(0, 8)}` } };
  await tenant.call("PATCH", `/api/v1/databases/${uuid}`, request);
  await tenant.call("PATCH", `/api/v1/databases/${uuid}`, request);
  await messagesAt(receiver, at, 1);
  expect((await eventsOf(tenant)).map(({ type }) => type)).toEqual(["database.updated"]);
});

test("a database that cannot be built tells that it failed, and nothing of its password", async () => {
  const { tenant, at, endpoint, secret } = await subscribed();
  // Somebody else's login has the name that the next database's would have.
  const [row] = await world.store("SELECT last_value + 1 AS id FROM databases_id_seq");
  await world.store(`CREATE ROLE u${row?.id}`);
  try {
    const made = await tenant.call("POST", "/api/v1/databases", {
      body: { name: `x-${randomUUID().slice(0, 8)}` },
    });
    expect(made.status).toBe(202);
    await recorded(tenant, endpoint.id, 1);
    await until(
      async () => {
        await world.moveClock(600_000);
        await world.sweep();
        return receiver.at(at).map((message) => verified(message, secret).type);
      },
      (types) => types.includes("database.provision_failed"),
    );
    const types = byType(receiver.at(at), secret);
    // What was half built may have been destroyed by now.
    expect(types.filter((type) => type !== "database.destroyed")).toEqual([
      "database.provision_failed",
      "database.provisioning",
    ]);
  } finally {
    await world.store(`DROP ROLE u${row?.id}`);
  }
});

test("an endpoint gets the events that it names, and all when it names none", async () => {
  const { tenant, at, secret } = await subscribed(["database.deleted", "database.updated"]);
  const everything = await newEndpoint(tenant, receiver.url(`${at}/all`), []);
  const uuid = await newNamedRow(world, tenant);
  await rename(tenant, uuid);
  await tenant.call("DELETE", `/api/v1/databases/${uuid}`);
  await messagesAt(receiver, `${at}/all`, 2);
  await messagesAt(receiver, at, 2);
  const other = await newEndpoint(tenant, receiver.url(`${at}/other`), ["database.provisioned"]);
  const second = await newNamedRow(world, tenant);
  await rename(tenant, second);
  const all = await messagesAt(receiver, `${at}/all`, 3);
  expect(byType(all, everything.secret)).toEqual([
    "database.deleted",
    "database.updated",
    "database.updated",
  ]);
  expect(byType(await messagesAt(receiver, at, 3), secret)).toHaveLength(3);
  expect(await deliveriesOf(tenant, other.id)).toEqual([]);
  expect(receiver.at(`${at}/other`)).toEqual([]);
});

test("one event has one id at all endpoints, and each has its own signature", async () => {
  const { tenant, at, secret } = await subscribed();
  const other = await newEndpoint(tenant, receiver.url(`${at}/2`));
  await rename(tenant, await newNamedRow(world, tenant));
  const [one] = await messagesAt(receiver, at, 1);
  const [two] = await messagesAt(receiver, `${at}/2`, 1);
  if (!one || !two) throw new Error("Not received");
  expect(verified(one, secret).id).toBe(verified(two, other.secret).id);
  expect(() => verified(one, other.secret)).toThrow();
});

test("events and endpoints of another team are not there", async () => {
  const { tenant, endpoint } = await subscribed();
  await rename(tenant, await newNamedRow(world, tenant));
  const [delivery] = await until(
    () => deliveriesOf(tenant, endpoint.id),
    (found) => found[0]?.status === "delivered",
  );
  const stranger = await world.newTenant();
  const at = `${path}/${endpoint.id}`;
  const answers = [
    await stranger.call("DELETE", at),
    await stranger.call("GET", `${at}/deliveries`),
    await stranger.call("POST", `${at}/test_deliveries`),
    await stranger.call("POST", `${at}/rotate_secret`),
    await stranger.call("POST", `${at}/enable`),
    await stranger.call("POST", `${at}/deliveries/${delivery?.id}/redeliver`),
    await stranger.call("POST", path, {
      body: { url: receiver.url("/theirs"), team_id: tenant.teamId },
    }),
  ];
  for (const { status, body } of answers) {
    expect([status, body.error.code]).toEqual([404, "not_found"]);
  }
  expect((await stranger.call("GET", path)).body.data).toEqual([]);
  expect(await eventsOf(stranger)).toEqual([]);
  const own = await newEndpoint(stranger, receiver.url("/own"));
  const mixed = `${path}/${own.id}/deliveries/${delivery?.id}/redeliver`;
  expect((await stranger.call("POST", mixed)).status).toBe(404);
  const [known] = await eventsOf(tenant);
  for (const cursor of [
    `${path}?starting_after=${endpoint.id}`,
    `/api/v1/events?starting_after=${known?.id}`,
  ]) {
    expect((await stranger.call("GET", cursor)).body.error.code).toBe("invalid_cursor");
  }
});

test.each(["1", "2147483648", "999999999999999"])(
  "an id that is no endpoint of the caller's (%s) is 404 everywhere",
  async (id) => {
    const tenant = await world.newTenant();
    const answers = [
      await tenant.call("DELETE", `${path}/${id}`),
      await tenant.call("GET", `${path}/${id}/deliveries`),
      await tenant.call("POST", `${path}/${id}/test_deliveries`),
      await tenant.call("POST", `${path}/${id}/rotate_secret`),
      await tenant.call("POST", `${path}/${id}/enable`),
      await tenant.call("POST", `${path}/${id}/deliveries/${id}/redeliver`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  },
);

test.each(["0", "-1", "1.5", "abc", "9999999999999999"])("the id %s is 422", async (id) => {
  const tenant = await world.newTenant();
  const answer = await tenant.call("GET", `${path}/${id}/deliveries`);
  expect([answer.status, answer.body.error.details.field]).toEqual([422, "id"]);
});

test("endpoints, deliveries and events are listed newest first, page by page, while more come", async () => {
  const { tenant, endpoint } = await subscribed();
  const more = [
    await newEndpoint(tenant, receiver.url("/b")),
    await newEndpoint(tenant, receiver.url("/c")),
  ];
  const uuid = await newNamedRow(world, tenant);
  for (let count = 0; count < 5; count++) await rename(tenant, uuid);
  const lists = [
    { of: path, size: 3, add: () => newEndpoint(tenant, receiver.url("/d")) },
    { of: `${path}/${endpoint.id}/deliveries`, size: 5, add: () => rename(tenant, uuid) },
    { of: "/api/v1/events", size: 6, add: () => rename(tenant, uuid) },
  ];
  expect(more).toHaveLength(2);
  for (const { of, size, add } of lists) {
    const seen: number[] = [];
    let cursor = "";
    for (;;) {
      const page = await tenant.call("GET", `${of}?limit=2${cursor}`);
      expect(page.status).toBe(200);
      const ids = page.body.data.map((each: { id: number }) => each.id);
      if (seen.length === 0) await add();
      seen.push(...ids);
      if (!page.body.has_more) break;
      cursor = `&starting_after=${ids.at(-1)}`;
    }
    expect(seen).toHaveLength(size);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    const past = await tenant.call("GET", `${of}?starting_after=${seen.at(-1)}`);
    expect(past.body).toMatchObject({ data: [], has_more: false });
    for (const unknown of ["999999999999999", "abc", "0", String((seen[0] ?? 0) + 1_000_000)]) {
      const answer = await tenant.call("GET", `${of}?starting_after=${unknown}`);
      expect([answer.status, answer.body.error.code], of).toEqual([422, "invalid_cursor"]);
    }
    for (const limit of ["0", "101", "x"]) {
      expect((await tenant.call("GET", `${of}?limit=${limit}`)).status).toBe(422);
    }
  }
});

test("a revoked endpoint is sent nothing more, says so in the list, and keeps its history", async () => {
  const { tenant, at, endpoint } = await subscribed();
  const uuid = await newNamedRow(world, tenant);
  // No second attempt comes by itself.
  const later = answerWith(503, { "retry-after": "3600" });
  receiver.behave((response, request) => (request.url === at ? later : accept)(response, request));
  await rename(tenant, uuid);
  await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([first]) => first?.attempt_count === 1,
  );
  receiver.behave(accept);
  const revoked = await tenant.call("DELETE", `${path}/${endpoint.id}`);
  expect(revoked.body).toMatchObject({ data: { id: endpoint.id } });
  expect((await tenant.call("DELETE", `${path}/${endpoint.id}`)).status).toBe(200);
  expect(await deliveriesOf(tenant, endpoint.id)).toMatchObject([
    { status: "failed", error_class: "endpoint_revoked", next_attempt_at: null, attempt_count: 1 },
  ]);
  await rename(tenant, uuid);
  await world.moveClock(7_200_000);
  await world.sweep();
  const witness = await newEndpoint(tenant, receiver.url(`${at}/witness`));
  await rename(tenant, uuid);
  await messagesAt(receiver, `${at}/witness`, 1);
  expect(receiver.at(at)).toHaveLength(1);
  expect(await deliveriesOf(tenant, endpoint.id)).toHaveLength(1);
  const list = await tenant.call("GET", path);
  expect(list.body.data).toMatchObject([
    { id: witness.id, status: "active" },
    { id: endpoint.id, status: "revoked" },
  ]);
  for (const verb of ["test_deliveries", "rotate_secret", "enable"]) {
    expect((await tenant.call("POST", `${path}/${endpoint.id}/${verb}`)).status).toBe(404);
  }
});

test("a revocation in the middle of an attempt keeps what came of the attempt", async () => {
  const { tenant, at, endpoint } = await subscribed();
  let finish = () => {};
  receiver.behave((response, request) => {
    if (request.url === at) finish = () => accept(response, request);
    else accept(response, request);
  });
  await rename(tenant, await newNamedRow(world, tenant));
  await messagesAt(receiver, at, 1);
  await tenant.call("DELETE", `${path}/${endpoint.id}`);
  finish();
  receiver.behave(accept);
  await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([first]) => first?.status === "delivered" && first.response_code === 204,
  );
});

test("a test delivery is sent once, signed, and answered with what came of it", async () => {
  const { tenant, at, endpoint, secret } = await subscribed(["database.deleted"]);
  const sent = await sendTest(tenant, endpoint.id);
  expect(sent.status).toBe(200);
  expect(sent.body.data).toMatchObject({
    object: "webhook_delivery",
    endpoint_id: endpoint.id,
    event_type: "webhook.test",
    status: "delivered",
    response_code: 204,
    error_message: null,
    error_class: null,
    attempt_count: 1,
    next_attempt_at: null,
  });
  expect(sent.body.data.duration_ms).toBeGreaterThanOrEqual(0);
  const [message] = receiver.at(at);
  if (!message) throw new Error("Not received");
  expect(verified(message, secret)).toMatchObject({
    id: sent.body.data.message_id,
    type: "webhook.test",
    data: { webhook_endpoint_id: endpoint.id },
  });
});

test("a test delivery that fails is still answered with 200, and not tried again", async () => {
  const { tenant, at, endpoint } = await subscribed();
  receiver.behave((response, request) =>
    answerWith(request.url === at ? 500 : 204)(response, request),
  );
  const sent = await sendTest(tenant, endpoint.id);
  receiver.behave(accept);
  expect(sent.status).toBe(200);
  expect(sent.body.data).toMatchObject({
    status: "failed",
    response_code: 500,
    error_class: "http_status",
    error_message: "The receiver answered 500",
    attempt_count: 1,
    next_attempt_at: null,
  });
  await world.moveClock(60_000);
  await world.sweep();
  await rename(tenant, await newNamedRow(world, tenant));
  await messagesAt(receiver, at, 2);
  expect(receiver.at(at)).toHaveLength(2);
});

test("a redelivery sends the same message again, with the same id and the same bytes", async () => {
  const { tenant, at, endpoint, secret } = await subscribed();
  await rename(tenant, await newNamedRow(world, tenant));
  const [first] = await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([each]) => each?.status === "delivered",
  );
  const again = await tenant.call(
    "POST",
    `${path}/${endpoint.id}/deliveries/${first?.id}/redeliver`,
  );
  expect(again.status).toBe(200);
  expect(again.body.data).toMatchObject({
    message_id: first?.message_id,
    event_id: first?.event_id,
  });
  expect(again.body.data.id).toBeGreaterThan(first?.id ?? 0);
  const [one, two] = await messagesAt(receiver, at, 2);
  if (!one || !two) throw new Error("Not received");
  expect(two.body).toBe(one.body);
  expect(verified(two, secret).id).toBe(verified(one, secret).id);
});

test("a redelivery that finds no delivery leaves no trace", async () => {
  const { tenant, endpoint } = await subscribed();
  const count = () =>
    world.store("SELECT count(*)::int AS count FROM audit_log WHERE team_id = $1", [tenant.teamId]);
  const before = await count();
  const answer = await tenant.call("POST", `${path}/${endpoint.id}/deliveries/999999/redeliver`);
  expect(answer.status).toBe(404);
  expect(await count()).toEqual(before);
});

test("after a rotation both secrets sign for 24 hours, the new one first, and then only the new one", async () => {
  const { tenant, at, endpoint, secret: older } = await subscribed();
  const rotated = await tenant.call("POST", `${path}/${endpoint.id}/rotate_secret`);
  expect(rotated.status).toBe(200);
  const newer: string = rotated.body.secret;
  expect(newer).not.toBe(older);
  await sendTest(tenant, endpoint.id);
  await world.moveClock(24 * 3_600_000 - 60_000);
  await sendTest(tenant, endpoint.id);
  await world.moveClock(120_000);
  await sendTest(tenant, endpoint.id);
  const [atOnce, before, after] = await messagesAt(receiver, at, 3);
  if (!atOnce || !before || !after) throw new Error("Not received");
  for (const message of [atOnce, before]) {
    verified(message, newer);
    verified(message, older);
    const [first, ...rest] = message.headers["webhook-signature"]?.split(" ") ?? [];
    expect(rest).toHaveLength(1);
    verified(
      { ...message, headers: { ...message.headers, "webhook-signature": first ?? "" } },
      newer,
    );
  }
  verified(after, newer);
  expect(() => verified(after, older)).toThrow();
  expect(after.headers["webhook-signature"]).not.toContain(" ");
});

test("a rotation sent twice with one key rotates once and answers the same secret", async () => {
  const { tenant, at, endpoint, secret } = await subscribed();
  const key = randomUUID();
  const first = await tenant.call("POST", `${path}/${endpoint.id}/rotate_secret`, { key });
  const second = await tenant.call("POST", `${path}/${endpoint.id}/rotate_secret`, { key });
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.body.secret).toBe(first.body.secret);
  await sendTest(tenant, endpoint.id);
  const [message] = await messagesAt(receiver, at, 1);
  if (!message) throw new Error("Not received");
  verified(message, first.body.secret);
  verified(message, secret);
  expect(message.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
});

test("the same event may be named twice and counts once", async () => {
  const tenant = await world.newTenant();
  const events = ["database.updated", "database.updated"];
  const endpoint = await newEndpoint(tenant, receiver.url("/twice"), events);
  expect(endpoint.events).toEqual(["database.updated"]);
});

test("a team may have a hundred live endpoints, and a revoked one makes room", async () => {
  const tenant = await world.newTenant();
  await world.store(
    `INSERT INTO webhook_endpoints (uid, team_id, url, events, secret_sealed, created_at)
     SELECT gen_random_uuid(), $1, 'https://x.example/', '["database.deleted"]', 'x', now()
     FROM generate_series(1, 99)`,
    [tenant.teamId],
  );
  const last = await newEndpoint(tenant, receiver.url("/hundredth"));
  const body = { url: receiver.url("/one-more") };
  const refused = await tenant.call("POST", path, { body });
  expect([refused.status, refused.body.error.code]).toEqual([409, "conflict"]);
  await tenant.call("DELETE", `${path}/${last.id}`);
  expect((await tenant.call("POST", path, { body })).status).toBe(201);
});

test("events and deliveries are kept for thirty days", async () => {
  const { tenant, at, endpoint } = await subscribed();
  await rename(tenant, await newNamedRow(world, tenant));
  await messagesAt(receiver, at, 1);
  await until(
    () => deliveriesOf(tenant, endpoint.id),
    ([each]) => each?.status === "delivered",
  );
  const dayMs = 24 * 3_600_000;
  await world.moveClock(30 * dayMs - 600_000);
  await world.sweep();
  await world.sweep();
  expect(await deliveriesOf(tenant, endpoint.id)).toHaveLength(1);
  expect(await eventsOf(tenant)).toHaveLength(1);
  await world.moveClock(1_200_000);
  await world.sweep();
  await world.sweep();
  expect(await deliveriesOf(tenant, endpoint.id)).toEqual([]);
  expect(await eventsOf(tenant)).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Tenant, until } from "../support/api.ts";
import { hostileAt } from "../support/hostile-urls.ts";
import type { NameRecord } from "../support/name-server.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import {
  deliveriesOf,
  newEndpoint,
  newNamedRow,
  rename,
  sendTest,
  startWebhookWorld,
  type WebhookWorld,
} from "../support/webhooks.ts";

/**
 * What no delivery may reach. The receiver listens on this machine, in the port of the hostile URLs:
 * it must never see a connection.
 */
const path = "/api/v1/webhook_endpoints";
const publicV4: NameRecord = { type: "A", data: "93.184.216.34" };
const publicV6: NameRecord = { type: "AAAA", data: "2606:2800:220:1:248:1893:25c8:1946" };

let world: WebhookWorld;
let inside: Receiver;
let tenant: Tenant;

beforeAll(async () => {
  world = await startWebhookWorld({
    PUBLIC_URL: "https://polykomos.example.net",
    POLYKOMOS_HOST: "databases.example.net",
    // No second attempt comes by itself.
    WEBHOOK_RETRY_SECONDS: "0,3600",
  });
  inside = await startReceiver();
  tenant = await world.newTenant();
});

afterAll(async () => {
  await world.stop();
  await inside.stop();
});

function create(url: string): Promise<Answer> {
  return tenant.call("POST", path, { body: { url } });
}

function expectRefused(answer: Answer): void {
  expect([answer.status, answer.body.error?.code]).toEqual([422, "invalid_field"]);
  expect(answer.body.error.details.field).toBe("url");
}

test("no hostile URL is taken at create, and nothing is sent to it", async () => {
  const urls = hostileAt(inside.port);
  for (const url of urls) expectRefused(await create(url));
  expect((await tenant.call("GET", path)).body.data).toEqual([]);
  expect(inside.connections()).toBe(0);
});

test("a hostile URL that got into the store all the same is not called", async () => {
  const owner = await world.newTenant();
  const endpoint = await newEndpoint(owner, "https://93.184.216.34/");
  for (const url of hostileAt(inside.port)) {
    await world.store("UPDATE webhook_endpoints SET url = $1 WHERE id = $2", [url, endpoint.id]);
    const sent = await sendTest(owner, endpoint.id);
    expect([url, sent.status, sent.body.data.error_class, sent.body.data.status]).toEqual([
      url,
      200,
      "blocked_address",
      "failed",
    ]);
    expect(sent.body.data.response_code).toBeNull();
  }
  expect(inside.connections()).toBe(0);
});

const inwards: [what: string, records: NameRecord[]][] = [
  ["a loopback address", [{ type: "A", data: "127.0.0.1" }]],
  ["a private address", [{ type: "A", data: "192.168.0.1" }]],
  ["a metadata address", [{ type: "A", data: "169.254.169.254" }]],
  ["a loopback AAAA", [{ type: "AAAA", data: "::1" }]],
  ["a unique local AAAA", [{ type: "AAAA", data: "fd00::1" }]],
  ["a mapped AAAA", [{ type: "AAAA", data: "::ffff:127.0.0.1" }]],
  ["a NAT64 AAAA", [{ type: "AAAA", data: "64:ff9b::7f00:1" }]],
  ["a 6to4 AAAA", [{ type: "AAAA", data: "2002:7f00:1::" }]],
  ["a Teredo AAAA", [{ type: "AAAA", data: "2001:0:7f00:1::" }]],
  ["a public A and a private A", [publicV4, { type: "A", data: "10.1.2.3" }]],
  ["a public A and a private AAAA", [publicV4, { type: "AAAA", data: "fe80::1" }]],
  ["a private A and a public AAAA", [{ type: "A", data: "127.0.0.1" }, publicV6]],
  [
    "a chain that ends inside",
    [
      { type: "CNAME", data: "hop.example.com." },
      { type: "A", data: "127.0.0.1" },
    ],
  ],
  ["a chain through an internal name", [{ type: "CNAME", data: "db.internal." }, publicV4]],
  ["a chain to this service", [{ type: "CNAME", data: "polykomos.example.net." }, publicV4]],
];

test.each(inwards)("a name with %s is refused", async (what, records) => {
  const name = `${what.toLowerCase().replaceAll(/\W+/g, "-")}.example.com`;
  world.nameServer.names.set(name, records);
  expectRefused(await create(`https://${name}:${inside.port}/`));
  expect(world.nameServer.asked).toContain(name);
  expect(inside.connections()).toBe(0);
});

test("a name that does not exist is refused", async () => {
  expectRefused(await create("https://nowhere.example.com/"));
});

test("names of this service are refused", async () => {
  for (const name of [
    "databases.example.net",
    "polykomos.example.net",
    "POLYKOMOS.Example.net",
    "db-1.polykomos.example.net",
  ]) {
    world.nameServer.names.set(name.toLowerCase(), [publicV4]);
    expectRefused(await create(`https://${name}/hook`));
  }
});

test("a name that turns inwards after the create is not called, and the delivery waits for its next attempt", async () => {
  const owner = await world.newTenant();
  const name = "turns.example.com";
  world.nameServer.names.set(name, [publicV4, publicV6]);
  const endpoint = await newEndpoint(owner, `https://${name}:${inside.port}/`);
  world.nameServer.names.set(name, [{ type: "A", data: "127.0.0.1" }]);
  await rename(owner, await newNamedRow(world, owner));
  const [delivery] = await until(
    () => deliveriesOf(owner, endpoint.id),
    ([first]) => first?.attempt_count === 1,
  );
  expect(delivery).toMatchObject({
    status: "pending",
    response_code: null,
    error_class: "blocked_address",
    error_message: "The host name resolves to a private or reserved address",
  });
  expect(delivery?.next_attempt_at).not.toBeNull();
  expect(inside.connections()).toBe(0);
});

test("a name that is gone, or cannot be looked up, is recorded as that", async () => {
  const owner = await world.newTenant();
  world.nameServer.names.set("fades.example.com", [publicV4]);
  const endpoint = await newEndpoint(owner, `https://fades.example.com:${inside.port}/`);
  world.nameServer.names.delete("fades.example.com");
  const gone = await sendTest(owner, endpoint.id);
  expect(gone.body.data).toMatchObject({ status: "failed", error_class: "dns" });
  world.nameServer.fail(true);
  try {
    const unknown = await sendTest(owner, endpoint.id);
    expect(unknown.body.data).toMatchObject({ status: "failed", error_class: "dns" });
  } finally {
    world.nameServer.fail(false);
  }
  expect(inside.connections()).toBe(0);
});

test("a public name is taken, by either family of addresses", async () => {
  world.nameServer.names.set("four.example.com", [publicV4]);
  world.nameServer.names.set("six.example.com", [publicV6]);
  world.nameServer.names.set("alias.example.com", [
    { type: "CNAME", data: "edge.example.org." },
    publicV4,
    publicV6,
  ]);
  for (const name of ["four", "six", "alias"]) {
    expect((await create(`https://${name}.example.com/hook`)).status).toBe(201);
  }
});

test("without the development flag this machine is out of reach, in any notation", async () => {
  const closed = await startWebhookWorld({ WEBHOOK_ALLOW_LOOPBACK: "false" });
  try {
    const owner = await closed.newTenant();
    for (const host of ["127.0.0.1", "localhost", "[::1]", "127.1", "0x7f000001", "2130706433"]) {
      const url = `http://${host}:${inside.port}/`;
      expectRefused(await owner.call("POST", path, { body: { url } }));
    }
    const endpoint = await newEndpoint(owner, "https://93.184.216.34/");
    const url = inside.url();
    await closed.store("UPDATE webhook_endpoints SET url = $1 WHERE id = $2", [url, endpoint.id]);
    const sent = await sendTest(owner, endpoint.id);
    expect(sent.body.data.error_class).toBe("blocked_address");
    expect(inside.connections()).toBe(0);
  } finally {
    await closed.stop();
  }
});

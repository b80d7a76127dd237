import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventTypes } from "../../src/polykomos/webhooks/event-types.ts";
import { root } from "../support/build.ts";
import { type Received, startReceiver } from "../support/receiver.ts";
import { newEndpoint, sendTest, startWebhookWorld } from "../support/webhooks.ts";

/** The guide for receivers says what is so, and its samples run. */
const guide = readFileSync(join(root, "docs", "webhooks.md"), "utf8");
const samples = [...guide.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? "");
// Below the repository, where the library is found.
const folder = join(root, "dist", `guide-${randomUUID()}`);

type Verify = (secret: string, headers: Record<string, string>, rawBody: string) => unknown;

async function verifyOf(sample: string): Promise<Verify> {
  const file = join(folder, `${randomUUID()}.mjs`);
  writeFileSync(file, sample);
  const loaded: { verify: Verify } = await import(/* @vite-ignore */ pathToFileURL(file).href);
  return loaded.verify;
}

let message: Received;
let secret: string;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const world = await startWebhookWorld();
  const receiver = await startReceiver();
  const tenant = await world.newTenant();
  const endpoint = await newEndpoint(tenant, receiver.url());
  await sendTest(tenant, endpoint.id);
  const [first] = receiver.received;
  if (!first) throw new Error("Not received");
  message = first;
  secret = endpoint.secret;
  await world.stop();
  await receiver.stop();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("the guide has a sample with the library and one without", () => {
  expect(samples).toHaveLength(2);
  expect(samples[0]).toContain("standardwebhooks");
  expect(samples[1]).not.toContain("standardwebhooks");
});

test.each([0, 1])("sample %i takes a real message and refuses every forgery", async (index) => {
  const verify = await verifyOf(samples[index] ?? "");
  expect(verify(secret, message.headers, message.body)).toEqual(JSON.parse(message.body));
  const signature = message.headers["webhook-signature"] ?? "";
  const rotated = { ...message.headers, "webhook-signature": `v1,AAAA ${signature}` };
  expect(verify(secret, rotated, message.body)).toEqual(JSON.parse(message.body));
  const forgeries: [Record<string, string>, string][] = [
    [{}, message.body.replace("webhook.test", "webhook.tset")],
    [{ "webhook-id": "msg_other" }, message.body],
    [{ "webhook-timestamp": "1674087231" }, message.body],
    [{ "webhook-timestamp": "soon" }, message.body],
    [{ "webhook-signature": "" }, message.body],
    [{ "webhook-signature": signature.replace("v1,", "v2,") }, message.body],
    [{ "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}` }, message.body],
  ];
  for (const [headers, body] of forgeries) {
    expect(() => verify(secret, { ...message.headers, ...headers }, body)).toThrow();
  }
  const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  expect(() => verify(other, message.headers, message.body)).toThrow();
});

test("the guide names every event", () => {
  const named = [...guide.matchAll(/`((?:\w+)?\.\w+)`/g)].map(([, name]) => name ?? "");
  for (const type of eventTypes) {
    const [subject, verb] = type.split(".");
    expect(named.includes(type) || named.includes(`.${verb}`), `${subject}.${verb}`).toBe(true);
  }
});

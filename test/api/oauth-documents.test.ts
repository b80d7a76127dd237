import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  askToken,
  begin,
  callTool,
  connect,
  newPerson,
  proofIn,
  refresh,
} from "../support/oauth.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

/** Clients whose id is the address of a document. All other servers are played by `elsewhere`. */
type Answer = { status?: number; headers?: Record<string, string>; body: string | Uint8Array };
type NameRecord = { type: number; data: string };

const documents = new Map<string, Answer | (() => Promise<Answer>)>();
const names = new Map<string, NameRecord[]>();
const fetched: string[] = [];

async function elsewhere(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === "dns.example") return nameAnswer(url);
  fetched.push(request.url);
  const found = documents.get(request.url);
  const answer = typeof found === "function" ? await found() : found;
  if (!answer) return new Response("nothing", { status: 404 });
  const { status = 200, headers = {}, body } = answer;
  return new Response(body as BodyInit, { status, headers });
}

function nameAnswer({ searchParams }: URL): Response {
  const records = names.get(searchParams.get("name") ?? "");
  const wanted = searchParams.get("type") === "A" ? 1 : 28;
  const found = (records ?? []).filter(({ type }) => type === wanted || type === 5);
  return Response.json({ Status: records ? 0 : 3, Answer: found });
}

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker({ elsewhere });
});
afterAll(() => worker.stop());
beforeEach(() => {
  fetched.length = 0;
});

const publicAddress = { type: 1, data: "93.184.216.34" };

/** A document on a host of its own; what is left out is as it should be. */
function publish(changes: Record<string, unknown> = {}, answer: Partial<Answer> = {}): string {
  const host = `${randomUUID()}.example`;
  names.set(host, [publicAddress]);
  return publishAt(`https://${host}/client.json`, changes, answer);
}

function publishAt(
  url: string,
  changes: Record<string, unknown>,
  answer: Partial<Answer> = {},
): string {
  const document = {
    client_id: url,
    client_name: "Document client",
    redirect_uris: ["http://localhost:1455/callback", "https://client.example/cb"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
    ...changes,
  };
  documents.set(url, { body: JSON.stringify(document), ...answer });
  return url;
}

function clientAt(id: string) {
  return { id, redirectUri: "http://localhost:51000/callback" };
}

async function asked(id: string): Promise<{ status: number; text: string }> {
  return await newPerson(worker).get(begin(worker, clientAt(id)).url);
}

describe("a client with a document", () => {
  test("connects, calls, refreshes and revokes without registering", async () => {
    const id = publish();
    const { accessToken, refreshToken, client } = await connect(worker, { client: clientAt(id) });
    expect((await callTool(worker, accessToken)).status).toBe(200);
    const fresh = await refresh(worker, client, refreshToken);
    expect(fresh.status).toBe(200);
    await askToken(worker, { token: fresh.body.refresh_token, client_id: id });
    expect((await callTool(worker, fresh.body.access_token)).status).toBe(401);
  });

  test("is shown with the host that published it", async () => {
    const id = publish({ client_name: "Some <b>editor</b>" });
    const person = newPerson(worker);
    await connect(worker, { person });
    const page = await person.follow(begin(worker, clientAt(id)).url);
    expect(page.text).toContain(new URL(id).host);
    expect(page.text).toContain("Some &lt;b&gt;editor&lt;/b&gt;");
    expect(page.text).not.toContain("Not verified");
  });

  test("is fetched once for a while, then anew", async () => {
    const id = publish({}, { headers: { "cache-control": "max-age=600" } });
    await connect(worker, { client: clientAt(id) });
    expect(fetched).toEqual([id]);
  });

  test("on several machines of one person stays connected on each", async () => {
    const id = publish();
    const person = newPerson(worker);
    const first = await connect(worker, { person, client: clientAt(id) });
    const second = await connect(worker, { person, client: clientAt(id) });
    expect((await callTool(worker, first.accessToken)).status).toBe(200);
    expect((await callTool(worker, second.accessToken)).status).toBe(200);
  });

  test("may offer keys besides, and uses none", async () => {
    const id = publish({
      token_endpoint_auth_method: undefined,
      token_endpoint_auth_methods_supported: ["private_key_jwt", "none"],
      jwks_uri: "https://keys.example/jwks",
    });
    expect((await asked(id)).status).toBe(303);
    expect(fetched).toEqual([id]);
  });
});

describe("a document is refused, and nothing is granted,", () => {
  test.each([
    ["when it names another address", { client_id: "https://other.example/client.json" }],
    ["without a name", { client_name: undefined }],
    ["with an empty name", { client_name: "  " }],
    ["without redirect URIs", { redirect_uris: [] }],
    ["with a script as its only redirect URI", { redirect_uris: ["javascript:alert(1)"] }],
    ["with plain http elsewhere", { redirect_uris: ["http://client.example/cb"] }],
    ["with a secret", { client_secret: "shared" }],
    ["when it wants a secret", { token_endpoint_auth_method: "client_secret_post" }],
    ["when it can only sign", { token_endpoint_auth_method: "private_key_jwt" }],
    ["with values of wrong kinds", { redirect_uris: "https://client.example/cb" }],
  ])("%s", async (_, changes) => {
    expect((await asked(publish(changes))).status).toBe(400);
  });

  test.each([
    ["that is no JSON", { body: "<html>" }],
    ["that is no UTF-8", { body: new Uint8Array([0x7b, 0xff, 0x7d]) }],
    ["of more than 5 kB", { body: `{"pad":"${"x".repeat(6_000)}"}` }],
    ["behind a redirect", { status: 302, headers: { location: "http://127.0.0.1/" }, body: "" }],
    ["that is not there", { status: 404, body: "{}" }],
    ["of a server in trouble", { status: 500, body: "{}" }],
  ])("%s", async (_, answer) => {
    const id = publish({}, answer);
    const { status, text } = await asked(id);
    expect([status, text.includes("document")]).toEqual([400, true]);
    expect(fetched).toEqual([id]);
  });

  test("when its redirect URI is not the one asked for", async () => {
    const id = publish();
    const other = { redirect_uri: "https://client.example/other" };
    expect((await newPerson(worker).get(begin(worker, clientAt(id), other).url)).status).toBe(400);
  });
});

describe("nothing is fetched from", () => {
  test.each([
    "https://127.0.0.1/client.json",
    "https://10.0.0.1/client.json",
    "https://169.254.169.254/latest/meta-data",
    "https://0x7f000001/client.json",
    "https://[::1]/client.json",
    "https://[fd00::1]/client.json",
    "https://localhost/client.json",
    "https://service.internal/client.json",
    "https://intranet/client.json",
    "https://user:word@client.example/client.json",
    "https://client.example/",
    "https://client.example",
    "https://client.example/a/../client.json",
    "https://client.example/client.json?x=1",
    "https://client.example/client.json#x",
    "HTTPS://client.example/client.json",
  ])("%s", async (id) => {
    names.set("client.example", [publicAddress]);
    expect((await asked(id)).status).toBe(400);
    const { status, body } = await askToken(worker, {
      grant_type: "authorization_code",
      client_id: id,
      code: "x",
    });
    expect([status, body.error]).toEqual([401, "invalid_client"]);
    expect(fetched).toEqual([]);
  });

  test("http addresses, which are no documents but unknown clients", async () => {
    expect((await asked("http://client.example/client.json")).status).toBe(400);
    expect(fetched).toEqual([]);
  });

  test.each([
    ["that leads to this network", [{ type: 1, data: "10.1.2.3" }]],
    ["that leads there too", [publicAddress, { type: 1, data: "127.0.0.1" }]],
    ["that leads there in IPv6", [{ type: 28, data: "fd12::1" }]],
    ["that does not exist", undefined],
  ])("a name %s", async (_, records) => {
    const id = publish();
    const { hostname } = new URL(id);
    if (records) names.set(hostname, records);
    else names.delete(hostname);
    expect((await asked(id)).status).toBe(400);
    expect(fetched).toEqual([]);
  });

  test("this service itself", async () => {
    const own = await startPumaWorker({
      elsewhere,
      vars: { PUBLIC_URL: "https://memory.example" },
    });
    names.set("memory.example", [publicAddress]);
    const id = "https://memory.example/client.json";
    const page = await newPerson(own).get(begin(own, clientAt(id)).url);
    expect([page.status, fetched]).toEqual([400, []]);
    await own.stop();
  });
});

test("a server that never finishes is given up", async () => {
  const id = publish();
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  documents.set(id, async () => {
    await held;
    return { body: "{}" };
  });
  const page = await asked(id);
  end();
  expect([page.status, page.text.includes("could not be fetched")]).toEqual([400, true]);
});

describe("a document that changes after a minute", () => {
  const minuteMs = 60_000;

  test("so that it is gone is told the person on a page", async () => {
    const own = await startPumaWorker({ elsewhere });
    const id = publish({}, { headers: { "cache-control": "no-store" } });
    const person = newPerson(own);
    const shown = await person.follow(begin(own, clientAt(id)).url);
    expect(shown.text).toContain("Document client");
    documents.delete(id);
    expect((await person.get(shown.url)).status).toBe(200);
    await own.moveClock(minuteMs);
    const page = await person.get(shown.url);
    expect([page.status, page.text.includes("document answered 404")]).toEqual([400, true]);
    expect(page.headers.get("content-type")).toContain("text/html");
    await own.stop();
  });

  test("so that it is wrong gets no more tokens, and later right again, it does", async () => {
    const own = await startPumaWorker({ elsewhere });
    const id = publish({}, { headers: { "cache-control": "no-store" } });
    const { client, refreshToken } = await connect(own, { client: clientAt(id) });
    const right = documents.get(id);
    documents.set(id, { body: "{}" });
    await own.moveClock(minuteMs);
    const refused = await refresh(own, client, refreshToken);
    expect([refused.status, refused.body.error]).toEqual([401, "invalid_client"]);
    if (right) documents.set(id, right);
    expect((await refresh(own, client, refreshToken)).status).toBe(200);
    await own.stop();
  });

  test("so that it lists other addresses sends no code to the old one", async () => {
    const own = await startPumaWorker({ elsewhere });
    const id = publish({}, { headers: { "cache-control": "no-store" } });
    const client = { id, redirectUri: "https://client.example/cb" };
    const person = newPerson(own);
    await connect(own, { person });
    const consent = await person.follow(begin(own, client).url);
    expect(consent.text).toContain("Allow");
    publishAt(id, { redirect_uris: ["https://client.example/new"] });
    await own.moveClock(minuteMs);
    const form = { action: "allow", proof: proofIn(consent) };
    expect((await person.post(consent.url, form)).status).toBe(410);
    await own.stop();
  });
});

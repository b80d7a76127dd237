import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleAreas } from "../../src/console/areas.ts";
import { newTenant, type Tenant } from "../support/api.ts";
import { inTurns } from "../support/bad-values.ts";
import {
  consoleVars,
  newAddress,
  type Person,
  signedIn,
  startConsoleWorker,
} from "../support/console.ts";
import { declared } from "../support/declarations.ts";
import { scriptMark } from "../support/naughty-strings.ts";
import { type Account, newAccount } from "../support/puma-client.ts";
import { newSubject, pumaOperations, pumaPath, stateOf } from "../support/puma-operations.ts";
import { runsScript } from "../support/reflected.ts";
import { rowsOf } from "../support/rows.ts";
import { type RunningWorker, testSecrets } from "../support/worker.ts";

/**
 * Requests that are spoilt below the level of what they ask for: their headers, lengths, pieces and
 * methods. Each is sent to every operation, page and form that there is, with the right credential.
 */
type Target = { title: string; method: string; path: string; headers: Record<string, string> };

let worker: RunningWorker;
let tenant: Tenant;
let account: Account;
let person: Person;
let targets: Target[];
/** Clients that send a part of a body and then nothing, begun before everything else. */
let stalled: Promise<string>[];

beforeAll(async () => {
  worker = await startConsoleWorker({
    ...consoleVars,
    PUMA_READS_PER_MINUTE: "1000000",
    PUMA_WRITES_PER_MINUTE: "1000000",
    OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: "1000000",
  });
  tenant = await newTenant({ url: worker.url });
  account = await newAccount(worker);
  person = await signedIn(worker.url, newAddress());
  await newSubject(account);
  targets = allTargets();
  stalled = stallingTargets.map((path) => {
    const target = targets.find((each) => each.method === "POST" && each.path === path);
    if (!target) throw new Error(`${path} is no target`);
    return exchange([`${head(target, ["Content-Length: 5000"])}{"a":`], 60_000);
  });
});
afterAll(() => worker.stop());

function allTargets(): Target[] {
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const console = { cookie: person.cookie, "sec-fetch-site": "same-origin" };
  const list = [
    ...declared.map((each) => ({
      method: each.method.toUpperCase(),
      path: harmless(each.path, each.api),
      headers: {
        ...bearer(each.api === "admin" ? testSecrets.ADMIN_TOKEN : tenant.key),
        "idempotency-key": randomUUID(),
      },
    })),
    ...pumaOperations.map((each) => ({
      method: each.method,
      path: pumaPath(each),
      headers: each.isPublic ? {} : bearer(account.key),
    })),
    ...consoleAreas({} as never).flatMap(({ routes }) =>
      routes.map(({ method, path }) => ({
        method,
        path: `/console${path.replaceAll(/:\w+/g, () => "1")}`,
        headers: console,
      })),
    ),
    ...otherPaths.map(([method, path]) => ({ method, path, headers: {} })),
    { method: "POST", path: "/mcp", headers: bearer(account.key) },
  ];
  const isSweep = ({ path }: { path: string }) => path.endsWith("/sweep");
  return list
    .filter((each) => !isSweep(each))
    .map((each) => ({ ...each, title: `${each.method} ${each.path}` }));
}

/** Ids that are well-formed and name nothing. */
function harmless(path: string, api: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const isUuid = name === "uuid" || (name === "id" && api === "polykomos");
    return isUuid ? randomUUID() : "999999998";
  });
}

const otherPaths: [method: string, path: string][] = [
  ...["/", "/docs", "/how-to-use", "/install", "/install/hermes", "/llms.md", "/llms.txt"],
  ...["/openapi.json", "/api", "/api/openapi-v1.json", "/api/llms.md", "/guides/traditional"],
  ...["/guides/agents", "/polykomos", "/healthz", "/view/x", "/download/x", "/auth/link/x"],
  ...["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"],
  ...["/oauth/authorize", "/oauth/continue/0123456789abcdef", "/account/clients", "/nothing"],
  ...["/console/sign-in", "/console/sign-in/link/x", "/console/nothing", "/api/v1/nothing"],
].map((path): [string, string] => ["GET", path]);
for (const path of [
  ...["/view/x", "/auth/link/x", "/oauth/register", "/oauth/token", "/account/clients"],
  ...["/oauth/continue/0123456789abcdef", "/console/sign-in", "/console/sign-in/link/x"],
]) {
  otherPaths.push(["POST", path]);
}

/** One for each way in which bodies are read. */
const stallingTargets = [
  ...["/api/v1/databases", "/admin/v1/users", "/auth/magic-link", "/v1/notes", "/mcp"],
  ...["/oauth/register", "/oauth/token", "/console/sign-in", "/console/databases"],
];

const script = `<script>${scriptMark}()</script>`;
const packed = gzipSync(`{"name":"${"a".repeat(100_000)}"}`);

type Spoilt = {
  method?: string;
  path?: (path: string) => string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** Only for these; for all when left out. */
  isFor?(target: Target): boolean;
};

const json = { "content-type": "application/json" };
const spoilt: Record<string, Spoilt> = {
  "two hundred headers": {
    headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-many-${n}`, script])),
  },
  "a header of 64 KiB": { headers: { "x-long": "a".repeat(65_000) } },
  "a credential of 60 KiB": { headers: { authorization: `Bearer ${"a".repeat(60_000)}` } },
  "two credentials": { headers: { authorization: ["Bearer a", "Bearer b"] } },
  "a packed body": { headers: { ...json, "content-encoding": "gzip" }, body: packed },
  "another type": { headers: { "content-type": `text/html; x=${script}` }, body: script },
  "no type": { body: '{"name":"a"}' },
  "two types": { headers: { "content-type": ["application/json", "text/plain"] }, body: "{}" },
  "a body where none belongs": {
    headers: json,
    body: '{"name":"a"}',
    isFor: ({ method }) => method === "GET",
  },
  "a broken query": {
    path: (path) =>
      `${path}?limit=1&limit=1&limit[]=2&__proto__=1&%&%ff=%00&==&${script}=${script};d`,
  },
  "a long query": { path: (path) => `${path}?a=${"b".repeat(20_000)}` },
  "more slashes": { path: (path) => `//${path}//` },
  "another case": { path: (path) => path.toUpperCase() },
  "a step back": { path: (path) => `${path}/%2e%2e/%2e%2e/etc` },
  "script in its path": { path: (path) => `${path}/%3Cscript%3E${scriptMark}()%3C%2Fscript%3E` },
  "another method": { method: "PATCH", headers: json, body: "{}" },
  "an unknown method": { method: "PROPFIND" },
  "options asked for": { method: "OPTIONS", headers: { origin: "https://example.com" } },
  "another host": { headers: { host: "evil.example:81" } },
  "much that is not true": {
    headers: {
      ...{ origin: "https://example.com", referer: script, "user-agent": script },
      ...{ "x-forwarded-host": "evil.example", "x-forwarded-for": script, forwarded: script },
      ...{ accept: script, "accept-language": script, range: "bytes=5-1" },
      cookie: Array.from({ length: 300 }, (_, n) => `c${n}=${script}`).join("; "),
    },
  },
  "another protocol": { headers: { connection: "upgrade", upgrade: "websocket" } },
};

const agent = new Agent({ keepAlive: true, maxSockets: 12 });

/** Sends a request as `fetch` would not. An answer that never comes is status 0. */
function ask(target: Target, { method, path, headers, body }: Spoilt) {
  const { hostname, port } = new URL(worker.url);
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      agent,
      method: method ?? target.method,
      path: path?.(target.path) ?? target.path,
      headers: { ...target.headers, ...headers },
      timeout: 30_000,
    });
    sent.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const type = response.headers["content-type"] ?? "";
        resolve({ status: response.statusCode ?? 0, type, text });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error(`${target.title} was not answered`)));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") resolve({ status: 0, type: "", text: "" });
      else reject(error);
    });
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

/** What every tenant, account and person of the test has. */
async function state(): Promise<unknown> {
  return [await rowsOf(tenant), await stateOf(account)];
}

/** These do what they are for, whatever headers they come with. */
function isHarmful({ method, path }: Target): boolean {
  return method !== "GET" && /\/(sign-out|sign-out-everywhere)$/.test(path);
}

describe("every operation, page and form", () => {
  test.each(Object.entries(spoilt))("bears %s", async (what, each) => {
    const before = await state();
    await inTurns(
      targets.filter((target) => !isHarmful(target) && (each.isFor?.(target) ?? true)),
      async (target) => {
        const { status, type, text } = await ask(target, each);
        const asked = `${target.title}: ${text.slice(0, 1_000)}`;
        expect([target.title, status < 500 || status === 501], asked).toEqual([target.title, true]);
        if (type.startsWith("text/html") || type === "") {
          expect([target.title, runsScript(text)], asked).toEqual([target.title, false]);
        }
        expect(text).not.toMatch(/ at \S+ \(|node_modules/);
      },
      12,
    );
    expect([what, await state()]).toEqual([what, before]);
  });
});

function head(target: Target, lines: readonly string[]): string {
  const own = Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`);
  const isForm = /^\/(console|view|account|oauth\/(continue|token))/.test(target.path);
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  const all = [
    `${target.method} ${target.path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    `Content-Type: ${type}`,
    ...own,
    ...lines,
  ];
  return `${all.join("\r\n")}\r\n\r\n`;
}

/** Writes to a connection and reads until it ends; with no time to wait it hangs up at once. */
function exchange(texts: readonly string[], waitMs: number): Promise<string> {
  const { hostname, port } = new URL(worker.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.setTimeout(waitMs, () => socket.destroy());
    socket.on("data", (part) => {
      received += part.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    for (const text of texts) socket.write(text);
    if (waitMs === 0) socket.end(() => socket.resetAndDestroy());
  });
}

describe("every operation with a body", () => {
  async function bear(those: readonly Target[], lines: string[], texts: string[], waitMs: number) {
    const before = await state();
    await inTurns(
      those,
      async (target) => {
        const received = await exchange([head(target, lines), ...texts], waitMs);
        expect([target.title, runsScript(received)]).toEqual([target.title, false]);
        // What is no HTTP is refused by the platform, in its own words, with 500 in some cases.
        if (/^HTTP\/1\.1 5/.test(received)) expect(received).not.toMatch(/"error"|request_id|code/);
      },
      12,
    );
    expect((await tenant.call("GET", "/api/v1/me")).status).toBe(200);
    expect((await account.get("/v1/notes")).status).toBe(200);
    expect(await state()).toEqual(before);
  }

  test("bears clients that hang up half-way", async () => {
    const written = targets.filter((each) => each.method !== "GET" && !isHarmful(each));
    await bear(written, ["Content-Length: 5000"], ['{"a":'], 0);
  });

  test.each([
    ["pieces that are none", ["Transfer-Encoding: chunked"], "zz\r\n[]\r\n0\r\n\r\n"],
    ["a length and pieces", ["Content-Length: 2", "Transfer-Encoding: chunked"], "0\r\n\r\n"],
    ["two lengths", ["Content-Length: 2", "Content-Length: 20"], "[]"],
    ["a length below zero", ["Content-Length: -1"], "[]"],
    ["a length beyond all", [`Content-Length: ${"9".repeat(30)}`], "[]"],
    ["a length that is no number", ["Content-Length: 0x10"], "[]"],
    ["another coding", ["Transfer-Encoding: gzip"], "[]"],
    ["folded headers", ["X-Folded: a\r\n b", "Content-Length: 2"], "[]"],
    ["a header without a name", [": a", "Content-Length: 2"], "[]"],
    ["a header with a zero byte", ["X-Zero: a\0b", "Content-Length: 2"], "[]"],
  ])("bears %s", async (_, lines, text) => {
    const those = targets.filter(
      ({ method, path }) => method === "POST" && stallingTargets.includes(path),
    );
    await bear(those, lines, [text], 1_000);
  });
});

test("a client that says half and waits is answered after a while", async () => {
  for (const [at, received] of (await Promise.all(stalled)).entries()) {
    const asked = stallingTargets[at];
    expect([asked, received]).toEqual([asked, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
  }
});

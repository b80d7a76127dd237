import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  askToken,
  begin,
  callTool,
  connect,
  decide,
  exchange,
  newPerson,
  refresh,
  registerClient,
} from "../support/oauth.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker({ entry: "test/support/oauth-entry.ts" });
});
afterAll(() => worker.stop());

const secondMs = 1_000;
const dayMs = 24 * 3_600 * secondMs;

async function json(path: string, init: RequestInit = {}) {
  const answer = await fetch(worker.url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes, and check them
  const body: any = await answer.json();
  return { status: answer.status, headers: answer.headers, body };
}

describe("what a client finds out before it begins", () => {
  test("the metadata of the server says what it does", async () => {
    const { status, headers, body } = await json("/.well-known/oauth-authorization-server");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("application/json");
    expect(body).toMatchObject({
      issuer: worker.url,
      authorization_endpoint: `${worker.url}/oauth/authorize`,
      token_endpoint: `${worker.url}/oauth/token`,
      registration_endpoint: `${worker.url}/oauth/register`,
      revocation_endpoint: `${worker.url}/oauth/token`,
      scopes_supported: ["pumadb"],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  test.each(["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"])(
    "%s names the resource and its server",
    async (path) => {
      const { status, body } = await json(path);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        resource: `${worker.url}/mcp`,
        authorization_servers: [worker.url],
        scopes_supported: ["pumadb"],
        bearer_methods_supported: ["header"],
      });
    },
  );

  test("a call without a token leads to that metadata", async () => {
    const { status, headers } = await callTool(worker, null);
    const metadata = `${worker.url}/.well-known/oauth-protected-resource/mcp`;
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe(
      `Bearer resource_metadata="${metadata}", scope="pumadb"`,
    );
  });

  test("with PUBLIC_URL that is the address everywhere, however we are reached", async () => {
    const named = await startPumaWorker({ vars: { PUBLIC_URL: "https://memory.example" } });
    const read = async (path: string) => (await fetch(named.url + path)).json();
    expect(await read("/.well-known/oauth-authorization-server")).toMatchObject({
      issuer: "https://memory.example",
      token_endpoint: "https://memory.example/oauth/token",
    });
    expect(await read("/.well-known/oauth-protected-resource/mcp")).toMatchObject({
      resource: "https://memory.example/mcp",
    });
    const client = await registerClient(named);
    const resource = "https://memory.example/mcp";
    const { url } = begin(named, client, { resource });
    const page = await newPerson(named).get(url);
    expect([page.status, page.headers.get("set-cookie")]).toEqual([303, expect.any(String)]);
    await named.stop();
  });

  test.each([
    ["GET", "/.well-known/oauth-authorization-server"],
    ["GET", "/.well-known/oauth-protected-resource/mcp"],
    ["POST", "/oauth/token"],
    ["POST", "/oauth/register"],
  ])("a client in a browser may %s %s from its own origin", async (method, path) => {
    const origin = "https://inspector.example";
    const asked = { "access-control-request-method": method };
    const preflight = await fetch(worker.url + path, {
      method: "OPTIONS",
      headers: { origin, ...asked, "access-control-request-headers": "content-type" },
    });
    expect(preflight.status).toBe(204);
    const answer = await fetch(worker.url + path, { method, headers: { origin } });
    await answer.text();
    for (const { headers } of [preflight, answer]) {
      expect(["*", origin]).toContain(headers.get("access-control-allow-origin"));
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
  });
});

test("over plain http from elsewhere there is no OAuth: tokens would travel in the open", async () => {
  const { hostname, port } = new URL(worker.url);
  const statusOf = (method: string, path: string, headers: Record<string, string> = {}) =>
    new Promise((resolve, reject) => {
      const options = { hostname, port, method, path };
      const asked = request({ ...options, headers: { host: "memory.example", ...headers } });
      asked.on("error", reject);
      asked.on("response", (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      });
      asked.end();
    });
  expect(await statusOf("GET", "/.well-known/oauth-authorization-server")).toBe(400);
  expect(await statusOf("GET", "/oauth/authorize?client_id=x")).toBe(400);
  expect(await statusOf("POST", "/oauth/token")).toBe(400);
  const { accessToken } = await connect(worker);
  const authorization = `Bearer ${accessToken}`;
  expect(await statusOf("POST", "/mcp", { authorization })).toBe(401);
});

describe("registering", () => {
  const ask = (metadata: object) =>
    json("/oauth/register", { method: "POST", body: JSON.stringify(metadata) });

  test("gives an id, and a secret only to a client that wants one", async () => {
    const open = await ask({
      redirect_uris: ["http://localhost:7777/callback"],
      token_endpoint_auth_method: "none",
    });
    expect([open.status, open.body.client_secret]).toEqual([201, undefined]);
    expect(open.headers.get("cache-control")).toBe("no-store");
    const closed = await ask({ redirect_uris: ["https://client.example/cb"] });
    expect(closed.body).toMatchObject({
      client_secret: expect.any(String),
      token_endpoint_auth_method: "client_secret_basic",
    });
  });

  test.each([
    "https://claude.ai/api/mcp/auth_callback",
    "https://claude.com/api/mcp/auth_callback",
    "http://localhost:39999/callback",
    "http://127.0.0.1/callback",
    "cursor://anysphere.cursor-mcp/oauth/callback",
  ])("takes %s", async (uri) => {
    const { status, body } = await ask({
      redirect_uris: [uri],
      token_endpoint_auth_method: "none",
    });
    expect([status, body.redirect_uris]).toEqual([201, [uri]]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "http://client.example/callback",
    "https://client.example/callback#part",
    "https://user:word@client.example/callback",
    "https://clаude.example/callback",
    "evil://anything/callback",
    "not a url",
    "",
  ])("refuses %j", async (uri) => {
    const { status, body } = await ask({
      redirect_uris: [uri],
      token_endpoint_auth_method: "none",
    });
    expect(status).toBe(400);
    expect(body.error).toMatch(/^invalid_(client_metadata|redirect_uri)$/);
  });

  test("a javascript: address spoils all the others", async () => {
    const uris = ["https://client.example/cb", "javascript:alert(1)"];
    expect((await ask({ redirect_uris: uris })).status).toBe(400);
  });

  test("refuses what is no JSON, too long, or too much", async () => {
    const raw = (body: string) => json("/oauth/register", { method: "POST", body });
    expect((await raw("{")).status).toBe(400);
    expect((await raw("x".repeat(20_000))).status).toBe(413);
    const uris = ["https://client.example/cb"];
    expect((await ask({ redirect_uris: uris, client_name: "x".repeat(201) })).status).toBe(400);
    expect((await ask({ redirect_uris: uris, client_name: "x".repeat(200) })).status).toBe(201);
  });

  test("a network registers so many an hour, and then others still can", async () => {
    const strict = await startPumaWorker({ vars: { OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: "2" } });
    const from = async (ip: string) => {
      const answer = await fetch(`${strict.url}/oauth/register`, {
        method: "POST",
        headers: { "cf-connecting-ip": ip },
        body: JSON.stringify({ redirect_uris: ["https://client.example/cb"] }),
      });
      await answer.text();
      return [answer.status, answer.headers.get("retry-after") !== null];
    };
    const asked = [await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.1")];
    expect(asked).toEqual([
      [201, false],
      [201, false],
      [429, true],
    ]);
    expect(await from("192.0.2.2")).toEqual([201, false]);
    await strict.stop();
  });
});

describe("asking for authorization", () => {
  const refusedWith = async (changes: Record<string, string | null>) => {
    const client = await registerClient(worker);
    const page = await newPerson(worker).get(begin(worker, client, changes).url);
    return [page.status, page.location, page.headers.get("set-cookie")];
  };
  const refused = [400, null, null];

  test.each([
    ["without PKCE", { code_challenge: null, code_challenge_method: null }],
    ["with plain PKCE", { code_challenge_method: "plain" }],
    ["with PKCE of no named method, which means plain", { code_challenge_method: null }],
    ["with a challenge that is no SHA-256", { code_challenge: "abc" }],
    ["for another resource", { resource: "https://other.example/mcp" }],
    ["for a scope that there is not", { scope: "admin" }],
    ["for a token right away", { response_type: "token" }],
    ["as nobody", { client_id: null }],
    ["as an unknown client", { client_id: "unknown" }],
    ["to another address", { redirect_uri: "https://evil.example/callback" }],
    ["to a longer address", { redirect_uri: "https://client.example/callback/more" }],
    ["to the address with a query", { redirect_uri: "https://client.example/callback?x=1" }],
    ["to the address in other letters", { redirect_uri: "https://client.example/Callback" }],
    ["to no address", { redirect_uri: null }],
    ["to a script", { redirect_uri: "javascript:alert(1)" }],
  ])("is refused %s, and the browser is led nowhere", async (_, changes) => {
    expect(await refusedWith(changes)).toEqual(refused);
  });

  test("is refused with a parameter given twice", async () => {
    const client = await registerClient(worker);
    const { url } = begin(worker, client);
    const twice = `${url}&redirect_uri=${encodeURIComponent("https://evil.example/")}`;
    expect((await newPerson(worker).get(twice)).status).toBe(400);
  });

  test("is refused without PKCE to a client with a secret, too", async () => {
    const client = await registerClient(worker, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const bare = begin(worker, client, { code_challenge: null, code_challenge_method: null });
    expect((await newPerson(worker).get(bare.url)).status).toBe(400);
  });

  test("takes any port of the loopback address that was registered, and no other host", async () => {
    const client = await registerClient(worker, {
      redirect_uris: ["http://127.0.0.1:1/callback"],
    });
    const at = async (redirect_uri: string) =>
      (await newPerson(worker).get(begin(worker, client, { redirect_uri }).url)).status;
    expect(await at("http://127.0.0.1:51234/callback")).toBe(303);
    expect(await at("http://127.0.0.1:51234/other")).toBe(400);
    expect(await at("http://localhost:51234/callback")).toBe(400);
    expect(await at("http://127.0.0.1.evil.example/callback")).toBe(400);
  });

  test("a private scheme that was registered beside others works only if it is a known one", async () => {
    const redirect_uris = ["https://client.example/cb", "evil://app/cb"];
    const client = await registerClient(worker, { redirect_uris });
    const asked = begin(worker, client, { redirect_uri: "evil://app/cb" });
    expect((await newPerson(worker).get(asked.url)).status).toBe(400);
  });

  test("brings back a code with state and issuer", async () => {
    const client = await registerClient(worker);
    const begun = begin(worker, client);
    const back = await decide(newPerson(worker), begun.url);
    expect(back.origin + back.pathname).toBe(client.redirectUri);
    const { searchParams } = back;
    expect([...searchParams.keys()].sort()).toEqual(["code", "iss", "state"]);
    expect([searchParams.get("state"), searchParams.get("iss")]).toEqual([begun.state, worker.url]);
  });

  test("brings back access_denied with state and issuer when the person says no", async () => {
    const client = await registerClient(worker);
    const begun = begin(worker, client);
    const { searchParams } = await decide(newPerson(worker), begun.url, "deny");
    const told = ["error", "state", "iss", "code"].map((name) => searchParams.get(name));
    expect(told).toEqual(["access_denied", begun.state, worker.url, null]);
  });

  test("leads back to the known app, by its own scheme", async () => {
    const redirectUri = "cursor://anysphere.cursor-mcp/oauth/callback";
    const client = await registerClient(worker, { redirect_uris: [redirectUri] });
    const back = await decide(newPerson(worker), begin(worker, client).url);
    expect(back.href.startsWith(`${redirectUri}?code=`)).toBe(true);
  });
});

describe("a code", () => {
  const codeFor = async () => {
    const client = await registerClient(worker);
    const begun = begin(worker, client);
    const back = await decide(newPerson(worker), begun.url);
    return { client, begun, code: back.searchParams.get("code") ?? "" };
  };

  test("becomes tokens for /mcp", async () => {
    const { client, begun, code } = await codeFor();
    const { status, headers, body } = await exchange(worker, client, begun, code);
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9._-]+$/),
      refresh_token: expect.stringMatching(/^[A-Za-z0-9._-]+$/),
      token_type: "bearer",
      expires_in: 3600,
      scope: "pumadb",
      resource: `${worker.url}/mcp`,
    });
    const called = await callTool(worker, body.access_token);
    expect([called.status, called.body.result.isError ?? false]).toEqual([200, false]);
  });

  test.each([
    ["with a wrong verifier", { code_verifier: randomBytes(32).toString("base64url") }],
    ["without a verifier", { code_verifier: "" }],
    ["with another redirect URI", { redirect_uri: "https://client.example/other" }],
    ["for another resource", { resource: "https://other.example/mcp" }],
    ["made up", { code: "abcdefghijkm123456:grant:secret" }],
    ["that is no code", { code: "x" }],
  ])("is worth nothing %s", async (_, changes) => {
    const { client, begun, code } = await codeFor();
    const { status, body } = await exchange(worker, client, begun, code, changes);
    expect(status).toBe(400);
    expect(body.error).toMatch(/^invalid_(grant|request|target)$/);
  });

  test("is worth nothing to another client", async () => {
    const { begun, code } = await codeFor();
    const other = await registerClient(worker);
    const { status, body } = await exchange(worker, other, begun, code);
    expect([status, body.error]).toEqual([400, "invalid_grant"]);
  });

  test("used twice ends the tokens of the first use", async () => {
    const { client, begun, code } = await codeFor();
    const first = await exchange(worker, client, begun, code);
    expect((await callTool(worker, first.body.access_token)).status).toBe(200);
    const second = await exchange(worker, client, begun, code);
    expect([second.status, second.body.error]).toEqual([400, "invalid_grant"]);
    expect((await callTool(worker, first.body.access_token)).status).toBe(401);
    const again = await refresh(worker, client, first.body.refresh_token);
    expect([again.status, again.body.error]).toEqual([400, "invalid_grant"]);
  });

  test("used by several at once is good for one at most", async () => {
    const { client, begun, code } = await codeFor();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => exchange(worker, client, begun, code)),
    );
    const good = answers.filter(({ status }) => status === 200);
    expect(good.length).toBeLessThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });

  test("ends after ten minutes", async () => {
    const own = await startPumaWorker();
    const client = await registerClient(own);
    const begun = begin(own, client);
    const late = await decide(newPerson(own), begun.url);
    await own.moveClock(600 * secondMs + 1);
    const { status, body } = await exchange(
      own,
      client,
      begun,
      late.searchParams.get("code") ?? "",
    );
    expect([status, body.error]).toEqual([400, "invalid_grant"]);
    await own.stop();
  });
});

describe("the token endpoint", () => {
  test("tells a client that it does not know with 401, so that it registers again", async () => {
    const { status, body, headers } = await askToken(worker, {
      grant_type: "authorization_code",
      client_id: "gone",
      code: "x",
    });
    expect([status, body.error]).toEqual([401, "invalid_client"]);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("takes a client's secret in the header or the body, and no wrong one", async () => {
    const client = await registerClient(worker, {
      token_endpoint_auth_method: "client_secret_basic",
    });
    const begun = begin(worker, client);
    const back = await decide(newPerson(worker), begun.url);
    const fields = {
      grant_type: "authorization_code",
      code: back.searchParams.get("code") ?? "",
      redirect_uri: client.redirectUri,
      code_verifier: begun.verifier,
    };
    const basic = (secret: string) => ({
      authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString("base64")}`,
    });
    const wrong = await askToken(worker, fields, basic("wrong"));
    expect([wrong.status, wrong.body.error]).toEqual([401, "invalid_client"]);
    expect(wrong.headers.get("www-authenticate")).toContain("Basic");
    expect((await askToken(worker, fields, basic(client.secret ?? ""))).status).toBe(200);
  });

  test("takes POST and forms alone, within bounds", async () => {
    const get = await fetch(`${worker.url}/oauth/token?code=x`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    const asJson = await fetch(`${worker.url}/oauth/token`, { method: "POST", body: "{}" });
    expect(asJson.status).toBe(400);
    expect((await askToken(worker, { code: "x".repeat(20_000) })).status).toBe(413);
    const other = await askToken(worker, {
      grant_type: "password",
      client_id: (await registerClient(worker)).id,
    });
    expect([other.status, other.body.error]).toEqual([400, "unsupported_grant_type"]);
  });
});

describe("an access token", () => {
  test("works in the header alone, not in the address", async () => {
    const { accessToken } = await connect(worker);
    const answer = await fetch(`${worker.url}/mcp?access_token=${accessToken}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(401);
  });

  test("opens /mcp and nothing of the REST API", async () => {
    const { accessToken } = await connect(worker);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await fetch(`${worker.url}/v1/_tables`, { headers })).status).toBe(401);
    expect((await fetch(`${worker.url}/v1/_keys`, { headers })).status).toBe(401);
  });

  test("reads and writes the same account as the person's keys", async () => {
    const { person, accessToken } = await connect(worker);
    const added = await callTool(worker, accessToken, "add", {
      table: "notes",
      row: { text: "from a client" },
    });
    expect(added.body.result.isError ?? false).toBe(false);
    const asked = await fetch(`${worker.url}/auth/magic-link`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: person.email }),
    });
    const link: string = ((await asked.json()) as { dev_magic_link: string }).dev_magic_link;
    const verified = await json("/auth/verify", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: link.split("/").at(-1) }),
    });
    const rows = await json("/v1/notes", {
      headers: { authorization: `Bearer ${verified.body.api_key}` },
    });
    expect(rows.body.rows).toMatchObject([{ text: "from a client" }]);
  });

  test("for another address of the same server is refused: its audience is another", async () => {
    const { accessToken } = await connect(worker);
    const elsewhere = { url: worker.url.replace("127.0.0.1", "localhost") };
    const { status, headers } = await callTool(elsewhere, accessToken);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect((await callTool(worker, accessToken)).status).toBe(200);
  });

  test("without the scope is told so", async () => {
    const { accessToken } = await connect(worker);
    const [accountId, grantId] = accessToken.split(".");
    const ask = async (body: object) =>
      (await json(`/test/records/${accountId}`, { method: "POST", body: JSON.stringify(body) }))
        .body;
    const { records } = await ask({ kind: "list", prefix: `token:${grantId}:` });
    const name: string = records[0].name;
    const { record } = await ask({ kind: "read", name });
    const narrowed = JSON.stringify({ ...JSON.parse(record.value), scope: ["other"] });
    const kept = { metadata: null, expiresAtMs: null, expected: null };
    await ask({ kind: "write", name, value: narrowed, ...kept });
    const { status, headers } = await callTool(worker, accessToken);
    expect(status).toBe(403);
    expect(headers.get("www-authenticate")).toMatch(
      /^Bearer error="insufficient_scope".*resource_metadata=".*scope="pumadb"/,
    );
  });

  test.each([
    "made.up.token",
    "abcdefghijkm123456.grantgrantgrant1.secretsecretsecretsecretsecret12",
    "x",
    "a:b:c",
  ])("made up (%s) is refused with the way to a right one", async (token) => {
    const { status, headers } = await callTool(worker, token);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain("resource_metadata=");
  });

  test("ends after an hour; a refresh token after thirty days without use", async () => {
    const own = await startPumaWorker();
    const { client, accessToken, refreshToken } = await connect(own);
    await own.moveClock(3_600 * secondMs + 1_001);
    expect((await callTool(own, accessToken)).status).toBe(401);
    const fresh = await refresh(own, client, refreshToken);
    expect((await callTool(own, fresh.body.access_token)).status).toBe(200);
    await own.moveClock(29 * dayMs);
    const later = await refresh(own, client, fresh.body.refresh_token);
    expect(later.status).toBe(200);
    await own.moveClock(30 * dayMs);
    const late = await refresh(own, client, later.body.refresh_token);
    expect([late.status, late.body.error]).toEqual([400, "invalid_grant"]);
    await own.stop();
  });
});

describe("a refresh token", () => {
  test("changes with each use; the one before it ends with the first use of the new one", async () => {
    const { client, refreshToken } = await connect(worker);
    const first = await refresh(worker, client, refreshToken);
    expect(first.body.refresh_token).not.toBe(refreshToken);
    const second = await refresh(worker, client, first.body.refresh_token);
    expect(second.status).toBe(200);
    const old = await refresh(worker, client, refreshToken);
    expect([old.status, old.body.error]).toEqual([400, "invalid_grant"]);
    expect((await callTool(worker, second.body.access_token)).status).toBe(200);
  });

  test("may be used once more when the answer was lost", async () => {
    const { client, refreshToken } = await connect(worker);
    await refresh(worker, client, refreshToken);
    expect((await refresh(worker, client, refreshToken)).status).toBe(200);
  });

  test("used by two at once leaves the client connected", async () => {
    const { client, refreshToken } = await connect(worker);
    const ask = (token: string) => refresh(worker, client, token);
    const both = await Promise.all([ask(refreshToken), ask(refreshToken)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const next: number[] = [];
    for (const { body } of both) next.push((await ask(body.refresh_token)).status);
    expect(next).toContain(200);
  });

  test("of another client, for another resource or for more is refused", async () => {
    const { client, refreshToken } = await connect(worker);
    const other = await registerClient(worker);
    expect((await refresh(worker, other, refreshToken)).body.error).toBe("invalid_grant");
    const elsewhere = { resource: "https://other.example/mcp" };
    const misled = await refresh(worker, client, refreshToken, elsewhere);
    expect([misled.status, misled.body.error]).toEqual([400, "invalid_target"]);
    const more = await refresh(worker, client, refreshToken, { scope: "admin" });
    expect([more.status, more.body.error]).toEqual([400, "invalid_scope"]);
  });
});

describe("revoking (RFC 7009)", () => {
  test("an access token ends that one", async () => {
    const { client, accessToken, refreshToken } = await connect(worker);
    const revoked = await askToken(worker, { token: accessToken, client_id: client.id });
    expect(revoked.status).toBe(200);
    expect((await callTool(worker, accessToken)).status).toBe(401);
    expect((await refresh(worker, client, refreshToken)).status).toBe(200);
  });

  test("a refresh token ends the whole grant, with the links it made", async () => {
    const { client, accessToken, refreshToken } = await connect(worker);
    const added = await callTool(worker, accessToken, "add", { table: "notes", row: { a: 1 } });
    const { id } = added.body.result.structuredContent.row;
    const opened = await callTool(worker, accessToken, "open_row", { table: "notes", id });
    const link: string = opened.body.result.structuredContent.viewer_url;
    expect((await fetch(link)).status).toBe(200);
    await askToken(worker, {
      token: refreshToken,
      token_type_hint: "refresh_token",
      client_id: client.id,
    });
    expect((await callTool(worker, accessToken)).status).toBe(401);
    expect((await refresh(worker, client, refreshToken)).status).toBe(400);
    expect((await fetch(link)).status).toBe(410);
  });

  test("somebody else's or an unknown token changes nothing", async () => {
    const { accessToken, refreshToken } = await connect(worker);
    const other = await registerClient(worker);
    for (const token of [accessToken, refreshToken, "x"]) {
      expect((await askToken(worker, { token, client_id: other.id })).status).toBe(200);
    }
    expect((await callTool(worker, accessToken)).status).toBe(200);
  });
});

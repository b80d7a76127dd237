import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allTools } from "../../src/puma/mcp/tools/all-tools.ts";
import { jsonTexts, naughtyStrings, shapedBodies } from "../support/bad-inputs.ts";
import {
  badUrlTexts,
  badValues,
  bodyWith,
  inTurns,
  unreadableBodies,
} from "../support/bad-values.ts";
import { withField } from "../support/fields.ts";
import { modern, sendRpc } from "../support/mcp-clients.ts";
import { exampleArguments } from "../support/mcp-examples.ts";
import { scriptMark } from "../support/naughty-strings.ts";
import { begin, newPerson, registerClient } from "../support/oauth.ts";
import { newAccount } from "../support/puma-client.ts";
import { fieldsOfBody, newSubject, stateOf } from "../support/puma-operations.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";
import { runsScript } from "../support/reflected.ts";

/** What agents and their clients can send wrongly: messages and tools of MCP, and the forms of OAuth. */
let worker: PumaWorker;
beforeAll(async () => {
  worker = await startPumaWorker();
});
afterAll(() => worker.stop());

function messageOf(revision: string, method: string, params: Record<string, unknown>) {
  if (revision === "2026-07-28") return modern(method, params);
  return { body: { jsonrpc: "2.0", id: 1, method, params }, headers: {} };
}

const revisions = ["2025-11-25", "2026-07-28"] as const;

describe.each(allTools.map((tool) => [tool.name, tool] as const))("the tool %s", (name, tool) => {
  test("says what is wrong with its arguments, and has done nothing", async () => {
    const account = await newAccount(worker);
    const example = exampleArguments(name, await newSubject(account));
    // A part of the values for each field, so that all of them are sent to most tools.
    const calls = fieldsOfBody(tool.input, example).flatMap((field, at) =>
      badValues
        .filter((_, index) => index % 10 === at)
        .map((value, index) => {
          const text = bodyWith(withField, example, field, value);
          const revision = revisions[index % revisions.length] ?? revisions[0];
          return { text, field, revision, isRight: tool.input.safeParse(JSON.parse(text)).success };
        }),
    );
    const before = await stateOf(account);
    const wrong = calls.filter(({ isRight }) => !isRight);
    const right = calls.filter(({ isRight }) => isRight);
    const run = async ({ text, revision }: (typeof calls)[number]) => {
      const given = messageOf(revision, "tools/call", { name, arguments: "@@arguments@@" });
      const body = JSON.stringify(given.body).replace('"@@arguments@@"', () => text);
      const answer = await sendRpc(worker.url, account.key, body, given.headers);
      expect(answer.status, `${text.slice(0, 300)} ${answer.text.slice(0, 300)}`).toBeLessThan(500);
      const { error, result } = answer.message ?? {};
      expect(error ?? result, text.slice(0, 300)).toBeDefined();
      return error !== undefined || result.isError === true;
    };
    await inTurns(wrong, async (call) => {
      expect([call.text.slice(0, 300), await run(call)]).toEqual([call.text.slice(0, 300), true]);
    });
    expect(await stateOf(account)).toEqual(before);
    await inTurns(right, async (call) => void (await run(call)));
  });
});

describe("messages", () => {
  test("that are no JSON-RPC are refused, whatever they are", async () => {
    const account = await newAccount(worker);
    await newSubject(account);
    const before = await stateOf(account);
    const call = { name: "add", arguments: { table: "notes", row: { k: 1 } } };
    const broken: unknown[] = [
      ...[[], [[]], [{}], {}, null, 1, "x", true, { jsonrpc: "2.0" }, { jsonrpc: "1.0", id: 1 }],
      { id: 1, method: "tools/call", params: call },
      { jsonrpc: 2, id: 1, method: "tools/call", params: call },
      { jsonrpc: "2.0", id: {}, method: "tools/call", params: call },
      { jsonrpc: "2.0", id: [1], method: "tools/call", params: call },
      { jsonrpc: "2.0", id: true, method: "tools/call", params: call },
      { jsonrpc: "2.0", id: 1, method: 1, params: call },
      { jsonrpc: "2.0", id: 1, method: ["tools/call"], params: call },
      ...[[], null, 1, "x", { name: 1 }, { name: "nothing" }, { name: "__proto__" }].map(
        (params) => ({
          ...{ jsonrpc: "2.0", id: 1, method: "tools/call", params },
        }),
      ),
      ...["", "__proto__", "constructor", "tools", "tools/call/", "x".repeat(10_000), "\u0000"].map(
        (method) => ({ jsonrpc: "2.0", id: 1, method, params: call }),
      ),
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: 1, error: { code: 1, message: "x" } },
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...call, arguments: [] } },
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...call, arguments: "x" } },
      { jsonrpc: "2.0", id: 1, method: "initialize", params: {} },
      { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: 1 } },
    ];
    const texts = [...broken.map((each) => JSON.stringify(each)), ...shapedBodies()];
    await inTurns(texts, async (text) => {
      for (const headers of [{}, { "mcp-protocol-version": "2026-07-28", "mcp-method": "x" }]) {
        const answer = await sendRpc(worker.url, account.key, text, headers);
        expect([text.slice(0, 200), answer.status < 500]).toEqual([text.slice(0, 200), true]);
        if (answer.status < 300 && answer.text !== "") {
          const { error, result } = answer.message;
          expect([text.slice(0, 200), error !== undefined || result.isError]).toEqual([
            text.slice(0, 200),
            true,
          ]);
        }
      }
    });
    expect(await stateOf(account)).toEqual(before);
  });

  test("in any JSON text are read by the standard or refused", async () => {
    const account = await newAccount(worker);
    const some = jsonTexts().filter((_, index) => index % 3 === 0);
    await inTurns(some, async ({ name, parses, bytes }) => {
      const answer = await sendRpc(worker.url, account.key, bytes);
      const isParsed = answer.message?.error?.code !== -32_700;
      if (parses !== "either") expect([name, isParsed]).toEqual([name, parses === "must"]);
      expect([name, answer.status < 500]).toEqual([name, true]);
    });
    for (const [what, body] of unreadableBodies) {
      const answer = await sendRpc(worker.url, account.key, body);
      expect([what, answer.status]).toEqual([what, 400]);
    }
  });

  test("with strange headers are answered or refused", async () => {
    const { key } = await newAccount(worker);
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
    const names = ["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id", "accept"];
    const more = ["last-event-id", "origin", "content-type", "mcp-param-x", "content-encoding"];
    const texts = naughtyStrings().filter((text) => /^[\x21-\x7e][\x20-\x7e]{0,200}$/.test(text));
    const sent = [...names, ...more].flatMap((name, at) =>
      texts.filter((_, index) => index % 40 === at).map((text) => ({ [name]: text.trimEnd() })),
    );
    await inTurns(sent, async (headers) => {
      const answer = await sendRpc(worker.url, key, list, headers);
      expect([headers, answer.status < 500]).toEqual([headers, true]);
    });
  });
});

describe("OAuth", () => {
  const register = {
    client_name: "A client",
    redirect_uris: ["https://client.example/callback"],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope: "pumadb",
    client_uri: "https://client.example/",
    logo_uri: "https://client.example/logo.png",
    tos_uri: "https://client.example/tos",
    policy_uri: "https://client.example/policy",
    jwks_uri: "https://client.example/jwks",
    contacts: ["a@client.example"],
  };

  const endpoints = { register: "", token: "" };
  beforeAll(async () => {
    const metadata = `${worker.url}/.well-known/oauth-authorization-server`;
    const told = (await (await fetch(metadata)).json()) as Record<string, string>;
    endpoints.register = told.registration_endpoint ?? "";
    endpoints.token = told.token_endpoint ?? "";
  });

  async function post(url: string, body: string | Uint8Array, type: string) {
    const headers = { "content-type": type };
    const sent = typeof body === "string" ? body : new Uint8Array(body);
    const response = await fetch(url, { method: "POST", headers, body: sent });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  test("registration takes or refuses any value of each field", async () => {
    const texts = Object.keys(register).flatMap((field, at) =>
      badValues
        .filter((_, index) => index % 6 === at % 6)
        .map((value) => bodyWith(withField, register, field, value)),
    );
    const strings = naughtyStrings()
      .filter((_, index) => index % 6 === 0)
      .map((text, index) => {
        const field = ["client_name", "redirect_uris.0", "client_uri", "scope"][index % 4] ?? "";
        return JSON.stringify(withField(register, field, text));
      });
    await inTurns([...texts, ...strings, ...shapedBodies()], async (text) => {
      const { status } = await post(endpoints.register, text, "application/json");
      expect([text.slice(0, 300), status < 500]).toEqual([text.slice(0, 300), true]);
    });
    const some = jsonTexts().filter((_, index) => index % 6 === 1);
    await inTurns(some, async ({ name, bytes }) => {
      const { status } = await post(endpoints.register, bytes, "application/json");
      expect([name, [400, 401, 413]]).toEqual([name, expect.arrayContaining([status])]);
    });
  });

  const tokenFields = [
    ...["grant_type", "code", "client_id", "client_secret", "redirect_uri", "code_verifier"],
    ...["resource", "refresh_token", "scope", "token", "token_type_hint", "unknown"],
  ];

  test("the token endpoint refuses any value of each field", async () => {
    const client = await registerClient(worker);
    const forms = [
      { grant_type: "authorization_code", code: "none", code_verifier: "v".repeat(43) },
      { grant_type: "refresh_token", refresh_token: "none" },
      { token: "none" },
    ].map((form) => ({ client_id: client.id, redirect_uri: client.redirectUri, ...form }));
    const strings = naughtyStrings();
    const sent = forms.flatMap((form, which) =>
      tokenFields.flatMap((field, at) =>
        strings
          .filter((_, index) => index % 72 === at * 6 + which)
          .map((text) => new URLSearchParams({ ...form, [field]: text }).toString()),
      ),
    );
    const broken = ["", "%", "%ff=%ff", "a", "&&&", "=", "grant_type", "grant_type=&grant_type="];
    await inTurns([...sent, ...broken], async (form) => {
      const type = "application/x-www-form-urlencoded";
      const { status } = await post(endpoints.token, form, type);
      // A token that is revoked was never there (RFC 7009).
      const expected = form.includes("grant_type") ? [400, 401, 413] : [200, 400, 401, 413];
      expect([form.slice(0, 300), expected]).toEqual([
        form.slice(0, 300),
        expect.arrayContaining([status]),
      ]);
    });
    for (const type of ["application/json", "text/plain", "multipart/form-data", "x"]) {
      const { status } = await post(endpoints.token, "grant_type=refresh_token", type);
      expect([type, [400, 401, 415]]).toEqual([type, expect.arrayContaining([status])]);
    }
  });

  test("a request for consent with any value of each parameter fails on a page, or goes back", async () => {
    const client = await registerClient(worker);
    const names = [
      ...["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"],
      ...["code_challenge_method", "resource", "nonce", "prompt", "request", "response_mode"],
    ];
    const strings = naughtyStrings();
    const urls = names.flatMap((name, at) =>
      strings
        .filter((_, index) => index % 24 === at)
        .map((text) => begin(worker, client, { [name]: text.toWellFormed() }).url),
    );
    const twice = names.map((name) => `${begin(worker, client).url}&${name}=x`);
    await inTurns([...urls, ...twice], async (url) => {
      const response = await fetch(url, { redirect: "manual" });
      const page = await response.text();
      expect([url.slice(0, 500), response.status < 500]).toEqual([url.slice(0, 500), true]);
      expect(runsScript(page), url).toBe(false);
    });
  });

  test("pages of the flow take any address, field and cookie as text", async () => {
    const client = await registerClient(worker, {
      client_name: `<script>${scriptMark}()</script>"'><img src=x onerror=${scriptMark}()>`,
    });
    const person = newPerson(worker);
    const first = await person.follow(begin(worker, client).url);
    expect(runsScript(first.text)).toBe(false);
    const strings = naughtyStrings();
    const share = strings.filter((text, index) => index % 8 === 0 || text.includes(scriptMark));
    await inTurns(share, async (text) => {
      for (const form of [
        { action: "mail", email: text },
        { action: text, proof: text },
        { action: "allow", proof: text },
      ]) {
        const page = await person.post(first.url, form);
        expect([text, page.status < 500]).toEqual([text, true]);
        expect([text, runsScript(page.text)]).toEqual([text, false]);
      }
    });
    const paths = badUrlTexts.flatMap((text) => [
      `/oauth/continue/${text}`,
      `/oauth/link/${text}/${text}`,
      `/oauth/${text}`,
      `/account/${text}`,
      `/account/clients?done=${text}`,
      `/.well-known/${text}`,
      `/view/${text}`,
      `/download/${text}`,
      `/auth/link/${text}`,
    ]);
    const cookies = badUrlTexts.map((text) => `puma-session=${text}; puma-pending-${text}=${text}`);
    await inTurns([...paths, ...cookies], async (each) => {
      const isPath = each.startsWith("/");
      const response = await fetch(worker.url + (isPath ? each : "/account/clients"), {
        redirect: "manual",
        headers: isPath ? {} : { cookie: each },
      });
      const page = await response.text();
      expect([each.slice(0, 200), response.status < 500]).toEqual([each.slice(0, 200), true]);
      expect([each.slice(0, 200), runsScript(page)]).toEqual([each.slice(0, 200), false]);
    });
  });
});

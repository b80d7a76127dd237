import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { PumaWorker } from "./puma-worker.ts";

/** People and clients for tests of OAuth: a browser without scripts, and the client's half of the flow. */
type At = Pick<PumaWorker, "url">;

export type PageAnswer = {
  status: number;
  headers: Headers;
  text: string;
  /** Where a redirect leads, in full. */
  location: string | null;
};

export type Person = {
  email: string;
  cookies: Map<string, string>;
  get(url: string, headers?: Record<string, string>): Promise<PageAnswer>;
  post(
    url: string,
    fields: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<PageAnswer>;
  /** Follows redirects that stay with the Worker; the last answer and its address. */
  follow(url: string): Promise<PageAnswer & { url: string }>;
};

/** Somebody with an address and a browser that keeps cookies. */
export function newPerson(worker: At, email = `${randomUUID()}@example.com`): Person {
  const cookies = new Map<string, string>();

  async function ask(url: string, init: RequestInit): Promise<PageAnswer> {
    const whole = new URL(url, worker.url).href;
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const answer = await fetch(whole, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) keep(line);
    const location = answer.headers.get("location");
    return {
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
      location: location === null ? null : new URL(location, whole).href,
    };
  }

  function keep(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0(;|$)/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  }

  const get: Person["get"] = (url, headers = {}) => ask(url, { headers });
  return {
    email,
    cookies,
    get,
    post: (url, fields, headers = {}) =>
      ask(url, {
        method: "POST",
        body: new URLSearchParams(fields).toString(),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "sec-fetch-site": "same-origin",
          ...headers,
        },
      }),
    async follow(url) {
      for (let at = url, hops = 0; hops < 10; hops += 1) {
        const answer = await get(at);
        if (answer.location === null || !answer.location.startsWith(worker.url)) {
          return { ...answer, url: at };
        }
        at = answer.location;
      }
      throw new Error(`Too many redirects from ${url}`);
    },
  };
}

export type Client = { id: string; secret?: string; redirectUri: string };

/** Registers a client, which must work. */
export async function registerClient(
  worker: At,
  metadata: Record<string, unknown> = {},
): Promise<Client> {
  const redirectUri = "https://client.example/callback";
  const answer = await fetch(`${worker.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Test client",
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      ...metadata,
    }),
  });
  if (answer.status !== 201) throw new Error(`Not registered: ${await answer.text()}`);
  const registered = (await answer.json()) as {
    client_id: string;
    client_secret?: string;
    redirect_uris: [string];
  };
  const { client_id: id, client_secret: secret, redirect_uris: uris } = registered;
  return { id, redirectUri: uris[0], ...(secret ? { secret } : {}) };
}

export type Begun = { url: string; verifier: string; state: string };

/** A client's request for authorization; `null` leaves a parameter out. */
export function begin(
  worker: At,
  client: Client,
  changes: Record<string, string | null> = {},
): Begun {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(12).toString("base64url");
  const parameters: Record<string, string | null> = {
    response_type: "code",
    client_id: client.id,
    redirect_uri: client.redirectUri,
    state,
    scope: "pumadb",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: `${worker.url}/mcp`,
    ...changes,
  };
  const given = Object.entries(parameters).filter((each): each is [string, string] => {
    return each[1] !== null;
  });
  const url = `${worker.url}/oauth/authorize?${new URLSearchParams(given)}`;
  return { url, verifier, state };
}

/** Signs the person in on the page at `url`, by the link in the mail; the address after it. */
export async function signIn(person: Person, url: string): Promise<string> {
  const mailed = await person.post(url, { action: "mail", email: person.email });
  const link = linkOf(mailed);
  const opened = await person.get(link);
  if (opened.status !== 200) throw new Error(`The link did not open: ${opened.text}`);
  const used = await person.post(link, {});
  if (used.location === null) throw new Error(`Not signed in: ${used.status} ${used.text}`);
  return used.location;
}

/** The mailed link, which the page tells in development. */
export function linkOf(mailed: PageAnswer): string {
  const [, link] = /id="dev-link" href="([^"]+)"/.exec(mailed.text) ?? [];
  if (!link) throw new Error(`No link was mailed: ${mailed.status} ${mailed.text}`);
  return link;
}

export function proofIn(page: PageAnswer): string {
  return /name="proof" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
}

/** From a client's request to the person's answer: where the browser is sent. */
export async function decide(person: Person, url: string, action = "allow"): Promise<URL> {
  const first = await person.follow(url);
  let at = first.url;
  if (!first.text.includes('name="proof"')) at = await signIn(person, at);
  const consent = await person.get(at);
  const decided = await person.post(at, { action, proof: proofIn(consent) });
  if (decided.location === null) throw new Error(`Undecided: ${decided.status} ${decided.text}`);
  return new URL(decided.location);
}

export type TokenAnswer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes, and check them
  body: any;
};

export async function askToken(
  worker: At,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const answer = await fetch(`${worker.url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

export function exchange(
  worker: At,
  client: Client,
  begun: Pick<Begun, "verifier">,
  code: string,
  changes: Record<string, string> = {},
): Promise<TokenAnswer> {
  return askToken(worker, {
    grant_type: "authorization_code",
    code,
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_verifier: begun.verifier,
    resource: `${worker.url}/mcp`,
    ...changes,
  });
}

export function refresh(
  worker: At,
  client: Client,
  refreshToken: string,
  changes: Record<string, string> = {},
): Promise<TokenAnswer> {
  return askToken(worker, {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: client.id,
    resource: `${worker.url}/mcp`,
    ...changes,
  });
}

export type Connected = {
  person: Person;
  client: Client;
  begun: Begun;
  code: string;
  accessToken: string;
  refreshToken: string;
};

/** A client that a person let in, with its tokens. */
export async function connect(
  worker: At,
  { person = newPerson(worker), client }: { person?: Person; client?: Client } = {},
): Promise<Connected> {
  const whose = client ?? (await registerClient(worker));
  const begun = begin(worker, whose);
  const back = await decide(person, begun.url);
  const code = back.searchParams.get("code") ?? "";
  const { status, body } = await exchange(worker, whose, begun, code);
  if (status !== 200) throw new Error(`No token: ${status} ${JSON.stringify(body)}`);
  const { access_token: accessToken, refresh_token: refreshToken } = body;
  return { person, client: whose, begun, code, accessToken, refreshToken };
}

/** Calls a tool over MCP with a token, without any library. */
export async function callTool(
  worker: At,
  token: string | null,
  name = "list_tables",
  args: Record<string, unknown> = {},
): Promise<TokenAnswer> {
  const answer = await fetch(`${worker.url}/mcp`, {
    method: "POST",
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name,
        arguments: args,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: bodyOf(text) };
}

function bodyOf(text: string): unknown {
  const json = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(json);
  } catch {
    return text;
  }
}

import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { faultsOf } from "./check-answer.ts";
import { testSecrets } from "./worker.ts";

/** A small client for tests: sends what it is told to, remembers nothing. */
export type Answer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes, and check them
  body: any;
};

export type Options = {
  url?: string;
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
  /** The Idempotency-Key; a new one for each write when left out; null sends none. */
  key?: string | null;
};

function suiteUrl(): string {
  return inject("suite").url;
}

/** Sends one request. */
export async function call(method: string, path: string, options: Options = {}): Promise<Answer> {
  const { token, body, key } = options;
  const isWrite = method !== "GET";
  const response = await fetch((options.url ?? suiteUrl()) + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(isWrite && key !== null ? { "idempotency-key": key ?? randomUUID() } : {}),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, body: readBody(text) };
  checkAnswer(method, path, options.headers?.accept ?? null, answer);
  return answer;
}

/** Throws when an answer is not what it must be, whatever was asked. */
export function checkAnswer(
  method: string,
  path: string,
  accept: string | null,
  answer: Answer,
): void {
  const faults = faultsOf({ method, path, accept, ...answer });
  if (faults.length === 0) return;
  const about = `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`;
  throw new Error(`${about.slice(0, 2_000)}\n- ${faults.join("\n- ")}`);
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function admin(method: string, path: string, options: Options = {}): Promise<Answer> {
  return await call(method, `/admin/v1${path}`, {
    key: null,
    ...options,
    token: testSecrets.ADMIN_TOKEN,
  });
}

export const allScopes = [
  "databases:read",
  "databases:write",
  "blueprints:read",
  "blueprints:write",
  "webhooks:read",
  "webhooks:write",
  "queries:read",
  "queries:write",
  "keys:write",
];

export type Tenant = {
  userId: number;
  teamId: number;
  key: string;
  keyId: number;
  /** Sends a request with the tenant's key. */
  call(method: string, path: string, options?: Options): Promise<Answer>;
};

/** A new user with a team and a key of all scopes (or the given ones) and a wide rate limit. */
export async function newTenant(
  options: { url?: string; permissions?: string[]; controls?: Record<string, unknown> } = {},
): Promise<Tenant> {
  const at = options.url === undefined ? {} : { url: options.url };
  const email = `${randomUUID()}@example.com`;
  const user = await admin("POST", "/users", { ...at, body: { email, name: "Tester" } });
  const { id: userId, teams } = user.body.data;
  const key = await admin("POST", `/users/${userId}/keys`, {
    ...at,
    body: {
      name: "test",
      permissions: options.permissions ?? allScopes,
      controls: { requests_per_minute: 100_000, ...options.controls },
    },
  });
  const token: string = key.body.api_key;
  return {
    userId,
    teamId: teams[0].id,
    key: token,
    keyId: key.body.data.id,
    call: (method, path, more = {}) => call(method, path, { ...at, token, ...more }),
  };
}

/** Creates a database and waits until it is ready; its wire form. */
export async function newDatabase(tenant: Tenant, body: Record<string, unknown> = {}) {
  const name = `db-${randomUUID().slice(0, 8)}`;
  const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", {
    body: { name, ...body },
  });
  if (made.status !== 201) throw new Error(`Not made: ${JSON.stringify(made.body)}`);
  return made.body.data;
}

/** Asks again until the answer is as wished; for what runs in the background. */
export async function until<Value>(
  ask: () => Promise<Value>,
  isRight: (value: Value) => boolean,
  withinMs = 60_000,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isRight(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still not right: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

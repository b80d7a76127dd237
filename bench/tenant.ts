import { callAs, must } from "../dev/call.ts";
import type { ServerLogin } from "../dev/server.ts";
import { testSecrets } from "../test/support/worker.ts";
import type { Rig } from "./rig.ts";

/** What a program with a key sees; an answer that is none of success is thrown. */
export type Tenant = {
  key: string;
  send(method: string, path: string, body?: unknown): Promise<Answer>;
};

// biome-ignore lint/suspicious/noExplicitAny: suites read answers of many shapes
type Body = any;
type Answer = { status: number; body: Body };

/** One request with a credential, whatever its answer. */
export async function ask(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const headers: Record<string, string> =
    method === "GET" ? {} : { "idempotency-key": crypto.randomUUID() };
  return await callAs(url, token)(method, path, body, headers);
}

/** A request to the operator's API; the body of its answer. */
export function asOperator(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  return must(callAs(url, testSecrets.ADMIN_TOKEN), method, `/admin/v1${path}`, body);
}

/** Runs the scheduled work, which also refills the pool. */
export async function sweep(url: string): Promise<void> {
  await asOperator(url, "POST", "/sweep");
}

/** Registers a server with a Worker; `fields` are more or other ones. */
export async function registerServer(
  url: string,
  engine: "postgres" | "mysql",
  { host, port, user, password }: ServerLogin,
  fields: Record<string, unknown> = {},
): Promise<void> {
  await asOperator(url, "POST", "/servers", {
    name: `bench-${engine}`,
    engine,
    region: "local",
    host,
    port,
    tls: false,
    admin_user: user,
    admin_password: password,
    max_databases: 100_000,
    ...fields,
  });
}

/** A user with a team and a key that is not limited by the minute. */
export async function newTenant(
  url: string,
  permissions: readonly string[] = ["databases:read", "databases:write"],
): Promise<Tenant> {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await asOperator(url, "POST", "/users", { email, name: "Bench" });
  const made = await asOperator(url, "POST", `/users/${user.data.id}/keys`, {
    name: "bench",
    permissions,
    controls: { requests_per_minute: 1_000_000 },
  });
  const key = String(made.api_key);
  return {
    key,
    async send(method, path, body) {
      const answer = await ask(url, key, method, path, body);
      if (answer.status < 300) return answer;
      throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    },
  };
}

/** Makes the rig's PostgreSQL the Worker's one fleet server, and a user with an unlimited key. */
export async function furnish(rig: Rig, url: string): Promise<Tenant> {
  await registerServer(url, "postgres", rig.postgres);
  return await newTenant(url);
}
